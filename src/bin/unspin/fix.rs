//! `unspin fix`: write repaired text.

use std::collections::{BTreeSet, HashSet};
use std::io::Write;
use std::sync::Arc;

use anyhow::{bail, ensure};
use clap::Args as Group;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use unspin::input::{Encoding, Format, InputError, Record, Source};
use unspin::render::{Document, percent};
use unspin::{Finding, LineIndex, Report, Selection, Span, printable};

use crate::args::{Checking, Choice, Common, Inputs, Target, suffix};
use crate::checked::{self, Checked, Fixes};
use crate::in_place::{InPlace, Rewritten};
use crate::job::{Event, Job};
use crate::long::{self, Passage};
use crate::output::{self, Output, Start};
use crate::paths;
use crate::terminal::{Ending, complain, note};

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin fix < spun.txt > repaired.txt
  unspin fix --write --automatic articles/
  unspin fix --field body news.jsonl > repaired.jsonl

Exit codes: 0 all findings applied, 1 some are left, 2 trouble.")]
pub(crate) struct Fix {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    #[command(flatten)]
    pub(crate) checking: Checking,
    #[command(flatten)]
    pub(crate) choice: Choice,
    /// Repair the files in place; each is replaced at once, or not at all.
    #[arg(short, long, conflicts_with_all = ["output", "resume"], help_heading = "Output")]
    pub(crate) write: bool,
    /// Keep the original beside each changed file, with this at the end of its name; one that is kept there already
    /// stays. Later runs leave those alone that end in .orig or .bak, and take others for texts.
    #[arg(long, value_name = "SUFFIX", value_parser = suffix, requires = "write", help_heading = "Output")]
    pub(crate) backup: Option<String>,
    #[command(flatten)]
    pub(crate) target: Target,
    /// Put the text as it was into this field or column of each record.
    #[arg(long, value_name = "FIELD", help_heading = "Output")]
    pub(crate) keep_original: Option<String>,
    /// Put what was changed into this field or column of each record, as JSON.
    #[arg(long, value_name = "FIELD", help_heading = "Output")]
    pub(crate) edits: Option<String>,
    /// Exit with 0 when findings are left.
    #[arg(long, help_heading = "Output")]
    pub(crate) exit_zero: bool,
}

/// A repaired record, or passage of a long one.
#[derive(Default)]
struct Repaired {
    record: Rewritten,
    left: usize,
    /// What was applied, a line each.
    lines: Vec<String>,
    /// What was to be applied and cannot be written, a line each.
    complaints: Vec<String>,
    /// How its bytes are written, where it has some.
    encoding: Option<Encoding>,
    /// Ids of selected findings, where they are selected by that.
    met: Vec<String>,
}

pub(crate) fn run(command: &Fix, common: Common) -> anyhow::Result<Ending> {
    let Inputs { paths, file_list, .. } = &command.inputs;
    if command.write && file_list.is_none() && paths.iter().all(|path| path.as_os_str() == "-") {
        bail!("--write needs files; standard input is repaired to standard output without it");
    }
    let target = (!command.write).then_some(&command.target);
    let added = Added { original: command.keep_original.as_deref(), edits: command.edits.as_deref() };
    let Inputs { field, column, .. } = &command.inputs;
    ensure!(
        added.are_apart(field) && added.are_apart(column),
        "--keep-original and --edits need fields of different names"
    );
    let (named, _) = output::own_paths(&command.target);
    ensure!(
        command.inputs.stats.as_ref().is_none_or(|stats| !paths::is_among(stats, &named)),
        "--output and --stats need different files"
    );
    let job = Job::new(&command.inputs, &command.checking, target, common)?
        .without_evidence()
        .adding(added.names())
        .keeping(command.backup.as_deref());
    let selection = command.choice.selection();
    let job_name = job.description(&format!("fix {selection:?} {added:?}"))?;
    if let Some(path) = command.target.file().filter(|path| command.target.resume && job.names(path)) {
        ensure!(
            !output::is_done(path),
            "{}: is an input, too, and no run that writes it was interrupted; leave out --resume",
            path.display()
        );
    }
    let (mut out, done, mut state) = match Output::open(&command.target, &job_name, job.has_figures()?, common)? {
        Start::Anew(out) => (out, None, State::default()),
        Start::Resumed(out, progress, state) => (out, Some(progress), state),
        Start::Done => return Ok(Ending::default()),
    };
    // Where a run goes on inside an input, what is known of that is known.
    let mut inside = done.as_ref().is_some_and(|progress| progress.is_inside());
    let mut in_place = command.write.then(|| InPlace::new(command.backup.as_deref()).adding(!added.names().is_empty()));
    let long = long::Work {
        suits: &Record::has_parts,
        passage: &|passage| (repair_passage(passage, &selection), None),
        end: &|_, _| (Repaired::default(), None),
    };
    let ran = job.run_in_passages(
        done,
        |checked| {
            let fixes = checked.fixes(&selection);
            let met = fixes.ids(&selection);
            let (repaired, error) = repair(&checked, fixes, added);
            (Repaired { met, ..repaired }, error)
        },
        Some(&long),
        |event| {
            let mut encoding = None;
            let event = match event {
                Event::Record((repaired, error)) => {
                    if let Some(error) = error {
                        complain(&error.to_string());
                        state.trouble = true;
                    }
                    state.left += repaired.left;
                    state.met.extend(repaired.met);
                    let Repaired { record, lines, complaints, .. } = repaired;
                    encoding = repaired.encoding;
                    let takes = in_place.as_mut().is_none_or(|in_place| in_place.takes(&record, lines.len()));
                    if takes && !common.quiet {
                        lines.iter().chain(&complaints).for_each(|line| note(line));
                    }
                    Event::Record(record)
                }
                Event::Start(source, stamp) => Event::Start(source, stamp),
                Event::Skipped(raw) => Event::Skipped(raw),
                Event::End => Event::End,
                Event::Broken => {
                    inside = false;
                    Event::Broken
                }
                Event::Pause => return Ok(out.show()?),
                Event::Checkpoint(progress) => return out.checkpoint(progress, &state),
            };
            match (&mut in_place, event) {
                (Some(in_place), event) => in_place.follow(event),
                (None, Event::Start(source, _)) => {
                    if !added.names().is_empty() && !source.format.has_records() {
                        let name = source.name();
                        complain(&format!(
                            "{name}: has no records to add fields to; leave out --keep-original and --edits"
                        ));
                        state.trouble = true;
                    }
                    if !std::mem::take(&mut inside) {
                        state.joint.start(&source);
                    }
                }
                (None, Event::Record(record)) => state.joint.put(&record.bytes, encoding, &mut out)?,
                (None, Event::Skipped(raw)) => state.joint.put(&raw.untouched(), raw.encoding(), &mut out)?,
                (None, _) => {}
            }
            Ok(())
        },
    );
    let outcome = match ran {
        Err(error) if command.inputs.strict => return out.stop(error),
        ran => ran?,
    };
    out.end(outcome.broken)?;
    let State { mut left, mut trouble, met, .. } = state;
    // What one part of the work lacks another may have.
    trouble |= command.inputs.shard.is_none() && command.choice.misses(&met);
    if let Some(InPlace { files, made, lost, trouble: failed, .. }) = in_place {
        trouble |= failed;
        left += lost;
        if !common.quiet {
            note(&format!("{made} fixed in {files} {}, {left} left", if files == 1 { "file" } else { "files" }));
        }
    }
    Ok(Ending { found: left > 0 && !command.exit_zero, trouble: trouble || outcome.trouble })
}

/// What a run counts, and knows of what it wrote.
#[derive(Default, Serialize, Deserialize)]
struct State {
    left: usize,
    trouble: bool,
    joint: Joint,
    /// Ids of findings that were asked for and are there.
    #[serde(default)]
    met: BTreeSet<String>,
}

/// What was written of the inputs so far, so that what comes next can be joined to it.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Joint {
    written: Option<Written>,
    /// What was written last.
    last: Last,
    /// The input that is being read.
    input: String,
    /// What its records are, where it has some.
    kind: Option<Format>,
    /// Nothing of it was written.
    fresh: bool,
    /// The header of the tables that were written, and the first of them.
    header: Option<(Vec<u8>, String)>,
}

/// What was written last.
#[derive(Default, Serialize, Deserialize)]
struct Last {
    /// The line end that it lacks.
    unended: Option<Vec<u8>>,
    /// It is a record.
    record: bool,
}

/// How all that was written is.
#[derive(Serialize, Deserialize)]
struct Written {
    encoding: String,
    /// The input that it is so in.
    input: String,
    /// It is ASCII so far, which other encodings have in common.
    ascii: bool,
    /// What its records are, where it has some: nothing else is joined to them.
    kind: Option<Format>,
}

impl Joint {
    fn start(&mut self, source: &Source) {
        (self.input, self.fresh) = (source.name(), true);
        self.kind = source.format.has_records().then_some(source.format);
    }

    /// Writes a record, or what comes next of a text. Where it or what stands before it is a record, and the latter
    /// lacks its line end, being the last of its input, that comes first: two records on one line are none. A byte order
    /// mark has its place before the first input alone; UTF-16, which nobody reads without, gets it where the first
    /// record of its input is not among those that are written. Of several tables the header comes once.
    fn put(&mut self, bytes: &[u8], encoding: Option<Encoding>, out: &mut impl Write) -> anyhow::Result<()> {
        let Some(encoding) = encoding.filter(|_| !bytes.is_empty()) else { return Ok(()) };
        let (first, fresh) = (self.written.is_none(), std::mem::take(&mut self.fresh));
        let mark = encoding.bom();
        let text = bytes.strip_prefix(mark).filter(|_| fresh).unwrap_or(bytes);
        let mark = if first && (text.len() < bytes.len() || encoding.is_utf16()) { mark } else { b"" };
        if mark.is_empty() && text.is_empty() {
            return Ok(());
        }
        self.ensure_like()?;
        if fresh && matches!(self.kind, Some(Format::Csv | Format::Tsv)) && self.has_header(text)? {
            return Ok(());
        }
        self.join(encoding, mark.is_empty() && text.is_ascii() && !encoding.is_utf16())?;
        out.write_all(mark)?;
        let end = encoding.encode("\n").unwrap_or_default();
        let unended = !text.is_empty() && !text.ends_with(&end);
        let last = Last { unended: unended.then_some(end), record: self.kind.is_some() };
        let before = std::mem::replace(&mut self.last, last);
        if let Some(end) = before.unended.filter(|_| before.record || self.kind.is_some()) {
            out.write_all(&end)?;
        }
        Ok(out.write_all(text)?)
    }

    /// Refuses what is of another kind than what was written: nobody could read the whole.
    fn ensure_like(&self) -> anyhow::Result<()> {
        let Some(before) = self.written.as_ref().filter(|before| before.kind != self.kind) else { return Ok(()) };
        let [this, other] = [self.kind, before.kind].map(|kind| kind.map_or("text", Format::name));
        bail!("{}: is {this}, but {} is {other}; repair each into a file of its own", self.input, before.input)
    }

    /// Whether the header of a table is that of the tables before it. As bytes: a table of another encoding is refused in
    /// either case, unless it is ASCII.
    fn has_header(&mut self, header: &[u8]) -> anyhow::Result<bool> {
        let header = header.trim_ascii_end();
        let Some((before, input)) = &self.header else {
            self.header = Some((header.to_vec(), self.input.clone()));
            return Ok(false);
        };
        ensure!(
            before == header,
            "{}: has another header than {input}; repair each into a file of its own",
            self.input
        );
        Ok(true)
    }

    /// Takes in how the next record is written, if that goes with what was written.
    fn join(&mut self, encoding: Encoding, ascii: bool) -> anyhow::Result<()> {
        let name = encoding.name();
        match &mut self.written {
            Some(before) if before.encoding == name => {
                // That it is so is known by the first input that is not ASCII.
                if before.ascii && !ascii {
                    before.input.clone_from(&self.input);
                }
                before.ascii &= ascii;
            }
            // Records of one input may be written in two encodings, and stay as they were.
            Some(before) if before.input == self.input && !before.ascii => {}
            Some(before) if ascii && !before.encoding.starts_with("UTF-16") => {}
            // Two encodings of one byte a character are told apart by guess: what they are joined to is read as they are.
            Some(before) if !before.ascii && is_legacy(&before.encoding) && is_legacy(name) => {}
            Some(before) if !before.ascii || encoding.is_utf16() => bail!(
                "{}: is {name}, but {} is {}; repair each into a file of its own, or convert one",
                self.input,
                before.input,
                before.encoding
            ),
            _ => {
                let (encoding, input) = (name.to_owned(), self.input.clone());
                self.written = Some(Written { encoding, input, ascii, kind: self.kind });
            }
        }
        Ok(())
    }
}

/// Whether an encoding has one byte or two for a character, and nothing in its bytes tells which encoding it is.
fn is_legacy(name: &str) -> bool {
    !name.starts_with("UTF-")
}

/// The fields that are added to each record.
#[derive(Clone, Copy, Debug)]
struct Added<'a> {
    original: Option<&'a str>,
    edits: Option<&'a str>,
}

impl Added<'_> {
    fn names(self) -> Vec<String> {
        self.original.into_iter().chain(self.edits).map(str::to_owned).collect()
    }

    /// Whether the fields have different names where these are the texts.
    fn are_apart(self, texts: &[String]) -> bool {
        let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        texts.sort_unstable();
        texts.dedup();
        if texts.is_empty() {
            return self.original.is_none() || self.original != self.edits;
        }
        let mut known = HashSet::new();
        let names = texts.iter().flat_map(|text| self.names().into_iter().map(move |name| format!("{name}.{text}")));
        names.into_iter().all(|name| known.insert(name))
    }

    /// The fields with their values; where several fields of the record are texts, one for each, such as `edits.body`.
    fn fields(self, checked: &Checked, fixes: &Fixes<'_>) -> Vec<(String, Value)> {
        let record = &checked.record;
        let mut fields = Vec::new();
        for field in record.fields() {
            let text = (0..record.len()).find(|&text| record.field(text) == Some(field));
            let without = |empty: Value| if record.is_blank(field) { empty } else { Value::Null };
            if let Some(original) = self.original {
                fields.push((
                    record.added_name(original, field),
                    text.map_or_else(|| without("".into()), |text| record.shown(text).into()),
                ));
            }
            if let Some(edits) = self.edits {
                let made = text.map_or_else(|| without(json!([])), |text| made(record, text, fixes));
                fields.push((record.added_name(edits, field), made));
            }
        }
        fields
    }
}

/// What was changed in the n-th text of a record, by places in its value. Where that holds markup, the edits are told as
/// they are written there, too.
fn made(record: &Record, n: usize, fixes: &Fixes<'_>) -> Value {
    let index = LineIndex::new(record.shown(n));
    let place =
        |Span { start, end }: Span| json!({ "byte": [start, end], "char": [index.chars(start), index.chars(end)] });
    let findings = fixes.applied.iter().filter(|(text, _)| *text == n).map(|(_, finding)| {
        let span = record.shown_span(n, finding.span);
        let mut made = json!({
            "span": place(span),
            "text": &record.shown(n)[span.range()],
            "correction": finding.correction(),
            "confidence": short(finding.confidence()),
            "id": finding.id,
        });
        if record.is_lifted(n) {
            let edits = record.shown_edits(n, finding.span, finding.correction()).unwrap_or_default();
            let edits = edits.into_iter().map(|(span, new)| json!({ "span": place(span), "text": new }));
            made["edits"] = edits.collect();
        }
        made
    });
    findings.collect()
}

/// A number with the digits that tell it from its neighbors, as `check` writes it: a value of JSON would have more.
fn short(number: f32) -> Value {
    number.to_string().parse().map_or(Value::Null, |number: f64| number.into())
}

/// The record with fixes applied; where they cannot be written in its encoding, as it was, with the reason.
fn repair(checked: &Checked, fixes: Fixes<'_>, added: Added<'_>) -> (Repaired, Option<InputError>) {
    let record = &checked.record;
    let encoding = Some(record.encoding());
    let nothing = Fixes::default();
    let write = |fixes: &Fixes<'_>| record.rewrite_with(&fixes.edits, &added.fields(checked, fixes));
    let as_it_was = || write(&nothing).or_else(|_| record.rewrite(&[])).unwrap_or_default();
    // A field that is added changes a record in which nothing is repaired.
    let adds = added.original.is_some() || added.edits.is_some();
    let grown = |bytes: &[u8]| adds && record.rewrite(&[]).is_ok_and(|before| before != bytes);
    match write(&fixes) {
        Ok(bytes) => {
            let changed = !fixes.edits.is_empty() || grown(&bytes);
            let (left, lines) = (fixes.left, lines(checked, &fixes));
            let complaints = fixes.complaints(record);
            let record = Rewritten { bytes, changed, before: None };
            (Repaired { record, left, lines, complaints, encoding, ..Repaired::default() }, None)
        }
        Err(error) => {
            let (bytes, left) = (as_it_was(), fixes.left + fixes.applied.len());
            let record = Rewritten { changed: grown(&bytes), bytes, before: None };
            (Repaired { record, left, encoding, ..Repaired::default() }, Some(error))
        }
    }
}

/// A passage of a long text with the selected fixes applied.
fn repair_passage(passage: &Passage<'_>, selection: &Selection) -> Repaired {
    let record = &passage.long.record;
    let mut fixes = Fixes::default();
    fixes.add(record, 0, &passage.findings, selection);
    let nothing = Report::default();
    let document = passage.long.document(&nothing);
    let lines =
        fixes.applied.iter().map(|(n, finding)| line(record, &document, passage.index(), *n, finding)).collect();
    let before = Some((Arc::clone(record), Span::new(0, passage.span.start)));
    let bytes = record.rewrite_part(passage.span, &fixes.edits);
    let rewritten = Rewritten { bytes, changed: !fixes.edits.is_empty(), before };
    let (complaints, encoding) = (fixes.complaints(record), Some(record.encoding()));
    Repaired { record: rewritten, left: fixes.left, lines, complaints, encoding, met: fixes.ids(selection) }
}

/// One line for each fix.
fn lines(checked: &Checked, fixes: &Fixes<'_>) -> Vec<String> {
    let mut lines = Vec::with_capacity(fixes.applied.len());
    if fixes.applied.is_empty() {
        return lines;
    }
    let mut n = 0;
    let _ = checked.documents(|document| {
        let index = LineIndex::new(document.text);
        let mine = fixes.applied.iter().filter(|(text, _)| *text == n);
        lines.extend(mine.map(|(_, finding)| line(&checked.record, document, &index, n, finding)));
        n += 1;
        Ok::<(), std::convert::Infallible>(())
    });
    lines
}

/// What was done about a finding in the n-th text of a record.
fn line(record: &Record, document: &Document<'_>, index: &LineIndex<'_>, n: usize, finding: &Finding) -> String {
    let (line, column) = index.line_column(record.shown_span(n, finding.span).start);
    let sure = percent(f64::from(finding.confidence()));
    format!(
        "{}:{line}:{column}: {} ({sure})",
        printable(&document.place()),
        checked::change(&record.text(n)[finding.span.range()], finding.correction())
    )
}
