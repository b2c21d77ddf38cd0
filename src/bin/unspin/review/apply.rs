//! `unspin review --apply`: write what was accepted into the files.

use std::collections::{BTreeMap, BTreeSet};

use unspin::input::InputError;
use unspin::{Decision, Decisions, Edit, LineIndex, Place, Verdict};

use super::document::place;
use crate::args::Common;
use crate::checked::{Checked, change, unwritable};
use crate::in_place::{InPlace, Rewritten};
use crate::job::{Event, Job};
use crate::terminal::{Ending, complain, note};

/// What decisions make of a record.
struct Applied {
    /// Its texts.
    places: Vec<Place>,
    rewritten: Rewritten,
    /// A line for each change.
    lines: Vec<String>,
    /// What was accepted and is there already.
    done: usize,
    /// Accepted replacements that cannot be made, a line each.
    failed: Vec<String>,
    fault: Option<InputError>,
}

/// Of a job that is only a part of the work, what was decided elsewhere is another part's.
pub(crate) fn run(
    job: &Job,
    decisions: &Decisions,
    is_part: bool,
    backup: Option<&str>,
    common: Common,
) -> anyhow::Result<Ending> {
    let mut in_place = InPlace::new(backup);
    let (mut done, mut failed) = (0, 0);
    let mut trouble = false;
    let mut seen: BTreeSet<Place> = BTreeSet::new();
    let outcome = job.run(
        None,
        |checked| apply(&checked, decisions),
        |event| {
            let event = match event {
                Event::Record(applied) => {
                    let Applied { rewritten, lines, .. } = applied;
                    seen.extend(applied.places);
                    if let Some(fault) = applied.fault {
                        complain(&fault.to_string());
                        trouble = true;
                    }
                    applied.failed.iter().for_each(|line| complain(line));
                    failed += applied.failed.len();
                    done += applied.done;
                    if in_place.takes(&rewritten, lines.len()) && !common.quiet {
                        lines.iter().for_each(|line| note(line));
                    }
                    Event::Record(rewritten)
                }
                Event::Start(source, stamp) => Event::Start(source, stamp),
                Event::Skipped(raw) => Event::Skipped(raw),
                Event::End => Event::End,
                Event::Broken => Event::Broken,
                Event::Pause | Event::Checkpoint(_) => return Ok(()),
            };
            in_place.follow(event);
            Ok(())
        },
    )?;
    // A record or a file that is gone takes its decisions with it, but not in silence.
    let files: BTreeSet<&str> = seen.iter().map(|place| place.path.as_str()).collect();
    let mut elsewhere: BTreeMap<&str, usize> = BTreeMap::new();
    for decision in decisions.iter().filter(|one| one.verdict == Verdict::Accept && !is_part) {
        let Decision { place, text, replacement, .. } = decision;
        if !files.contains(place.path.as_str()) {
            *elsewhere.entry(&place.path).or_default() += 1;
        } else if !seen.contains(place) {
            complain(&lost(place, text, replacement.as_deref()));
            failed += 1;
        }
    }
    failed += in_place.lost;
    for (path, count) in elsewhere {
        complain(&format!("{path}: {count} accepted, left out, for this file was not read"));
        failed += count;
    }
    if !common.quiet {
        let files = if in_place.files == 1 { "file" } else { "files" };
        let there = if done > 0 { format!(", {done} there already") } else { String::new() };
        let left = if failed > 0 { format!(", {failed} not") } else { String::new() };
        note(&format!("{} applied in {} {files}{there}{left}", in_place.made, in_place.files));
    }
    Ok(Ending { found: failed > 0, trouble: trouble || outcome.trouble || in_place.trouble })
}

fn apply(checked: &Checked, decisions: &Decisions) -> Applied {
    let Checked { record, reports } = checked;
    let mut places = Vec::with_capacity(reports.len());
    let (mut edits, mut lines, mut failed, mut done) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for (n, report) in reports.iter().enumerate() {
        let (place, text) = (place(record, n), record.text(n));
        let matched = decisions.find(&place, text, &report.findings);
        done += matched.done.len();
        failed.extend(matched.lost.iter().map(|one| lost(&place, &one.text, one.replacement.as_deref())));
        places.push(place.clone());
        let mut accepted = matched.edits(text, &report.findings);
        if accepted.is_empty() {
            continue;
        }
        let index = LineIndex::new(record.shown(n));
        let verdicts = matched.decided.iter().map(|decision| decision.map(|decision| decision.verdict));
        let found = || report.findings.iter().zip(verdicts.clone());
        for edit in accepted.iter_mut().filter(|edit| edit.text.is_empty()) {
            if record.source_edits(n, edit.span, "").is_none() {
                // The space that words took along may lie beyond a tag; then it stays.
                let own = found().filter(|(_, verdict)| *verdict == Some(Verdict::Accept)).map(|(own, _)| own.span);
                let mut own = own.chain(matched.elsewhere.iter().map(|(span, _)| *span));
                let words = own.find(|own| edit.span.start <= own.start && own.end <= edit.span.end);
                edit.span = words.unwrap_or(edit.span);
            }
        }
        // What may be one repair with something that nobody decided against goes with that.
        let beside = found().filter(|(finding, verdict)| {
            let apart = |edit: &Edit| !edit.span.overlaps(finding.span);
            !matches!(verdict, Some(Verdict::Reject | Verdict::Ignore)) && accepted.iter().all(apart)
        });
        let beside = beside.map(|(finding, _)| (finding.span, finding.correction(), false));
        let mut all: Vec<_> = accepted.iter().map(|edit| (edit.span, edit.text.as_str(), true)).chain(beside).collect();
        all.sort_unstable();
        let sources = record.joint_edits(n, all.iter().map(|&(span, new, _)| (span, new)));
        for ((span, new, _), source) in all.into_iter().zip(sources).filter(|((.., accepted), _)| *accepted) {
            let (line, column) = index.line_column(record.shown_span(n, span).start);
            let place = format!("{place}:{line}:{column}");
            match source {
                Some(source) => {
                    edits.extend(source);
                    lines.push(format!("{place}: {}", change(&text[span], new)));
                }
                None => failed.push(format!("{place}: {}", unwritable(record, n, span, new))),
            }
        }
    }
    edits.sort_by_key(|(span, _)| *span);
    match record.rewrite(&edits) {
        Ok(bytes) => Applied {
            places,
            rewritten: Rewritten { bytes, changed: !edits.is_empty(), before: None },
            lines,
            done,
            failed,
            fault: None,
        },
        Err(fault) => {
            let bytes = record.rewrite(&[]).unwrap_or_default();
            failed.extend(lines);
            Applied {
                places,
                rewritten: Rewritten { bytes, changed: false, before: None },
                lines: Vec::new(),
                done,
                failed,
                fault: Some(fault),
            }
        }
    }
}

/// What is said of an accepted replacement whose words are gone.
fn lost(place: &Place, words: &str, replacement: Option<&str>) -> String {
    format!("{place}: {} is left out, for the words are not there any more", change(words, replacement.unwrap_or("…")))
}
