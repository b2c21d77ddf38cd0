//! `unspin diff`: repairs as a unified diff.

use std::collections::BTreeSet;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args as Group;
use unspin::Span;
use unspin::input::{Compression, InputError, Record, Source, straight};
use unspin::render::diff::Diff as Writer;

use crate::args::{Checking, Choice, Common, Inputs};
use crate::checked::Fixes;
use crate::job::{Event, Job};
use crate::long;
use crate::terminal::{self, Ending, complain, note};

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin diff article.txt
  unspin diff --automatic articles/ | git apply")]
pub(crate) struct Diff {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    #[command(flatten)]
    pub(crate) checking: Checking,
    #[command(flatten)]
    pub(crate) choice: Choice,
    /// Exit with 0 when there are differences.
    #[arg(long, help_heading = "Output")]
    pub(crate) exit_zero: bool,
}

/// The bytes of a record as they are, and as they become where that is something else.
type Pair = (Vec<u8>, Option<Vec<u8>>);

/// What becomes of a record, or of a stretch of a long one, and what of it cannot be written, a line each.
struct Compared {
    what: What,
    complaints: Vec<String>,
    /// Ids of selected findings, where they are selected by that.
    met: Vec<String>,
}

enum What {
    Whole(Result<Pair, InputError>),
    /// The edits of a passage.
    Passage(Vec<(Span, String)>),
    End(Arc<Record>),
}

pub(crate) fn run(command: &Diff, common: Common) -> anyhow::Result<Ending> {
    let job = Job::new(&command.inputs, &command.checking, None, common)?.without_evidence();
    let selection = command.choice.selection();
    let color = terminal::color(common);
    let mut out = BufWriter::new(terminal::results(job.has_figures()?));
    let (mut found, mut trouble) = (false, false);
    let mut met = BTreeSet::new();
    // A diff is written at the end of its input, for one that breaks off must not be applied.
    let mut open: Option<Writer<Vec<u8>>> = None;
    let (mut input, mut compressed) = (String::new(), false);
    // Whether the input lies outside of the current directory, and any that the diff changes does.
    let (mut elsewhere, mut outside) = (false, false);
    // Of a long text, edits are held, which take far less than what was found.
    let mut edits = Vec::new();
    let long = long::Work {
        suits: &|_| true,
        passage: &|passage| {
            let mut fixes = Fixes::default();
            fixes.add(&passage.long.record, 0, &passage.findings, &selection);
            let (complaints, met) = (fixes.complaints(&passage.long.record), fixes.ids(&selection));
            Compared { what: What::Passage(fixes.edits), complaints, met }
        },
        end: &|long, _| Compared { what: What::End(Arc::clone(&long.record)), complaints: Vec::new(), met: Vec::new() },
    };
    let outcome = job.run_in_passages(
        None,
        |checked| {
            let fixes = checked.fixes(&selection);
            let (complaints, met) = (fixes.complaints(&checked.record), fixes.ids(&selection));
            Compared { what: What::Whole(compare(&checked.record, &fixes.edits)), complaints, met }
        },
        Some(&long),
        |event| {
            match event {
                Event::Start(source, _) => {
                    compressed = source.compression != Compression::None;
                    let name = name(&source);
                    elsewhere = name.starts_with(b"/");
                    open = Some(Writer::new(Vec::new(), name, color));
                    input = source.name();
                }
                Event::Record(Compared { what, complaints, met: more }) => {
                    met.extend(more);
                    if !common.quiet {
                        complaints.iter().for_each(|line| note(line));
                    }
                    let result = match what {
                        What::Whole(result) => result,
                        What::Passage(more) => {
                            edits.extend(more);
                            return Ok(());
                        }
                        What::End(record) => {
                            let mut edits = std::mem::take(&mut edits);
                            edits.sort_by_key(|(span, _)| *span);
                            compare(&record, &edits)
                        }
                    };
                    match result {
                        Ok((old, new)) => {
                            if let Some(writer) = &mut open {
                                writer.record(&old, new.as_deref().unwrap_or(&old))?;
                            }
                        }
                        Err(error) => {
                            complain(&error.to_string());
                            trouble = true;
                            open = None;
                        }
                    }
                }
                Event::Skipped(raw) => {
                    if let Some(writer) = &mut open {
                        let bytes = raw.untouched();
                        writer.record(&bytes, &bytes)?;
                    }
                }
                Event::End => {
                    if let Some(writer) = open.take() {
                        let diff = writer.finish()?;
                        if compressed && !diff.is_empty() {
                            complain(&format!("{input}: is compressed, so no diff can be applied to it; use fix"));
                            trouble = true;
                        } else {
                            found |= !diff.is_empty();
                            outside |= elsewhere && !diff.is_empty();
                            out.write_all(&diff)?;
                        }
                    }
                }
                Event::Broken => open = None,
                Event::Pause => out.flush()?,
                Event::Checkpoint(_) => {}
            }
            Ok(())
        },
    )?;
    out.flush()?;
    if outside && !common.quiet {
        complain("git applies no diff to files outside of the current directory; run this from one above them");
    }
    trouble |= command.inputs.shard.is_none() && command.choice.misses(&met);
    Ok(Ending { found: found && !command.exit_zero, trouble: trouble || outcome.trouble })
}

fn compare(record: &Record, edits: &[(Span, String)]) -> Result<Pair, InputError> {
    let new = if edits.is_empty() { None } else { Some(record.rewrite(edits)?) };
    Ok((record.rewrite(&[])?, new))
}

/// What a diff calls an input, so that `git apply` finds it from here: its path from the current directory, from the
/// root for one that lies elsewhere, and `stdin` for standard input. No link may be in it: git changes no file behind
/// one.
fn name(source: &Source) -> Vec<u8> {
    if source.is_stdin() {
        return b"stdin".to_vec();
    }
    let path = place(source);
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    let mut name = path.strip_prefix(&here).unwrap_or(&path).as_os_str().as_encoded_bytes().to_vec();
    if cfg!(windows) {
        name.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
    }
    name
}

/// The file that an input is, by the one name that it has.
fn place(source: &Source) -> PathBuf {
    source.path.canonicalize().unwrap_or_else(|_| straight(&source.path))
}
