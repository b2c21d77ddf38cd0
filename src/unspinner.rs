//! The way in: settings, dictionaries, and the check.

#[cfg(feature = "encoder")]
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Mutex;

use crate::candidates::allowed::Allowed;
use crate::candidates::{self, Candidate, Grammar, Recent, Word};
use crate::config::{Config, Model, Quotes};
use crate::dictionary::Dictionary;
use crate::dictionary::error::DictionaryError;
use crate::dictionary::pack;
use crate::dictionary::source::SourceFile;
use crate::model::articles;
#[cfg(feature = "encoder")]
use crate::model::attend::attend;
use crate::model::cut::Cut;
use crate::model::decide::{self, Stretch};
#[cfg(feature = "encoder")]
use crate::model::encoder::{Embeddings, Encoder};
use crate::model::excerpt;
use crate::model::explain::{self, Reasons};
use crate::model::features::COUNT;
use crate::model::forest::Forest;
use crate::model::gate::{self, Pairs};
use crate::model::lattice::Weights;
use crate::model::paragraph;
use crate::model::passage::{CERTAIN, Passage, Scored};
use crate::model::readings::Readings;
use crate::model::scorer::Scorer;
use crate::report::{Applicability, Correction, Family, Finding, Fingerprint, Report};
use crate::span::Span;
use crate::text::{block, quote};

static FOREST: &[u8] = include_bytes!("../dictionaries/model/english.forest");
#[cfg(feature = "encoder")]
static ENCODER: [&[u8]; 2] =
    [include_bytes!("../dictionaries/model/english.enc"), include_bytes!("../dictionaries/model/english.full.forest")];

/// The kinds of source of a substitution, by its flags.
pub(crate) const SOURCES: [(u8, &str); 3] = [
    (pack::ATTESTED, Finding::SOURCES[0]),
    (pack::AUTHORED, Finding::SOURCES[1]),
    (pack::PUBLISHED, Finding::SOURCES[2]),
];

/// The encoder reads texts that the fast model gives at least this probability of being spun.
#[cfg(feature = "encoder")]
const SUSPICIOUS: f64 = 0.05;

/// Finds spun words in texts. Make one and use it for any number of texts, from any number of threads.
///
/// # Examples
///
/// ```
/// use unspin::{Selection, Unspinner};
///
/// let unspinner = Unspinner::builder().assume_spun(true).build();
/// let text = "He told The Washington Put up that the chairman of the Joint Chiefs of Employees had called.";
/// let fixed = unspinner.check(text).fix(text, &Selection::All);
/// assert!(fixed.text.contains("The Washington Post"));
/// ```
///
/// One for all threads:
///
/// ```
/// use std::thread;
/// use unspin::Unspinner;
///
/// let unspinner = &Unspinner::builtin();
/// let texts = ["The ship left the harbor at noon.", "It was back by six."];
/// let spun: Vec<f64> = thread::scope(|scope| {
///     let checks = texts.map(|text| scope.spawn(move || unspinner.check(text).spun));
///     checks.map(|check| check.join().expect("no text makes it panic")).into()
/// });
/// assert!(spun.iter().all(|&spun| spun < 0.5));
/// ```
pub struct Unspinner {
    config: Config,
    dictionary: Dictionary,
    grammar: Grammar,
    weights: Weights,
    scorer: Scorer,
    forest: Forest,
    #[cfg(feature = "encoder")]
    full: Option<Full>,
    /// Rooms to work in that no thread is in now.
    rooms: Mutex<Vec<Room>>,
}

/// The encoder, and the decisions that were fitted with it.
#[cfg(feature = "encoder")]
struct Full {
    encoder: Encoder,
    forest: Forest,
}

#[cfg(feature = "encoder")]
impl Full {
    fn open([weights, decisions]: [Cow<'static, [u8]>; 2]) -> Result<Self, DictionaryError> {
        Ok(Self { encoder: Encoder::open(weights, true)?, forest: Forest::open(&decisions, COUNT)? })
    }
}

/// What was decided on a passage.
struct Judged {
    /// The candidates with their probabilities, in a spun text.
    scored: Vec<Scored>,
    /// Probability that each paragraph was spun, in a spun text.
    paragraphs: Vec<f32>,
    /// The stretches, each with the probability that it is spun.
    stretches: Vec<(Stretch, f64)>,
}

/// Room to work in, with what was looked up before.
#[derive(Default)]
struct Room {
    recent: Recent,
    pairs: Pairs,
    readings: Readings,
    allowed: Allowed,
    #[cfg(feature = "encoder")]
    embeddings: Embeddings,
}

impl Default for Unspinner {
    /// [`Unspinner::builtin`].
    fn default() -> Self {
        Self::builtin()
    }
}

impl std::fmt::Debug for Unspinner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unspinner")
            .field("config", &self.config)
            .field("dictionary", &self.dictionary)
            .finish_non_exhaustive()
    }
}

impl Unspinner {
    /// An unspinner with the built-in dictionaries and default settings.
    ///
    /// Cost: about half a millisecond; model and dictionaries are part of the program and are used in place.
    pub fn builtin() -> Self {
        Self::builder().build()
    }

    /// Starts from the built-in dictionaries and default settings.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The same, but findings come without their evidence, which takes most of their memory; see
    /// [`Builder::evidence`].
    #[must_use]
    pub fn without_evidence(mut self) -> Self {
        self.config.evidence = false;
        self
    }

    /// The settings in force; a changed copy of them is for [`check_with`](Self::check_with).
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The dictionaries in use.
    pub(crate) fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// Checks one text. Never fails: a text with nothing to find, or no text at all, gives a report without findings.
    ///
    /// Long texts are judged in passages of about 48 KB, each with its own rate of substitution. Called from a thread of
    /// a rayon pool, in builds with the feature `cli`, it shares the passages of a text among the pool's threads; the
    /// report is the same.
    ///
    /// Cost: on one core of a small and slow server 33 MB/s of clean text, 0.51 MB/s of spun text, with an encoder
    /// 41 KB/s of that (the README's table of 2026-11-27).
    ///
    /// What a text says itself of where nothing is to be reported (`unspin:ignore`) is not heeded;
    /// [`Directives`](crate::Directives) finds it.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::Unspinner;
    ///
    /// let unspinner = Unspinner::builder().assume_spun(true).build();
    /// let text = "The Protection Secretary stated that the American navy would stay.";
    /// let report = unspinner.check(text);
    /// let first = &report.findings[0];
    /// assert_eq!((&text[first.span.range()], first.correction()), ("Protection", "Defense"));
    /// assert!(first.confidence() > 0.9);
    /// ```
    pub fn check(&self, text: &str) -> Report {
        self.check_with(text, &self.config)
    }

    /// Checks one text as [`check`](Self::check) does, with settings that may differ from this unspinner's own
    /// [`config`](Self::config): dictionaries are opened once, whatever texts are checked by.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::Unspinner;
    ///
    /// let unspinner = Unspinner::builtin();
    /// let mut config = unspinner.config().clone();
    /// config.assume_spun = true;
    /// let text = "The Protection Secretary stated it.";
    /// assert!(unspinner.check(text).findings.is_empty());
    /// assert!(!unspinner.check_with(text, &config).findings.is_empty());
    /// ```
    pub fn check_with(&self, text: &str, config: &Config) -> Report {
        let mut sums = Sums::default();
        let mut findings = Vec::new();
        self.for_each_part(text, config, |mut part| {
            sums.add(&part);
            findings.append(&mut part.findings);
        });
        let fingerprint = (!findings.is_empty()).then(|| Fingerprint::of(text));
        Report { findings, fingerprint, ..sums.report() }
    }

    /// Checks one text passage by passage, with settings that may differ from this unspinner's own
    /// [`config`](Self::config): for long texts whose first findings are wanted at once, and for work that may be
    /// broken off. A passage costs some hundredths of a second with the n-grams alone.
    ///
    /// Findings are final when their passage is there. The judgment on the whole text is so only at the end.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::Unspinner;
    ///
    /// let unspinner = Unspinner::builtin();
    /// let text = "The ship left the harbor at noon.\n\n".repeat(3000);
    /// let mut passages = unspinner.passages(&text, unspinner.config());
    /// let first = passages.next().expect("there is some text");
    /// assert!(first.span.start == 0 && first.span.end < text.len());
    /// assert_eq!(passages.by_ref().last().map(|last| last.span.end), Some(text.len()));
    /// assert_eq!(passages.report().tokens, unspinner.check(&text).tokens);
    /// ```
    pub fn passages<'t>(&'t self, text: &'t str, config: &'t Config) -> Passages<'t> {
        Passages { unspinner: self, text, config, blocks: Box::new(block::blocks(text)), sums: Sums::default() }
    }

    /// Calls `take` for every part of a text, in order.
    fn for_each_part(&self, text: &str, config: &Config, mut take: impl FnMut(Part)) {
        let part = |(start, block): (usize, &str)| self.part(text, Span::new(start, start + block.len()), config);
        if text.len() > 2 * block::BLOCK {
            return in_order(block::blocks(text).collect(), part).into_iter().for_each(take);
        }
        block::blocks(text).map(part).for_each(&mut take);
    }

    /// Checks a part of a text.
    fn part(&self, text: &str, span: Span, config: &Config) -> Part {
        let mut room = self.rooms.lock().map_or_else(|_| None, |mut spare| spare.pop()).unwrap_or_default();
        let part = self.part_in(text, span, config, &mut room);
        if let Ok(mut spare) = self.rooms.lock() {
            spare.push(room);
        }
        part
    }

    fn part_in(&self, text: &str, span: Span, config: &Config, room: &mut Room) -> Part {
        let block = &text[span.range()];
        let mut tokens = Vec::new();
        block::read(block, &mut tokens);
        if config.quotes == Quotes::Check {
            quote::forget(&mut tokens);
        }
        room.allowed.find(&config.allow, block, &tokens);
        let mut sentences =
            candidates::sentences_with(block, &tokens, &self.dictionary, &room.allowed, &mut room.recent);
        let all = config.assume_spun;
        let excerpts = excerpt::excerpts(&sentences, all, &self.dictionary, &self.forest, &mut room.pairs);
        let mut sums = Sums::default();
        let mut findings = Vec::new();
        for excerpt in excerpts {
            let first_token = |sentence: &Vec<Word>| sentence[0].token as usize;
            let Range { start, end } = excerpt.sentences;
            // What stands before the first sentence and behind the last one is theirs.
            let reach = if start == 0 { 0 } else { first_token(&sentences[start]) }
                ..sentences.get(end).map_or(tokens.len(), first_token);
            let own = sentences[start..end].iter_mut().map(std::mem::take).collect();
            let mut passage = Passage::read(
                block,
                &tokens,
                reach,
                own,
                &self.dictionary,
                &self.scorer,
                &self.grammar,
                &self.weights,
                &mut room.readings,
            );
            let judged = self.judge(&mut passage, excerpt.share, config, room);
            for (stretch, spun) in &judged.stretches {
                let mut own = Part { tokens: stretch.tokens.len(), spun: *spun, ..Part::default() };
                if own.spun >= 0.5 {
                    own.share = 1.0;
                    own.rate = f64::from(passage.rate(stretch.sentences.clone()));
                    own.families = passage.estimate.belief.families.map(f64::from);
                }
                sums.add(&own);
            }
            findings.append(&mut self.findings(&passage, &judged, (text, span.start), config));
        }
        sums.add(&Part { tokens: tokens.len() - sums.tokens, ..Part::default() });
        Part { findings, ..sums.mean() }
    }

    /// Judges the candidates of a passage, its paragraphs and its stretches. It is a `share` of a text that was looked
    /// through for it.
    #[cfg_attr(
        not(feature = "encoder"),
        allow(unused_variables, clippy::needless_pass_by_ref_mut, reason = "for the encoder")
    )]
    fn judge(&self, passage: &mut Passage<'_>, share: f64, config: &Config, room: &mut Room) -> Judged {
        let asked = !config.assume_spun;
        let least = decide::least(config.least());
        let stretches = decide::stretches(passage);
        let pairs = &mut room.pairs;
        let glances: Vec<_> = stretches
            .iter()
            .filter(|_| asked)
            .map(|stretch| gate::glance(&passage.sentences[stretch.sentences.clone()], &self.dictionary, pairs))
            .collect();
        let prior = config.prior();
        // Of a text that is spun in part any part may be it.
        let prior = (prior / (1.0 - prior) * share).ln();
        let judge = |passage: &Passage<'_>, forest: &Forest| {
            let mut scored = passage.judge(&self.dictionary, forest, least);
            let spun = if asked {
                let figures = |(stretch, glance)| decide::document(passage, stretch, &scored, glance);
                let figures: Vec<_> = stretches.iter().zip(&glances).map(figures).collect();
                let mut odds: Vec<f32> = figures.iter().map(|figures| forest.document(figures)).collect();
                decide::together(&mut odds, &stretches);
                let spun = |odds: f32| 1.0 / (1.0 + (-f64::from(odds) - prior).exp());
                odds.iter().zip(&figures).map(|(&odds, figures)| spun(odds).min(decide::any(figures))).collect()
            } else {
                vec![1.0; stretches.len()]
            };
            let paragraphs = paragraph::spun(passage, &scored, forest);
            decide::weigh(passage, &mut scored, &paragraphs);
            Judged { scored, paragraphs, stretches: stretches.iter().cloned().zip(spun).collect() }
        };
        let judged = judge(passage, &self.forest);
        #[cfg(feature = "encoder")]
        if let (Model::Full, Some(full)) = (config.model, &self.full)
            && judged.stretches.iter().any(|(_, spun)| *spun >= SUSPICIOUS)
        {
            attend(passage, &full.encoder, &mut room.embeddings, &self.dictionary);
            return judge(passage, &full.forest);
        }
        judged
    }

    /// The findings of a passage that starts at `start` in `text`, in order of place.
    fn findings(
        &self,
        passage: &Passage<'_>,
        Judged { scored, paragraphs, stretches }: &Judged,
        (text, start): (&str, usize),
        config: &Config,
    ) -> Vec<Finding> {
        let mut out = Vec::new();
        let spun = |sentence: usize| {
            let at = stretches.partition_point(|(stretch, _)| stretch.sentences.end <= sentence);
            stretches[at].1 as f32
        };
        let likeliest = stretches.iter().map(|(_, spun)| *spun as f32).fold(0.0, f32::max);
        if likeliest < config.least() {
            return out;
        }
        let mut choices = decide::select(scored, config.least() / likeliest);
        let family = |candidate: &Candidate| explain::family(candidate, &passage.estimate.belief.families);
        let place = |choice: &decide::Choice| scored[choice.best].place;
        let quoted = |choice: &decide::Choice| {
            let place = place(choice);
            passage.lattices[place.0].quoted(passage.candidate(place))
        };
        let confidence = |choice: &decide::Choice| scored[choice.best].probability * spun(place(choice).0);
        choices.retain(|choice| {
            confidence(choice) >= config.least()
                && !(quoted(choice) && config.quotes == Quotes::Skip)
                && config.families.contains(&family(passage.candidate(place(choice))))
        });
        decide::drop_lone_quoted(&mut choices, quoted, confidence);
        decide::drop_doublings(passage.text, passage.bytes(), scored, &mut choices);
        decide::drop_half_pairs(passage.text, &passage.tokens, &mut choices, |choice| passage.number(place(choice)));
        let usage = &self.dictionary.usage;
        let reasons =
            (config.evidence && !choices.is_empty()).then(|| Reasons::new(passage, paragraphs, choices.len(), usage));
        let bytes = passage.bytes();
        let mut from = bytes.start;
        for (at, choice) in choices.iter().enumerate() {
            let best = &scored[choice.best];
            let candidate = passage.candidate(best.place);
            let spun = spun(best.place.0);
            let rule = explain::rule(passage, best);
            let readings = std::iter::once(&choice.best).chain(&choice.others);
            let texts = readings.map(|&at| scored[at].realized.text.clone()).collect();
            let to = choices.get(at + 1).map_or(bytes.end, |next| scored[next.best].realized.span.start);
            let cut = Cut { span: best.realized.span, texts }.neatly(passage.text, &(from..to));
            from = cut.span.end;
            let confidence = best.probability * spun;
            // Each reading is judged on its own; of all, one at most is right.
            let others: f32 = choice.others.iter().map(|&at| scored[at].probability).sum();
            let share = ((1.0 - best.probability) / others).min(1.0);
            let others = choice.others.iter().map(|&at| scored[at].probability * share * spun);
            let confidences = std::iter::once(confidence).chain(others);
            let sentence = &passage.sentences[best.place.0];
            let is_free = || {
                let is_introduced = self.grammar.introduces(sentence, usize::from(candidate.start));
                !is_introduced && !explain::is_mentioned(passage.text, best)
            };
            let applicability = match Applicability::of(confidence) {
                Applicability::Automatic if !is_free() => Applicability::Review,
                applicability => applicability,
            };
            let message = explain::message(rule, &passage.text[cut.span.range()], &cut.texts[0], confidence);
            let corrections =
                cut.texts.into_iter().zip(confidences).map(|(text, confidence)| Correction { text, confidence });
            out.push(Finding {
                span: cut.span.shifted(start),
                corrections: corrections.collect(),
                severity: explain::severity(rule, best),
                applicability,
                rule,
                family: family(candidate),
                message,
                evidence: reasons.as_ref().map_or_else(Vec::new, |reasons| reasons.of(best)),
                sources: pack::named(candidate.flags, &SOURCES),
                id: explain::id(passage, passage.token_range(best.place), &best.realized.text, (text, start)),
            });
        }
        // Where the word behind an article changes, or the article itself, both were written to fit.
        let changed: Vec<Span> = choices.iter().map(|choice| scored[choice.best].realized.span).collect();
        let prevailing = explain::prevailing(&passage.estimate.belief.families);
        for misfit in articles::misfits(passage, &self.dictionary) {
            let confidence = CERTAIN * paragraphs[passage.estimate.paragraph(misfit.sentence)] * spun(misfit.sentence);
            let reach = misfit.reach(passage);
            let is_free = !changed.iter().any(|span| span.overlaps(reach));
            if is_free && confidence >= config.least() && config.families.contains(&prevailing) {
                out.push(Finding {
                    span: misfit.span(passage).shifted(start),
                    ..misfit.finding(passage, confidence, prevailing, config.evidence, (text, start))
                });
            }
        }
        // Deleting words can leave spans out of order with those beside them only where they touch; keep them sorted.
        out.sort_by_key(|finding| finding.span);
        out
    }
}

/// A stretch of a text with all that was found in it; [`Unspinner::passages`] gives one after the other.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Checked {
    /// The bytes that were looked at.
    pub span: Span,
    /// Findings, in order of place; their spans lie in the whole text.
    pub findings: Vec<Finding>,
}

/// A check under way, made by [`Unspinner::passages`], where there is an example: gives one passage after the other, and
/// the judgment on all of them.
#[must_use = "nothing is checked before it is asked for"]
pub struct Passages<'t> {
    unspinner: &'t Unspinner,
    text: &'t str,
    config: &'t Config,
    blocks: Box<dyn Iterator<Item = (usize, &'t str)> + Send + 't>,
    sums: Sums,
}

impl std::fmt::Debug for Passages<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passages")
            .field("config", &self.config)
            .field("tokens", &self.sums.tokens)
            .finish_non_exhaustive()
    }
}

impl Passages<'_> {
    /// The judgment on what was checked so far, without the findings. Once all passages are through it is the one of
    /// the whole text.
    pub fn report(&self) -> Report {
        self.sums.report()
    }

    /// Checks the next passages, so many at most and one at least, and gives what `then` makes of each, in order; nothing
    /// at the end of the text. Called from a thread of a rayon pool, in builds with the feature `cli`, it shares them
    /// among the pool's threads. Findings are held for no longer than `then` holds them.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::Unspinner;
    ///
    /// let unspinner = Unspinner::builtin();
    /// let text = "The ship left the harbor at noon.\n\n".repeat(6000);
    /// let mut passages = unspinner.passages(&text, unspinner.config());
    /// assert_eq!(passages.next_batch(2, |passage| passage.span.start)[0], 0);
    /// while !passages.next_batch(2, drop).is_empty() {}
    /// assert_eq!(passages.report().tokens, unspinner.check(&text).tokens);
    /// ```
    pub fn next_batch<T: Send>(&mut self, most: usize, then: impl Fn(Checked) -> T + Sync) -> Vec<T> {
        let blocks: Vec<(usize, &str)> = self.blocks.by_ref().take(most.max(1)).collect();
        let work = |(start, block): (usize, &str)| {
            let span = Span::new(start, start + block.len());
            let mut part = self.unspinner.part(self.text, span, self.config);
            let findings = std::mem::take(&mut part.findings);
            (part, then(Checked { span, findings }))
        };
        let done = in_order(blocks, work);
        let sums = &mut self.sums;
        done.into_iter().map(|(part, made)| (sums.add(&part), made).1).collect()
    }
}

/// Works on all of them, on the threads of the pool that this is called from, if any.
fn in_order<B: Send, T: Send>(blocks: Vec<B>, work: impl Fn(B) -> T + Sync) -> Vec<T> {
    #[cfg(feature = "cli")]
    if rayon::current_thread_index().is_some() {
        use rayon::prelude::*;
        return blocks.into_par_iter().map(&work).collect();
    }
    blocks.into_iter().map(work).collect()
}

impl Iterator for Passages<'_> {
    type Item = Checked;

    fn next(&mut self) -> Option<Checked> {
        let (start, block) = self.blocks.next()?;
        let span = Span::new(start, start + block.len());
        let part = self.unspinner.part(self.text, span, self.config);
        self.sums.add(&part);
        Some(Checked { span, findings: part.findings })
    }
}

/// What a check found in a part of a text; figures are 0 where it is clean.
#[derive(Default)]
struct Part {
    tokens: usize,
    spun: f64,
    share: f64,
    rate: f64,
    families: [f64; 4],
    findings: Vec<Finding>,
}

/// Figures of the parts of a text, each but one times the tokens that it holds for.
#[derive(Default)]
struct Sums {
    tokens: usize,
    /// The highest of all.
    spun: f64,
    share: f64,
    rate: f64,
    families: [f64; 4],
}

impl Sums {
    fn add(&mut self, part: &Part) {
        let count = part.tokens as f64;
        self.tokens += part.tokens;
        self.spun = self.spun.max(part.spun);
        self.share += part.share * count;
        self.rate += part.rate * count;
        self.families.iter_mut().zip(part.families).for_each(|(sum, share)| *sum += share * count);
    }

    /// The figures of all of them together, without findings.
    fn mean(&self) -> Part {
        let tokens = self.tokens.max(1) as f64;
        Part {
            tokens: self.tokens,
            spun: self.spun,
            share: self.share / tokens,
            rate: self.rate / tokens,
            families: self.families.map(|sum| sum / tokens),
            findings: Vec::new(),
        }
    }

    /// The judgment on all of them, without findings.
    fn report(&self) -> Report {
        let Part { tokens, spun, share, rate, families, .. } = self.mean();
        let family = (spun >= 0.5).then(|| {
            (0..4).max_by(|&a, &b| families[a].total_cmp(&families[b]).then(b.cmp(&a))).map(|at| Family::ALL[at])
        });
        Report { spun, share, family: family.flatten(), rate, tokens, ..Report::default() }
    }
}

/// Settings on their way to an [`Unspinner`].
///
/// # Examples
///
/// ```
/// use unspin::{Family, Quotes, Unspinner};
///
/// let unspinner = Unspinner::builder()
///     .families(&[Family::Thesaurus, Family::Science])
///     .quotes(Quotes::Skip)
///     .prior(0.5)
///     .min_confidence(0.8)
///     .allow(["navy", "per cent"])
///     .assume_spun(true)
///     .build();
/// let text = "The Protection Secretary stated that the American navy would stay.";
/// let report = unspinner.check(text);
/// assert_eq!(report.findings[0].correction(), "Defense");
/// assert!(report.findings.iter().all(|finding| finding.confidence() >= 0.8 && &text[finding.span] != "navy"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    config: Config,
    builtin: bool,
    layers: Vec<Vec<SourceFile>>,
    #[cfg(feature = "encoder")]
    encoder: Option<[Cow<'static, [u8]>; 2]>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            config: Config::default(),
            builtin: true,
            layers: Vec::new(),
            #[cfg(feature = "encoder")]
            encoder: None,
        }
    }
}

impl Builder {
    /// What to do inside quotation marks; [`Quotes::Auto`] unless it is said.
    pub fn quotes(mut self, quotes: Quotes) -> Self {
        self.config.quotes = quotes;
        self
    }

    /// Has the built-in encoder read the texts that look spun, which finds more of what is wrong in them and takes some
    /// ten times as long.
    ///
    /// Cost: 8 ms to verify its 22 MB, which are part of the program, and 12 ms and 11 MB more at the first text that
    /// looks spun.
    ///
    /// # Examples
    ///
    /// ```
    /// let unspinner = unspin::Unspinner::builder().builtin_encoder().assume_spun(true).build();
    /// let text = "The chairman of the Joint Chiefs of Employees told The Washington Put up that he would not.";
    /// assert!(!unspinner.check(text).findings.is_empty());
    /// ```
    #[cfg(feature = "encoder")]
    pub fn builtin_encoder(mut self) -> Self {
        self.encoder = Some(ENCODER.map(Cow::Borrowed));
        self
    }

    /// As [`builtin_encoder`](Self::builtin_encoder), with an encoder of one's own: `weights` is its file, as
    /// `training/encoder/pack.py` writes it, and `decisions` the trees that were fitted with it, as
    /// `unspin learn weights --heard` writes them.
    ///
    /// Cost: the weights are held in memory, and once more, without their vocabulary, from the first text that looks
    /// spun on.
    #[cfg(feature = "encoder")]
    pub fn encoder(mut self, weights: Vec<u8>, decisions: Vec<u8>) -> Self {
        self.encoder = Some([weights.into(), decisions.into()]);
        self
    }

    /// What reads a text before its words are judged; without an encoder all are [`Model::Fast`].
    pub fn model(mut self, model: Model) -> Self {
        self.config.model = model;
        self
    }

    /// Take every text for spun; see [`Config::assume_spun`].
    pub fn assume_spun(mut self, yes: bool) -> Self {
        self.config.assume_spun = yes;
        self
    }

    /// Takes over all settings, as they are in a [`Config`].
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::{Config, Unspinner};
    ///
    /// let mut config = Config::default();
    /// config.assume_spun = true;
    /// assert_eq!(Unspinner::builder().config(config.clone()).build().config(), &config);
    /// ```
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Probability, 0 to 1, that a text is spun before it has been looked at; see [`prior`](field@Config::prior).
    pub fn prior(mut self, prior: f64) -> Self {
        self.config.prior = prior;
        self
    }

    /// Report only findings with at least this confidence, 0 to 1; see [`Config::min_confidence`].
    pub fn min_confidence(mut self, confidence: f32) -> Self {
        self.config.min_confidence = confidence;
        self
    }

    /// Whether findings have their evidence, which takes most of their memory; see
    /// [`Unspinner::without_evidence`].
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::Unspinner;
    ///
    /// let text = "The Protection Secretary stated that the American navy would stay.";
    /// let [told, untold] = [true, false].map(|evidence| {
    ///     Unspinner::builder().assume_spun(true).evidence(evidence).build().check(text).findings
    /// });
    /// assert!(!told[0].evidence.is_empty() && untold[0].evidence.is_empty());
    /// assert_eq!(told[0].corrections, untold[0].corrections);
    /// ```
    pub fn evidence(mut self, yes: bool) -> Self {
        self.config.evidence = yes;
        self
    }

    /// The families of spinners to look for, in place of all; with none nothing is found.
    pub fn families(mut self, families: &[Family]) -> Self {
        self.config.families = families.to_vec();
        self
    }

    /// Adds phrases that are never reported; see [`Config::allow`].
    pub fn allow<S: Into<String>>(mut self, phrases: impl IntoIterator<Item = S>) -> Self {
        self.config.allow.extend(phrases.into_iter().map(Into::into));
        self
    }

    /// Adds dictionaries, compiled from these source files, to the built-in ones: files as they are in
    /// `dictionaries/`, with paths as they are there. Their substitutions and expressions count beside those that are
    /// there, and what any `allowed.csv` allows is never reported. May be called several times.
    ///
    /// Cost: some milliseconds, and about twenty microseconds more for every row.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::{SourceFile, Unspinner};
    ///
    /// let rows = "original,substitutes,source\nZyxel router,Zyxel switch,own\n";
    /// let file = SourceFile { path: "substitutions/own.csv".into(), bytes: rows.into() };
    /// let unspinner = Unspinner::builder().dictionaries([file]).try_build()?;
    /// assert_eq!(unspinner.substitutes_for("Zyxel switch")[0].original, "Zyxel router");
    /// assert!(!unspinner.substitutes_for("navy").is_empty());
    /// # Ok::<(), unspin::DictionaryError>(())
    /// ```
    pub fn dictionaries(mut self, files: impl IntoIterator<Item = SourceFile>) -> Self {
        self.layers.push(files.into_iter().collect());
        self
    }

    /// Whether the built-in dictionaries are used; without them there must be others. The language model always is.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::{SourceFile, Unspinner};
    ///
    /// let rows = "original,substitutes,source\nZyxel router,Zyxel switch,own\n";
    /// let own = SourceFile { path: "substitutions/own.csv".into(), bytes: rows.into() };
    /// let unspinner = Unspinner::builder().builtin_dictionaries(false).dictionaries([own]).build();
    /// assert!(unspinner.substitutes_for("navy").is_empty());
    /// assert!(Unspinner::builder().builtin_dictionaries(false).try_build().is_err());
    /// ```
    pub fn builtin_dictionaries(mut self, yes: bool) -> Self {
        self.builtin = yes;
        self
    }

    /// Opens and compiles the dictionaries as [`try_build`](Self::try_build) does, for settings that cannot fail.
    ///
    /// # Panics
    ///
    /// Where dictionaries given as source files, or an encoder, are at fault, or there is nothing to use: where
    /// `try_build` gives an error. Never with the built-in dictionaries alone.
    pub fn build(self) -> Unspinner {
        self.try_build().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Opens and compiles the dictionaries.
    ///
    /// Cost: about half a millisecond, and what [`dictionaries`](Self::dictionaries) and an encoder cost.
    ///
    /// # Errors
    ///
    /// Where a row of a source file is malformed; the message names file, line and column. Where there is nothing to
    /// use, neither built in nor given. Where an encoder's weights or decisions are damaged. [`DictionaryError`] has an
    /// example.
    pub fn try_build(self) -> Result<Unspinner, DictionaryError> {
        let mut layers = self.layers.iter();
        let mut dictionary = if self.builtin {
            Dictionary::builtin()
        } else {
            Dictionary::compile(layers.next().map_or(&[], Vec::as_slice))?
        };
        for files in layers {
            dictionary.layer(files)?;
        }
        Ok(Unspinner {
            grammar: Grammar::new(&dictionary),
            scorer: Scorer::builtin(&dictionary),
            forest: Forest::open(FOREST, COUNT)?,
            #[cfg(feature = "encoder")]
            full: self.encoder.map(Full::open).transpose()?,
            config: self.config,
            dictionary,
            weights: Weights::default(),
            rooms: Mutex::default(),
        })
    }
}

#[cfg(all(test, feature = "encoder"))]
mod tests {
    use super::*;
    use crate::model::encoder::tests::sample;

    const SPUN: &str =
        "The Protection Secretary stated on Tuesday that the American navy would stay within the nation.";

    #[test]
    fn an_encoder_is_asked_unless_the_model_is_fast() {
        let asked =
            |report: &Report| report.findings.iter().flat_map(|one| &one.evidence).any(|one| one.kind == "encoder");
        let with = |model| {
            let builder = Unspinner::builder().assume_spun(true).min_confidence(0.1).model(model);
            builder.encoder(sample(1), FOREST.to_vec()).try_build().expect("a whole encoder")
        };
        let plain = Unspinner::builder().assume_spun(true).min_confidence(0.1).build().check(SPUN);
        assert!(!plain.findings.is_empty() && !asked(&plain));
        assert_eq!(with(Model::Fast).check(SPUN), plain);
        let (first, second) = (with(Model::Full).check(SPUN), with(Model::Full).check(SPUN));
        assert!(asked(&first));
        assert_eq!(first, second);
        assert!(with(Model::Full).check("").findings.is_empty());
    }

    #[test]
    fn the_builtin_encoder_finds_more_in_spun_text_and_nothing_in_clean() {
        let (fast, full) = (Unspinner::builtin(), Unspinner::builder().builtin_encoder().build());
        let spun = include_str!("../tests/examples/spun-article.txt");
        let (first, second) = (fast.check(spun), full.check(spun));
        assert!(second.findings.len() > first.findings.len(), "{} {}", first.findings.len(), second.findings.len());
        let kept = |finding: &&Finding| second.findings.iter().any(|other| other.span == finding.span);
        let kept = first.findings.iter().filter(kept).count();
        assert!(kept * 10 >= first.findings.len() * 7, "{kept} of {}", first.findings.len());
        let clean = include_str!("../tests/examples/clean-article.txt");
        assert_eq!(full.check(clean).findings, []);
    }

    #[test]
    fn a_damaged_encoder_is_refused() {
        let mut weights = sample(1);
        *weights.last_mut().expect("bytes") ^= 1;
        let refused = Unspinner::builder().encoder(weights, FOREST.to_vec()).try_build().expect_err("damaged");
        assert!(refused.to_string().contains("checksum"), "{refused}");
        let refused = Unspinner::builder().encoder(sample(1), Vec::new()).try_build().expect_err("damaged");
        assert!(refused.to_string().contains("expected"), "{refused}");
    }
}
