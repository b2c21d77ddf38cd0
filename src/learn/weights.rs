//! Fits the last decision: `unspin learn weights`.
//!
//! Every candidate that the lattice finds likely in a text with known substitutions is a row, labeled by whether
//! applying it alone repairs the text. Boosted trees are grown on the rows, calibrated (Platt, 1999) on rows of
//! documents they were not grown on, and a logistic regression tells spun documents from clean ones; further trees take
//! the first look, and tell which paragraphs of a spun text were left as they were. All three also learn from texts that
//! are spun in part, made of the others.

use std::collections::HashMap;
use std::fmt::Write;

use serde::Deserialize;

use super::channel::{Counts, Facts};
use super::forest::{Grown, Growth, Table, grow};
use super::held_out::{HeldOut, Models, Part};
use super::part::{SETS, is_made, parts};
use crate::candidates::Word;
use crate::config::Config;
use crate::dictionary::Dictionary;
use crate::dictionary::error::{DictionaryError, ErrorKind};
use crate::dictionary::table::mix;
use crate::eval::{GoldDocument, GoldEdit, Verdict, judge};
use crate::model::decide::{self, DOCUMENT};
use crate::model::features::{COUNT, USAGE};
use crate::model::forest::pack;
use crate::model::gate::{self, Pairs, SORTS};
use crate::model::odds;
use crate::model::paragraph;
use crate::model::passage::{Passage, Scored};
use crate::report::{Applicability, Correction, Family, Finding, Rule, Severity};

/// Parts of the cross-validation.
pub(super) const FOLDS: usize = 5;
/// Weight of the rows of documents that are closest to what will be met.
const WATCHED_WEIGHT: f32 = 3.0;
/// Weight of a clean document's rows; they are many.
const CLEAN_WEIGHT: f32 = 0.3;

/// Fitted weights with the report of their cross-validation.
#[derive(Debug)]
pub struct Learned {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// What was measured, for people.
    pub report: String,
}

/// What an encoder says of a text.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Heard {
    /// The document's name.
    pub id: String,
    /// ln of the odds of each candidate against what stands there, in the order of `unspin learn places`; 0 of those
    /// that were not offered.
    pub fits: Vec<f32>,
    /// ln of the odds that each word was changed.
    pub detected: Vec<f32>,
}

struct Sample {
    scored: Vec<Scored>,
    labels: Vec<Option<bool>>,
    /// What it says of how spinners use words.
    facts: Facts,
    /// Shares of the families, as estimated.
    families: [f32; 4],
    /// What the document's decision looks at, worked out once the candidates have their probabilities.
    document: [f32; DOCUMENT],
    /// What the first look sees of the document, and of its beginnings alone.
    glance: [f32; SORTS],
    beginnings: Vec<[f32; SORTS]>,
    /// Its paragraphs, worked out likewise.
    paragraphs: Vec<Paragraph>,
    spun: bool,
    /// Whether only parts of it are spun: no trees are grown on it.
    in_part: bool,
    /// Its part of the cross-validation; a document and its original are in the same.
    fold: usize,
    /// Weight of its rows.
    weight: f32,
}

/// A paragraph of a document.
struct Paragraph {
    /// What the decision on paragraphs looks at.
    figures: [f32; paragraph::FIGURES],
    /// Whether it has edits.
    spun: bool,
    /// One past its last sentence.
    end: usize,
}

impl Sample {
    /// ln of the odds that the document is spun, where spun and clean ones are equally many, by the document's decision.
    fn odds(&self, document: &[f32; DOCUMENT]) -> f32 {
        self.document.iter().zip(document).map(|(figure, weight)| figure * weight).sum()
    }
}

/// Fits the weights on documents with known substitutions and on clean ones. Documents whose ids start with
/// `watch` are reported on their own; where it is empty none are.
///
/// Takes about three minutes for 2,200 documents on two cores.
///
/// `fragments` are what is known of real pages, with an edit without corrections wherever nothing is. Nothing is fitted
/// on them; the report tells how they would be judged by what has not seen their pages.
///
/// `models` are what the documents are read by, each without what its part says.
///
/// `heard` is what encoders that had not seen them say of the documents, by id; documents that it lacks are judged
/// without.
///
/// # Errors
///
/// Where a source is malformed or a model is none, where what was heard of a document is of other candidates than it has
/// now, and where some part of the cross-validation has all documents, so that there are none to learn from.
pub fn learn(
    gold: &[GoldDocument],
    fragments: &[GoldDocument],
    heard: &[Heard],
    models: &Models<'_>,
    watch: &str,
    progress: &mut dyn FnMut(&str),
) -> Result<Learned, DictionaryError> {
    let gold: &[GoldDocument] = &gold.iter().cloned().chain(gold.iter().flat_map(parts)).collect::<Vec<_>>();
    progress("compiling dictionaries");
    // What is watched stands for what nobody has seen, so nothing is counted in it.
    let counted = gold.iter().filter(|document| !is_watched(document, watch));
    let mut held_out = HeldOut::new(models, counted, fragments)?;
    let heard: HashMap<&str, &Heard> = heard.iter().map(|heard| (heard.id.as_str(), heard)).collect();
    progress("reading documents");
    let mut read = |documents: &[GoldDocument]| -> Result<Vec<Sample>, DictionaryError> {
        let heard = |document: &GoldDocument| heard.get(document.id.as_str()).copied();
        documents.iter().map(|document| sample(document, heard(document), held_out.of(document))).collect()
    };
    let (mut samples, mut pieces) = (read(gold)?, read(fragments)?);
    for (sample, _) in samples.iter_mut().zip(gold).filter(|(_, document)| is_watched(document, watch)) {
        sample.weight = WATCHED_WEIGHT;
        sample.facts = Facts::default();
    }
    for fold in 0..FOLDS {
        progress(&format!("growing trees, part {} of {FOLDS}", fold + 1));
        count_usage(gold, &mut samples, &mut pieces, |sample| sample.fold != fold);
        let grown = grown(&table(&samples, |sample| sample.fold != fold && !sample.in_part), &Growth::default())?;
        for sample in samples.iter_mut().chain(&mut pieces).filter(|sample| sample.fold == fold) {
            for scored in &mut sample.scored {
                scored.probability = grown.score(&scored.features);
            }
        }
    }
    let calibration = calibrate(gold, &samples, watch);
    for scored in samples.iter_mut().chain(&mut pieces).flat_map(|sample| &mut sample.scored) {
        scored.probability = odds::probability(calibration[1] * scored.probability + calibration[0]);
    }
    for (sample, document) in samples.iter_mut().zip(gold) {
        let part = held_out.of(document);
        let passage = part.read(&document.text);
        sample.glance = gate::glance(&passage.sentences, &part.dictionary, &mut Pairs::default());
        let whole = decide::Stretch::whole(&passage);
        sample.document = decide::document(&passage, &whole, &sample.scored, &sample.glance);
        sample.paragraphs = paragraphs(document, &passage, &sample.scored);
        if !sample.in_part {
            sample.beginnings = beginnings(&passage.sentences, &part.dictionary);
        }
    }
    let spun = samples.iter().filter(|sample| sample.spun).count() as f32;
    let clean = (samples.len() as f32 - spun).max(1.0);
    let rows: Vec<_> = samples
        .iter()
        .map(|sample| {
            (sample.document, sample.spun, if sample.spun { 1.0 / spun } else { 1.0 / clean } * samples.len() as f32)
        })
        .collect();
    let document = logistic(&rows);
    progress("growing trees of the first look");
    let (gate, gate_report) = gate(gold, &samples, &document, watch)?;
    let (paragraphs, paragraph_report) = weigh_paragraphs(&mut samples)?;
    let mut report = report(gold, &samples, &document, watch) + &gate_report + &paragraph_report;
    if !fragments.is_empty() {
        measure(&mut report, "fragments", fragments, &pieces, &|_| true);
        for family in Family::ALL {
            let is_of = |document: &GoldDocument| document.family.as_deref() == Some(family.name());
            measure(&mut report, &format!("fragments {family}"), fragments, &pieces, &is_of);
        }
    }
    progress("growing trees on all documents");
    count_usage(gold, &mut samples, &mut [], |_| true);
    let grown = grown(&table(&samples, |sample| !sample.in_part), &Growth::default())?;
    let [last, gate, paragraphs] = [&grown, &gate, &paragraphs].map(|grown| (&grown.trees[..], grown.base));
    let bytes = pack(last, (calibration[1], calibration[0]), &document, gate, paragraphs, COUNT);
    Ok(Learned { bytes, report })
}

/// Trees for a table, unless it is empty.
fn grown(table: &Table, growth: &Growth) -> Result<Grown, DictionaryError> {
    if table.labels.is_empty() {
        let message = format!("too few documents to cross-validate in {FOLDS} parts; give more gold documents");
        return Err(DictionaryError::new(ErrorKind::Model, message));
    }
    Ok(grow(table, growth))
}

fn sample(document: &GoldDocument, heard: Option<&Heard>, part: &mut Part) -> Result<Sample, DictionaryError> {
    let mut passage = part.read(&document.text);
    if let Some(heard) = heard {
        let candidates: usize = passage.lattices.iter().map(|lattice| lattice.candidates.len()).sum();
        let (words, id) = (passage.sentences.iter().map(Vec::len).sum::<usize>(), &document.id);
        let (got, got_words) = (heard.fits.len(), heard.detected.len());
        if (got, got_words) != (candidates, words) {
            return Err(DictionaryError::new(
                ErrorKind::Model,
                format!(
                    "{id}: expected {candidates} candidates and {words} words, heard of {got} and {got_words}; \
                     write its places anew with `unspin learn places`"
                ),
            ));
        }
        passage.hear(&heard.fits, &heard.detected);
    }
    let scored = passage.score(&part.dictionary);
    let labels = scored
        .iter()
        .map(|scored| {
            let finding = finding(scored);
            let (start, end) = (finding.span.start.saturating_sub(60), finding.span.end + 60);
            let near = document.edits.iter().filter(|edit| edit.span.end >= start && edit.span.start <= end);
            let part = GoldDocument { edits: near.cloned().collect(), ..document.clone() };
            match judge(&part, &[&finding]).verdicts[0] {
                Verdict::Right => Some(true),
                Verdict::Off => Some(part.edits.iter().any(|edit| is_part(document, edit, &finding))),
                Verdict::Wrong => Some(false),
                Verdict::Open => None,
            }
        })
        .collect();
    let spun = !document.edits.is_empty();
    let in_part = is_made(&document.id);
    Ok(Sample {
        scored,
        labels,
        facts: if spun && !in_part {
            Facts::of(document, &passage.tokens, &passage.sentences)
        } else {
            Facts::default()
        },
        families: passage.estimate.belief.families,
        document: [0.0; DOCUMENT],
        glance: [0.0; SORTS],
        beginnings: Vec::new(),
        paragraphs: Vec::new(),
        spun,
        in_part,
        fold: fold(&document.id),
        weight: if spun { 1.0 } else { CLEAN_WEIGHT },
    })
}

/// Shift and factor that turn the trees' sums, which are still in the place of probabilities, into log-odds that a
/// finding is right (Platt, 1999): fitted on what would be selected, and judged as a whole, where the trees also learn
/// from parts of repairs. Watched documents together weigh as much as all others together.
fn calibrate(gold: &[GoldDocument], samples: &[Sample], watch: &str) -> [f32; 2] {
    // Selects by the order of the sums; what is hopeless says nothing.
    const LEAST: f32 = -2.0;
    let mut rows: Vec<([f32; 2], bool, bool)> = Vec::new();
    for (sample, document) in samples.iter().zip(gold).filter(|(sample, _)| sample.spun && !sample.in_part) {
        let choices = decide::select(&sample.scored, LEAST);
        let findings: Vec<Finding> = choices.iter().map(|choice| finding(&sample.scored[choice.best])).collect();
        let verdicts = judge(document, &findings.iter().collect::<Vec<_>>()).verdicts;
        for (choice, verdict) in choices.iter().zip(verdicts).filter(|(_, verdict)| *verdict != Verdict::Open) {
            let sum = sample.scored[choice.best].probability;
            rows.push(([1.0, sum], verdict == Verdict::Right, is_watched(document, watch)));
        }
    }
    let watched = rows.iter().filter(|row| row.2).count().max(1) as f32;
    let others = (rows.len() as f32 - watched).max(1.0);
    let weighted =
        rows.iter().map(|&(row, right, is_watched)| (row, right, if is_watched { others / watched } else { 1.0 }));
    logistic(&weighted.collect::<Vec<_>>())
}

/// Fills in what is known of how spinners use the words of candidates: for the documents to learn from what those before
/// them say, in an order that follows from their names, for the others, and for fragments, what all of those say.
fn count_usage(gold: &[GoldDocument], samples: &mut [Sample], pieces: &mut [Sample], learns: impl Fn(&Sample) -> bool) {
    let hash = |at: usize| mix(base(&gold[at].id).bytes().fold(7, |hash, byte| mix(hash ^ u64::from(byte))));
    let mut order: Vec<(u64, usize)> = (0..samples.len()).map(|at| (hash(at), at)).collect();
    order.sort_unstable();
    let mut counts = Counts::default();
    let fill = |sample: &mut Sample, counts: &Counts| {
        for scored in &mut sample.scored {
            scored.features[USAGE].copy_from_slice(&counts.of(&scored.keys).figures(&sample.families));
        }
    };
    // A document and all that was made of it.
    for group in order.chunk_by(|a, b| a.0 == b.0) {
        for &(_, at) in group {
            if learns(&samples[at]) {
                fill(&mut samples[at], &counts);
            }
        }
        for &(_, at) in group {
            if learns(&samples[at]) {
                counts.add(&samples[at].facts);
            }
        }
    }
    for sample in samples.iter_mut().filter(|sample| !learns(sample)).chain(pieces) {
        fill(sample, &counts);
    }
}

/// Words of the beginnings that the first look learns from, too: most records are shorter than articles.
const BEGINNINGS: [usize; 2] = [40, 100];

/// What the first look sees of a text's first sentences.
fn beginnings(sentences: &[Vec<Word>], dictionary: &Dictionary) -> Vec<[f32; SORTS]> {
    let first = |least: usize| {
        let mut words = 0;
        let end = sentences.iter().position(|sentence| {
            words += sentence.len();
            words >= least
        });
        end.filter(|end| end + 1 < sentences.len())
            .map(|end| gate::glance(&sentences[..=end], dictionary, &mut Pairs::default()))
    };
    BEGINNINGS.iter().filter_map(|&words| first(words)).collect()
}

/// Share of the documents that are judged spun (translations aside, of which the tables hold little) that the first look
/// has to let through.
const LET_THROUGH: f64 = 0.98;
/// How the trees of the first look are grown.
const LOOK: Growth = Growth { trees: 150, leaves: 8, rate: 0.05, least_rows: 30, ridge: 5.0, rows: 0.8, columns: 0.6 };

/// Grows the trees of the first look, which are to let documents through that the document's decision tells to be spun,
/// and reports how much they let through of documents that they were not grown on.
fn gate(
    gold: &[GoldDocument],
    samples: &[Sample],
    document: &[f32; DOCUMENT],
    watch: &str,
) -> Result<(Grown, String), DictionaryError> {
    // Translations, and what nothing tells to be spun, are neither.
    let takes = |(gold, sample): &(&GoldDocument, &Sample)| {
        !sample.spun || sample.odds(document) > 0.0 && gold.family.as_deref() != Some("translation")
    };
    let table = |fold: Option<usize>| {
        let mut table = Table { columns: SORTS, ..Table::default() };
        for (gold, sample) in gold.iter().zip(samples).filter(takes).filter(|(_, sample)| Some(sample.fold) != fold) {
            let whole = match (is_watched(gold, watch), sample.in_part) {
                (true, _) => WATCHED_WEIGHT,
                (_, true) => 0.5,
                _ => 1.0,
            };
            let of_beginnings = sample.beginnings.iter().map(|glance| (glance, 0.5));
            for (glance, weight) in std::iter::once((&sample.glance, whole)).chain(of_beginnings) {
                table.values.extend(glance);
                table.labels.push(f32::from(u8::from(sample.spun)));
                table.weights.push(weight);
            }
        }
        table
    };
    let looks: Vec<Grown> = (0..FOLDS).map(|fold| grown(&table(Some(fold)), &LOOK)).collect::<Result<_, _>>()?;
    let scores = |take: &dyn Fn(&GoldDocument, &Sample) -> bool| -> Vec<f32> {
        let taken = gold.iter().zip(samples).filter(takes).filter(|(gold, sample)| take(gold, sample));
        taken.map(|(_, sample)| looks[sample.fold].score(&sample.glance)).collect()
    };
    let mut spun = scores(&|_, sample| sample.spun && !sample.in_part);
    spun.sort_by(f32::total_cmp);
    let least = spun.get(((1.0 - LET_THROUGH) * spun.len() as f64) as usize).copied().unwrap_or_default();
    let passing =
        |scores: Vec<f32>| format!("{} of {}", scores.iter().filter(|&&score| score >= least).count(), scores.len());
    let short = samples.iter().filter(|sample| !sample.spun);
    let short = short.flat_map(|sample| sample.beginnings.iter().map(|glance| looks[sample.fold].score(glance)));
    let report = format!(
        "first look: threshold {least:.2}, lets through {:.1} % of documents told to be spun, {} of those spun by half, \
         {} of those spun by a quarter, {} clean ones and {} of their beginnings\n",
        LET_THROUGH * 100.0,
        passing(scores(&|gold, _| gold.id.starts_with(SETS[0]))),
        passing(scores(&|gold, _| gold.id.starts_with(SETS[1]))),
        passing(scores(&|_, sample| !sample.spun)),
        passing(short.collect()),
    );
    let mut look = grown(&table(None), &LOOK)?;
    look.base -= least;
    Ok((look, report))
}

/// A document's paragraphs, once its candidates have their probabilities.
fn paragraphs(document: &GoldDocument, passage: &Passage<'_>, scored: &[Scored]) -> Vec<Paragraph> {
    let token = |word: &Word| &passage.tokens[word.token as usize];
    let mut first = 0;
    let figures = paragraph::figures(passage, scored).into_iter();
    figures
        .zip(&passage.estimate.paragraphs)
        .map(|(figures, own)| {
            let (sentence, last) = (&passage.sentences[first], &passage.sentences[own.end - 1]);
            first = own.end;
            let (start, end) = (token(&sentence[0]).start as usize, token(&last[last.len() - 1]).end as usize);
            let spun = document.edits.iter().any(|edit| edit.span.start < end && edit.span.end > start);
            Paragraph { figures, spun, end: own.end }
        })
        .collect()
}

/// How the trees that decide on paragraphs are grown.
const PARAGRAPHS: Growth =
    Growth { trees: 120, leaves: 6, rate: 0.12, least_rows: 60, ridge: 5.0, rows: 0.8, columns: 0.6 };

/// Grows the trees that tell which paragraphs of a spun text were spun, and takes what they say, of documents that they
/// were not grown on, into the probabilities of candidates. Reports how often they are right.
fn weigh_paragraphs(samples: &mut [Sample]) -> Result<(Grown, String), DictionaryError> {
    let table = |fold: Option<usize>, samples: &[Sample]| {
        let mut table = Table { columns: paragraph::FIGURES, ..Table::default() };
        let takes = |sample: &&Sample| sample.spun && sample.paragraphs.len() > 1 && Some(sample.fold) != fold;
        for sample in samples.iter().filter(takes) {
            for own in &sample.paragraphs {
                table.values.extend(own.figures);
                table.labels.push(f32::from(u8::from(own.spun)));
                // There are two of them for one that is spun throughout.
                table.weights.push(if sample.in_part { 0.5 } else { 1.0 });
            }
        }
        table
    };
    let held_out: Vec<Grown> =
        (0..FOLDS).map(|fold| grown(&table(Some(fold), samples), &PARAGRAPHS)).collect::<Result<_, _>>()?;
    // By whether the text is spun throughout, and whether the paragraph was: how many there are, and are told to be.
    let mut told = [[(0usize, 0usize); 2]; 2];
    for sample in samples.iter_mut().filter(|sample| sample.paragraphs.len() > 1) {
        let score = |own: &Paragraph| odds::probability(held_out[sample.fold].score(&own.figures));
        let spun: Vec<f32> = sample.paragraphs.iter().map(score).collect();
        for scored in &mut sample.scored {
            scored.probability *= spun[sample.paragraphs.partition_point(|own| own.end <= scored.place.0)];
        }
        for (own, &probability) in sample.paragraphs.iter().zip(&spun).filter(|_| sample.spun) {
            let counts = &mut told[usize::from(sample.in_part)][usize::from(own.spun)];
            *counts = (counts.0 + 1, counts.1 + usize::from(probability >= 0.5));
        }
    }
    let mut report = String::new();
    for (name, [left, spun]) in ["throughout", "in part"].iter().zip(told) {
        let _ = writeln!(
            report,
            "paragraphs told to be spun, of texts spun {name}: {} of {}, and {} of {} that were left",
            spun.1, spun.0, left.1, left.0
        );
    }
    Ok((grown(&table(None, samples), &PARAGRAPHS)?, report))
}

/// Whether a finding inside a longer edit is a part of its repair: every word that it changes brings the text of the
/// edit a word nearer to a correction.
fn is_part(document: &GoldDocument, edit: &GoldEdit, finding: &Finding) -> bool {
    if finding.span.start < edit.span.start || finding.span.end > edit.span.end {
        return false;
    }
    let words = |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
    let before = words(&document.text[edit.span.range()]);
    let after = words(&format!(
        "{}{}{}",
        &document.text[edit.span.start..finding.span.start],
        finding.correction(),
        &document.text[finding.span.end..edit.span.end]
    ));
    let own = distance(&words(&document.text[finding.span.range()]), &words(finding.correction()));
    own > 0
        && edit.corrections.iter().any(|correction| {
            let correction = words(correction);
            distance(&after, &correction) + own == distance(&before, &correction)
        })
}

/// The name of the document that one was made of, or its own.
fn base(id: &str) -> &str {
    ["clean/"].iter().chain(&SETS).find_map(|set| id.strip_prefix(set)).unwrap_or(id)
}

/// Whether a document is one of those that are reported on their own: an empty start is that of none.
pub(super) fn is_watched(document: &GoldDocument, watch: &str) -> bool {
    !watch.is_empty() && document.id.starts_with(watch)
}

/// The part of the cross-validation that a document belongs to, by its name.
pub(super) fn fold(id: &str) -> usize {
    base(id).bytes().fold(7usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte as usize)) % FOLDS
}

/// Looks that a part to leave out is one of those that there are.
pub(super) fn check_part(part: Option<usize>) -> Result<(), String> {
    let is_one = part.is_none_or(|part| part < FOLDS);
    if is_one { Ok(()) } else { Err(format!("no such part; there are {FOLDS}")) }
}

/// Levenshtein distance in words.
fn distance(a: &[String], b: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let next = (corner + usize::from(left != right)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}

/// Whether a finding's paragraph has edits.
fn is_beside_edits(document: &GoldDocument, finding: &Finding) -> bool {
    let (before, after) = document.text.split_at(finding.span.start);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = after.find('\n').map_or(document.text.len(), |at| before.len() + at);
    document.edits.iter().any(|edit| (start..end).contains(&edit.span.start))
}

fn finding(scored: &Scored) -> Finding {
    Finding {
        span: scored.realized.span,
        corrections: vec![Correction { text: scored.realized.text.clone(), confidence: scored.probability }],
        severity: Severity::Error,
        applicability: Applicability::Review,
        rule: Rule::SwappedWord,
        family: Family::Thesaurus,
        message: String::new(),
        evidence: Vec::new(),
        sources: Vec::new(),
        id: String::new(),
    }
}

fn table(samples: &[Sample], take: impl Fn(&Sample) -> bool) -> Table {
    let mut table = Table { columns: COUNT, ..Table::default() };
    for sample in samples.iter().filter(|sample| take(sample)) {
        for (scored, label) in sample.scored.iter().zip(&sample.labels) {
            let Some(label) = label else { continue };
            table.values.extend(scored.features);
            table.labels.push(f32::from(u8::from(*label)));
            table.weights.push(sample.weight);
        }
    }
    table
}

/// Logistic regression by Newton's method with a little ridge.
fn logistic<const N: usize>(rows: &[([f32; N], bool, f32)]) -> [f32; N] {
    const RIDGE: f64 = 1.0;
    let mut weights = [0f64; N];
    for _ in 0..30 {
        let mut gradient = [0f64; N];
        let mut hessian = [[0f64; N]; N];
        for (row, label, weight) in rows {
            let score: f64 = row.iter().zip(&weights).map(|(&x, w)| f64::from(x) * w).sum();
            let p = 1.0 / (1.0 + (-score).exp());
            let error = (p - f64::from(u8::from(*label))) * f64::from(*weight);
            let curve = (p * (1.0 - p)).max(1e-9) * f64::from(*weight);
            for i in 0..N {
                gradient[i] += error * f64::from(row[i]);
                for j in 0..N {
                    hessian[i][j] += curve * f64::from(row[i]) * f64::from(row[j]);
                }
            }
        }
        for i in 0..N {
            let ridge = if i == 0 { 1e-6 } else { RIDGE * 1e-2 };
            gradient[i] += ridge * weights[i];
            hessian[i][i] += ridge;
        }
        let step = solve(hessian, gradient);
        weights.iter_mut().zip(step).for_each(|(weight, step)| *weight -= step.clamp(-50.0, 50.0));
    }
    weights.map(|weight| weight as f32)
}

/// Solves a small system by elimination with pivoting.
#[allow(clippy::needless_range_loop, reason = "rows and columns of one matrix")]
fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for at in 0..N {
        let pivot = (at..N).max_by(|&a, &b| matrix[a][at].abs().total_cmp(&matrix[b][at].abs())).unwrap_or(at);
        matrix.swap(at, pivot);
        right.swap(at, pivot);
        let lead = if matrix[at][at].abs() < 1e-12 { 1e-12 } else { matrix[at][at] };
        for row in 0..N {
            if row != at {
                let factor = matrix[row][at] / lead;
                for column in at..N {
                    matrix[row][column] -= factor * matrix[at][column];
                }
                right[row] -= factor * right[at];
            }
        }
    }
    std::array::from_fn(|at| right[at] / if matrix[at][at].abs() < 1e-12 { 1e-12 } else { matrix[at][at] })
}

/// Figures of the cross-validation at several thresholds.
fn report(gold: &[GoldDocument], samples: &[Sample], document: &[f32; DOCUMENT], watch: &str) -> String {
    let mut out = String::new();
    let probability = |sample: &Sample| odds::probability(sample.odds(document));
    // At even odds, and with the default prior.
    let told = |take: &dyn Fn(&GoldDocument, &Sample) -> bool| {
        let all = || gold.iter().zip(samples).filter(|(document, sample)| take(document, sample));
        let from = |least: f32| all().filter(|(_, sample)| probability(sample) >= least).count();
        format!("{} and {} of {}", from(0.5), from(1.0 - Config::default().prior as f32), all().count())
    };
    let _ = writeln!(out, "documents told to be spun, at even odds and with the default prior; weights {document:?}");
    let _ = writeln!(out, "  spun: {}", told(&|_, sample| sample.spun && !sample.in_part));
    for set in SETS {
        let _ = writeln!(out, "  spun in part, {set}: {}", told(&|document, _| document.id.starts_with(set)));
    }
    let _ = writeln!(out, "  clean: {}", told(&|_, sample| !sample.spun));
    let watched = |document: &GoldDocument| is_watched(document, watch);
    measure(&mut out, "all", gold, samples, &|document| !is_made(&document.id));
    for set in SETS {
        measure(&mut out, set, gold, samples, &|document| document.id.starts_with(set));
    }
    measure(&mut out, "watched", gold, samples, &watched);
    for family in Family::ALL {
        let of_family =
            |document: &GoldDocument| !is_made(&document.id) && document.family.as_deref() == Some(family.name());
        measure(&mut out, family.name(), gold, samples, &of_family);
        let both = |document: &GoldDocument| watched(document) && of_family(document);
        measure(&mut out, &format!("watched {family}"), gold, samples, &both);
    }
    out
}

/// Adds a table of figures by least probability for the spun documents that `only` takes, and their calibration error.
fn measure(
    out: &mut String,
    name: &str,
    gold: &[GoldDocument],
    samples: &[Sample],
    only: &dyn Fn(&GoldDocument) -> bool,
) {
    let documents = || gold.iter().zip(samples).filter(|(document, sample)| sample.spun && only(document));
    let _ = writeln!(
        out,
        "{name}, {} documents: least, hard edits repaired, findings right, F0.5, findings in paragraphs without edits",
        documents().count()
    );
    let mut bins = [(0f64, 0usize, 0usize); 10];
    for least in [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.96, 0.97, 0.98] {
        let (mut hard, mut repaired, mut right, mut wrong, mut outside) = (0usize, 0usize, 0usize, 0usize, 0usize);
        for (document, sample) in documents() {
            let findings: Vec<Finding> = decide::select(&sample.scored, least)
                .iter()
                .map(|choice| finding(&sample.scored[choice.best]))
                .collect();
            let judgment = judge(document, &findings.iter().collect::<Vec<_>>());
            for (edit, &done) in document.edits.iter().zip(&judgment.repaired) {
                if edit.need == crate::eval::Need::Hard && !edit.corrections.is_empty() {
                    hard += 1;
                    repaired += usize::from(done);
                }
            }
            outside += findings.iter().filter(|finding| !is_beside_edits(document, finding)).count();
            for (finding, verdict) in findings.iter().zip(&judgment.verdicts) {
                right += usize::from(*verdict == Verdict::Right);
                wrong += usize::from(matches!(verdict, Verdict::Off | Verdict::Wrong));
                if least == 0.5 && *verdict != Verdict::Open {
                    let bin = &mut bins[((finding.confidence() * 10.0) as usize).min(9)];
                    *bin = (
                        bin.0 + f64::from(finding.confidence()),
                        bin.1 + usize::from(*verdict == Verdict::Right),
                        bin.2 + 1,
                    );
                }
            }
        }
        let recall = repaired as f64 / hard.max(1) as f64;
        let precision = right as f64 / (right + wrong).max(1) as f64;
        let f = 1.25 * precision * recall / (0.25 * precision + recall).max(1e-9);
        let all = right + wrong;
        let _ = writeln!(
            out,
            "  {least:.2}  {repaired}/{hard} {recall:.3}  {right}/{all} {precision:.3}  {f:.3}  {outside}"
        );
    }
    let count: usize = bins.iter().map(|bin| bin.2).sum();
    let error: f64 = bins.iter().map(|bin| (bin.0 - bin.1 as f64).abs()).sum::<f64>() / count.max(1) as f64;
    let _ = writeln!(out, "  calibration error from 0.5 on: {error:.3}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_start_watches_nothing() {
        let document = GoldDocument::clean("re001", "");
        let watched = |watch| is_watched(&document, watch);
        assert_eq!(["re", "re001", "clean/", ""].map(watched), [true, true, false, false]);
    }
}
