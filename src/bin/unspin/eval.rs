//! `unspin eval`: measure findings against gold files.

use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, bail, ensure};
use clap::{Args as Group, ValueEnum};
use rayon::prelude::*;
use serde_json::{Value, json};
use unspin::eval::{
    self, Comparison, DocumentCounts, Evaluation, GoldDocument, GoldEdit, Need, Score, Share, Verdict, m2,
};
use unspin::{Finding, Report};

use crate::args::{Checking, Common, TableFormat, threads};
use crate::dictionary::files_below;
use crate::paths;
use crate::replacement;
use crate::settings::Settings;
use crate::terminal::{self, Ending, note};
use crate::wording::one_line;

/// Resamples of the bootstrap.
const SAMPLES: usize = 10_000;
/// What the names of files in ERRANT's format end with: what is wanted, and what was found.
const M2: [&str; 2] = [".gold.m2", ".found.m2"];

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin eval gold/*.json
  unspin eval gold/ --clean articles.txt --save before.json
  unspin eval gold/ --compare before.json
  unspin eval gold/ --show missed
  unspin eval gold/ --at-least recall=0.4 --at-least precision=0.8

The exit code is 1 where a figure falls short of --at-least or exceeds --at-most, else 0.

Of a .m2 file with several annotators, the edits of the first are the gold, with what others put in place of the \
same words as alternatives; edits of others, and those that overlap, are left out, which a line on standard error \
tells. What --m2 writes reads back as the same documents, with space between all tokens and without empty lines and \
families.")]
pub(crate) struct Eval {
    /// Gold files (.json, .jsonl, .m2), and directories of them.
    #[arg(value_name = "GOLD", required_unless_present_any = ["clean", "dump_config"])]
    pub(crate) gold: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) checking: Checking,
    /// Clean texts, one a line: every finding in them is wrong; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) clean: Vec<PathBuf>,
    /// List edits no finding touches, findings where nothing is wrong, or right places with wrong words.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) show: Vec<Show>,
    /// Keep the figures of every document for a later --compare.
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    /// Compare with figures kept before, by a paired bootstrap over documents.
    #[arg(long, value_name = "FILE")]
    pub(crate) compare: Option<PathBuf>,
    /// Ask for the least that a figure may be, from 0 to 1, such as recall=0.4: recall, recall-all, precision, f0.5,
    /// automatic or documents-f1; may be given several times.
    #[arg(long, value_name = "FIGURE=VALUE")]
    pub(crate) at_least: Vec<Bound>,
    /// Ask for the most that a figure may be: calibration-error (0 to 1), alarms (findings in 10,000 clean words) or
    /// automatic-alarms (in 100,000).
    #[arg(long, value_name = "FIGURE=VALUE")]
    pub(crate) at_most: Vec<Bound>,
    /// Write the gold edits and the findings as PREFIX.gold.m2 and PREFIX.found.m2, for ERRANT.
    #[arg(long, value_name = "PREFIX")]
    pub(crate) m2: Option<PathBuf>,
    /// How figures are shown.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = TableFormat::Human)]
    pub(crate) format: TableFormat,
    /// Threads; 0 is one for each core, above 256 is 256 [default: 0].
    #[arg(short = 'j', long, value_name = "N")]
    pub(crate) jobs: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    Missed,
    Wrong,
    Off,
}

/// A figure that something can be asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figure {
    Recall,
    RecallAll,
    Precision,
    FHalf,
    Automatic,
    Documents,
    CalibrationError,
    Alarms,
    AutomaticAlarms,
}

impl Figure {
    const ALL: [Self; 9] = [
        Self::Recall,
        Self::RecallAll,
        Self::Precision,
        Self::FHalf,
        Self::Automatic,
        Self::Documents,
        Self::CalibrationError,
        Self::Alarms,
        Self::AutomaticAlarms,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Recall => "recall",
            Self::RecallAll => "recall-all",
            Self::Precision => "precision",
            Self::FHalf => "f0.5",
            Self::Automatic => "automatic",
            Self::Documents => "documents-f1",
            Self::CalibrationError => "calibration-error",
            Self::Alarms => "alarms",
            Self::AutomaticAlarms => "automatic-alarms",
        }
    }

    /// In how many clean words it counts findings; `None` where it is a share.
    fn words(self) -> Option<&'static str> {
        match self {
            Self::Alarms => Some("10,000"),
            Self::AutomaticAlarms => Some("100,000"),
            _ => None,
        }
    }

    /// `None` where nothing was measured that it is of.
    fn of(self, evaluation: &Evaluation) -> Option<f64> {
        let (overall, clean) = (&evaluation.overall, &evaluation.clean);
        match self {
            Self::Recall => overall.recall(),
            Self::RecallAll => overall.recall_all(),
            Self::Precision => overall.precision(),
            Self::FHalf => overall.f_half(),
            Self::Automatic => overall.automatic.value(),
            Self::Documents => evaluation.telling.f1(),
            Self::CalibrationError => evaluation.calibration_error(),
            Self::Alarms => (clean.documents > 0).then(|| clean.per_10_000()),
            Self::AutomaticAlarms => (clean.documents > 0).then(|| clean.automatic_per_100_000()),
        }
    }
}

/// What is asked of a figure, as `recall=0.4`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    figure: Figure,
    value: f64,
}

impl FromStr for Bound {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (name, value) = text.split_once('=').context("must be a figure and a value, such as recall=0.4")?;
        let Some(figure) = Figure::ALL.into_iter().find(|figure| figure.name() == name) else {
            bail!("no figure {name:?}; use one of {}", Figure::ALL.map(Figure::name).join(", "));
        };
        let value = value.parse().ok().filter(|value: &f64| value.is_finite());
        let value = value.with_context(|| format!("{name} needs a number"))?;
        // What no text can come to is a slip, and would be told as a figure that falls short.
        match figure.words() {
            Some(words) => ensure!(value >= 0.0, "{name} is findings in {words} clean words: 0 or more"),
            None if value > 1.0 && value <= 100.0 => {
                let share = (value * 100.0).round() / 10_000.0;
                bail!("{name} is a share from 0 to 1; for {value} % write {name}={share}");
            }
            None => ensure!((0.0..=1.0).contains(&value), "{name} is a share from 0 to 1"),
        }
        Ok(Self { figure, value })
    }
}

impl Bound {
    /// What is wrong with the figure, where it does not `hold` against the value.
    fn fault(self, asked: &str, evaluation: &Evaluation, hold: fn(&f64, &f64) -> bool) -> Option<String> {
        let (name, value) = (self.figure.name(), self.value);
        match self.figure.of(evaluation) {
            Some(measured) if hold(&measured, &value) => None,
            Some(measured) => Some(format!("{name} is {measured:.3}, {asked} {value} is asked for")),
            None => Some(format!("{name} is not measured, {asked} {value} is asked for")),
        }
    }
}

pub(crate) fn run(command: &Eval, common: Common) -> anyhow::Result<Ending> {
    let settings = Settings::new(&command.checking)?;
    let m2 = command.m2.iter().flat_map(|prefix| M2.map(|end| paths::beside(prefix, end)));
    let outputs: Vec<PathBuf> = command.save.iter().cloned().chain(m2).collect();
    // Figures may take the place of those that they are compared with.
    replacement::writable(&[gold_files(&command.gold)?, command.clean.clone()].concat(), &outputs)?;
    let mut gold = read_gold(&command.gold, common)?;
    for path in &command.clean {
        gold.extend(read_clean(path, path)?);
    }
    ensure!(!gold.is_empty(), "no gold documents found");

    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads(command.jobs)).build()?;
    let check = |document: &GoldDocument| settings.check(Path::new(&document.id), &document.text);
    let reports: Vec<Report> = pool.install(|| gold.par_iter().map(check).collect());
    let evaluation = eval::evaluate(&gold, &reports);

    if let Some(prefix) = &command.m2 {
        write_m2(prefix, &gold, &reports)?;
    }
    let comparison = match &command.compare {
        Some(path) => {
            let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
            let before: Vec<DocumentCounts> = serde_json::from_str(&text)
                .with_context(|| format!("{}: not figures that --save wrote", path.display()))?;
            let comparison = eval::compare(&before, &evaluation.counts, SAMPLES);
            ensure!(comparison.both > 0, "{}: has none of these documents", path.display());
            comparison
        }
        None => Comparison::default(),
    };
    if let Some(path) = &command.save {
        let text = serde_json::to_string_pretty(&evaluation.counts)?;
        replacement::replace(path, (text + "\n").as_bytes())?;
    }

    let mut out = terminal::stdout();
    let shown = command.show.iter().flat_map(|&what| listed(what, &evaluation, &gold, &reports));
    match command.format {
        TableFormat::Human => {
            for one in shown {
                writeln!(out, "{one}")?;
            }
            human(&evaluation, &comparison, &mut out)?;
        }
        TableFormat::Json => {
            let mut figures = machine(&evaluation, &comparison);
            if !command.show.is_empty() {
                figures["shown"] = shown.map(|one| one.machine()).collect();
            }
            writeln!(out, "{figures:#}")?;
        }
    }
    out.flush()?;
    let least = command.at_least.iter().filter_map(|bound| bound.fault("at least", &evaluation, f64::ge));
    let most = command.at_most.iter().filter_map(|bound| bound.fault("at most", &evaluation, f64::le));
    let faults: Vec<String> = least.chain(most).collect();
    faults.iter().for_each(|fault| note(fault));
    Ok(Ending { found: !faults.is_empty(), trouble: false })
}

/// Gold files, and those in directories.
pub(crate) fn gold_files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        files.extend(files_below(path, &["json", "jsonl", "m2"])?);
    }
    Ok(files)
}

/// Reads gold files, and those in directories.
pub(crate) fn read_gold(paths: &[PathBuf], common: Common) -> anyhow::Result<Vec<GoldDocument>> {
    let mut gold = Vec::new();
    for path in gold_files(paths)? {
        let name = || path.display().to_string();
        let text = read_text(&path)?;
        if path.extension().is_some_and(|extension| extension == "m2") {
            let m2::Contents { documents, overlapping, of_others, .. } = m2::read(&name(), &text)?;
            for (lines, why) in [(overlapping, "overlap others"), (of_others, "are not the first annotator's")] {
                if let Some(line) = lines.first().filter(|_| !common.quiet) {
                    note(&format!("{}:{line}: edits left out that {why}: {}", name(), lines.len()));
                }
            }
            gold.extend(documents);
        } else {
            gold.extend(GoldDocument::read(&text).with_context(name)?);
        }
    }
    Ok(gold)
}

/// Reads clean texts, one a line. Their ids are those of the lines in a file of that name.
pub(crate) fn read_clean(path: &Path, name: &Path) -> anyhow::Result<Vec<GoldDocument>> {
    let text = read_text(path)?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    Ok(lines.map(|(n, line)| GoldDocument::clean(format!("{}:{n}", name.display()), line)).collect())
}

/// The text of a file, a byte order mark aside.
fn read_text(path: &Path) -> anyhow::Result<String> {
    let mut text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

fn write_m2(prefix: &Path, gold: &[GoldDocument], reports: &[Report]) -> anyhow::Result<()> {
    let (mut wanted, mut found) = (String::new(), String::new());
    for (document, report) in gold.iter().zip(reports) {
        wanted.push_str(&m2::write(&document.id, &document.text, &document.edits));
        let edits: Vec<GoldEdit> = report
            .findings
            .iter()
            .map(|finding| GoldEdit {
                span: finding.span,
                corrections: vec![finding.correction().to_owned()],
                need: Need::Hard,
            })
            .collect();
        found.push_str(&m2::write(&document.id, &document.text, &edits));
    }
    M2.iter()
        .zip([wanted, found])
        .try_for_each(|(end, text)| replacement::replace(&paths::beside(prefix, end), text.as_bytes()))
}

/// One thing that went wrong.
struct Listed<'e> {
    what: &'static str,
    document: &'e str,
    /// Where: the words in brackets, with those around them.
    context: String,
    /// What is there, but for an edit that was missed.
    finding: Option<&'e Finding>,
    /// How badly an edit that was missed is needed.
    need: Option<Need>,
    /// What should be there.
    wanted: Vec<String>,
}

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, document, context, wanted, .. } = self;
        write!(f, "{what:<6}  {document}  ")?;
        match (self.finding, self.need) {
            (None, need) => write!(f, "{}  {context}  should be: {}", need.map_or("", name), wanted.join(" | "))?,
            (Some(finding), _) => {
                let (correction, confidence) = (finding.correction(), finding.confidence());
                write!(f, "{context}  → {correction} ({confidence:.2}, {})", finding.rule.name())?;
                if !wanted.is_empty() {
                    write!(f, "  should be: {}", wanted.join("; "))?;
                }
            }
        }
        Ok(())
    }
}

impl<'e> Listed<'e> {
    /// A finding where nothing is wrong.
    fn wrong(document: &'e GoldDocument, finding: &'e Finding) -> Self {
        let context = context(&document.text, finding.span);
        Self { what: "wrong", document: &document.id, context, finding: Some(finding), need: None, wanted: Vec::new() }
    }

    /// The same for programs.
    fn machine(&self) -> Value {
        let confidence = |finding: &Finding| (f64::from(finding.confidence()) * 1000.0).round() / 1000.0;
        json!({
            "what": self.what,
            "document": self.document,
            "context": self.context,
            "need": self.need.map(name),
            "correction": self.finding.map(Finding::correction),
            "confidence": self.finding.map(confidence),
            "rule": self.finding.map(|finding| finding.rule.name()),
            "wanted": self.wanted,
        })
    }
}

fn name(need: Need) -> &'static str {
    match need {
        Need::Hard => "hard",
        Need::Soft => "soft",
    }
}

/// What went wrong, with the words around it.
fn listed<'e>(what: Show, evaluation: &Evaluation, gold: &'e [GoldDocument], reports: &'e [Report]) -> Vec<Listed<'e>> {
    let mut all = Vec::new();
    for document in &evaluation.documents {
        let GoldDocument { id, text, edits, .. } = &gold[document.index];
        let findings = &reports[document.index].findings;
        if what == Show::Missed {
            let missed = edits.iter().zip(&document.judgment.touched).filter(|(_, touched)| !**touched);
            all.extend(missed.map(|(edit, _)| Listed {
                what: "missed",
                document: id,
                context: context(text, edit.span),
                finding: None,
                need: Some(edit.need),
                wanted: edit.corrections.clone(),
            }));
            continue;
        }
        for (finding, verdict) in findings.iter().zip(&document.judgment.verdicts) {
            match (what, verdict) {
                (Show::Wrong, Verdict::Wrong) => all.push(Listed::wrong(&gold[document.index], finding)),
                (Show::Off, Verdict::Off) => {
                    let wanted = edits
                        .iter()
                        .filter(|edit| edit.span.touches(finding.span))
                        .map(|edit| format!("{} → {}", &text[edit.span.range()], edit.corrections.join(" | ")))
                        .collect();
                    all.push(Listed { what: "off", wanted, ..Listed::wrong(&gold[document.index], finding) });
                }
                _ => {}
            }
        }
    }
    // On clean texts every finding is wrong.
    if what == Show::Wrong {
        for (document, report) in gold.iter().zip(reports).filter(|(document, _)| document.edits.is_empty()) {
            all.extend(report.findings.iter().map(|finding| Listed::wrong(document, finding)));
        }
    }
    all
}

/// A span in brackets with some words on both sides.
fn context(text: &str, span: unspin::Span) -> String {
    let before: Vec<&str> = text[..span.start].split_whitespace().rev().take(5).collect();
    let before: Vec<&str> = before.into_iter().rev().collect();
    let after: Vec<&str> = text[span.end..].split_whitespace().take(5).collect();
    let gap = |there: bool| if there { " " } else { "" };
    let inside = one_line(&text[span.range()]);
    format!(
        "{}{}[{inside}]{}{}",
        before.join(" "),
        gap(text[..span.start].ends_with(char::is_whitespace)),
        gap(text[span.end..].starts_with(char::is_whitespace)),
        after.join(" ")
    )
}

fn human(evaluation: &Evaluation, comparison: &Comparison, out: &mut impl Write) -> anyhow::Result<()> {
    if evaluation.overall.documents > 0 {
        writeln!(
            out,
            "{:<14}{:>5}  {:>18}  {:>18}  {:>18}  {:>6}  {:>18}  {:>18}",
            "family",
            "docs",
            "hard repaired",
            "all repaired",
            "findings right",
            "F0.5",
            "automatic right",
            "hard by automatic"
        )?;
        let families = evaluation.families.iter().map(|(name, score)| (name.as_str(), score));
        let all = (evaluation.families.len() != 1).then_some(("all", &evaluation.overall));
        for (name, score) in families.chain(all) {
            let mut edits = score.hard;
            edits.hits += score.soft.hits;
            edits.of += score.soft.of;
            writeln!(
                out,
                "{name:<14}{:>5}  {:>18}  {:>18}  {:>18}  {:>6}  {:>18}  {:>18}",
                score.documents,
                score.hard,
                edits,
                score.findings,
                score.f_half().map_or_else(|| "-".into(), |f| format!("{f:.3}")),
                score.automatic,
                score.automatic_hard,
            )?;
        }
        let wrong = evaluation.overall.findings.of - evaluation.overall.findings.hits - evaluation.overall.off;
        writeln!(
            out,
            "\nnot right: {} in the right place with the wrong words, {wrong} where nothing is wrong",
            evaluation.overall.off
        )?;
        for (what, shares) in [("severity", &evaluation.severities), ("rule", &evaluation.rules)] {
            let shares: Vec<String> = shares.iter().map(|(name, right)| format!("{name} {right}")).collect();
            if !shares.is_empty() {
                writeln!(out, "right by {what}: {}", shares.join(", "))?;
            }
        }
        let bands = evaluation.bands.iter().enumerate().filter(|(_, band)| band.right.of > 0);
        let bands: Vec<String> = bands.map(|(n, band)| format!("{:.1}: {}", n as f64 / 10.0, band.right)).collect();
        if !bands.is_empty() {
            writeln!(out, "right by confidence from {}", bands.join(", "))?;
        }
        if let Some(error) = evaluation.calibration_error() {
            writeln!(out, "calibration error {error:.3}")?;
        }
    }
    let clean = evaluation.clean;
    if clean.documents > 0 {
        writeln!(
            out,
            "clean: {} words in {} documents, {} findings in {} of them: {:.2} per 10,000 words; {} automatic: {:.2} per 100,000",
            clean.words,
            clean.documents,
            clean.findings,
            clean.touched,
            clean.per_10_000(),
            clean.automatic,
            clean.automatic_per_100_000()
        )?;
    }
    if let Some(f1) = evaluation.telling.f1() {
        let telling = evaluation.telling;
        writeln!(
            out,
            "documents told apart: F1 {f1:.3} ({} spun found, {} missed, {} clean called spun)",
            telling.hits, telling.misses, telling.alarms
        )?;
    }
    for one in &comparison.differences {
        writeln!(
            out,
            "{}: {:.3} before, {:.3} now, {:+.3} (95 % {:+.3} to {:+.3}, doubt {:.3})",
            one.measure.name(),
            one.before,
            one.now,
            one.now - one.before,
            one.interval.0,
            one.interval.1,
            one.doubt
        )?;
    }
    let Comparison { both, only_before, only_now, .. } = comparison;
    if only_before + only_now > 0 {
        writeln!(
            out,
            "compared by the {both} documents that both have; {only_before} are only in the figures before, {only_now} \
             only in those now"
        )?;
    }
    Ok(())
}

/// A share for programs.
pub(crate) fn counts(share: &Share) -> Value {
    json!({ "hits": share.hits, "of": share.of, "share": share.value() })
}

fn machine(evaluation: &Evaluation, comparison: &Comparison) -> Value {
    let score = |score: &Score| {
        json!({
            "documents": score.documents,
            "hard": counts(&score.hard),
            "soft": counts(&score.soft),
            "findings": counts(&score.findings),
            "off": score.off,
            "recall": score.recall(),
            "recall_all": score.recall_all(),
            "precision": score.precision(),
            "f0.5": score.f_half(),
            "automatic": counts(&score.automatic),
            "automatic_hard": counts(&score.automatic_hard),
        })
    };
    let families: serde_json::Map<String, Value> =
        evaluation.families.iter().map(|(name, family)| (name.clone(), score(family))).collect();
    let shares = |shares: &std::collections::BTreeMap<&'static str, Share>| -> Value {
        shares.iter().map(|(name, share)| ((*name).to_owned(), counts(share))).collect::<serde_json::Map<_, _>>().into()
    };
    let clean = evaluation.clean;
    json!({
        "all": score(&evaluation.overall),
        "families": families,
        "severities": shares(&evaluation.severities),
        "rules": shares(&evaluation.rules),
        "confidence": evaluation.bands.iter().map(|band| counts(&band.right)).collect::<Vec<_>>(),
        "calibration_error": evaluation.calibration_error(),
        "clean": {
            "documents": clean.documents, "words": clean.words, "findings": clean.findings,
            "automatic": clean.automatic,
            "per_10_000": (clean.documents > 0).then(|| clean.per_10_000()),
            "automatic_per_100_000": (clean.documents > 0).then(|| clean.automatic_per_100_000()),
        },
        "documents_f1": evaluation.telling.f1(),
        "compared": comparison.differences.iter().map(|one| json!({
            "measure": one.measure.name(), "before": one.before, "now": one.now,
            "interval": [one.interval.0, one.interval.1], "doubt": one.doubt,
        })).collect::<Vec<_>>(),
        "compared_documents": {
            "both": comparison.both, "only_before": comparison.only_before, "only_now": comparison.only_now,
        },
    })
}
