//! The way in: settings, dictionaries, and the check.

use crate::candidates::{self, Grammar};
use crate::config::{Config, Quotes};
use crate::dictionary::Dictionary;
use crate::dictionary::error::DictionaryError;
use crate::dictionary::source::SourceFile;
use crate::model::decide;
use crate::model::explain;
use crate::model::features::COUNT;
use crate::model::forest::Forest;
use crate::model::gate;
use crate::model::lattice::Weights;
use crate::model::passage::{Passage, Scored};
use crate::model::scorer::Scorer;
use crate::report::{Applicability, Correction, Family, Finding, Report};
use crate::span::Span;
use crate::text::block;

static FOREST: &[u8] = include_bytes!("../dictionaries/model/english.forest");

/// Confidence from which a finding is safe to apply unseen.
const AUTOMATIC: f32 = 0.95;

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
#[derive(Debug)]
pub struct Unspinner {
    config: Config,
    dictionary: Dictionary,
    grammar: Grammar,
    weights: Weights,
    scorer: Scorer,
    forest: Forest,
}

impl Unspinner {
    /// An unspinner with the built-in dictionaries and default settings.
    ///
    /// Cost: some tens of microseconds; model and dictionaries are part of the program and are used in place.
    pub fn builtin() -> Self {
        Self::builder().build()
    }

    /// Starts from the built-in dictionaries and default settings.
    pub fn builder() -> Builder {
        Builder { config: Config::default(), files: Vec::new() }
    }

    /// The settings in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The dictionaries in use.
    pub(crate) fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// Checks one text. Never fails: a text with nothing to find, or no text at all, gives a report without findings.
    ///
    /// Long texts are judged in passages of about 48 KB, each with its own rate of substitution.
    pub fn check(&self, text: &str) -> Report {
        let mut findings = Vec::new();
        let mut passages = self.passages(text, &self.config);
        passages.by_ref().for_each(|passage| findings.extend(passage.findings));
        Report { findings, ..passages.report() }
    }

    /// Checks one text passage by passage, with settings that may differ from this unspinner's own
    /// [`config`](Self::config): for long texts whose first findings are wanted at once, and for work that may be
    /// broken off. A passage costs up to a third of a second.
    ///
    /// Findings are final when their passage is there. The judgement on the whole text is so only at the end.
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
        Passages {
            unspinner: self,
            config,
            blocks: Box::new(block::blocks(text)),
            sums: Report { spun: 0.0, family: None, rate: 0.0, tokens: 0, findings: Vec::new() },
            families: [0.0; 4],
        }
    }

    /// Probability that a passage is spun.
    fn spun(&self, passage: &Passage<'_>, scored: &[Scored], config: &Config) -> f64 {
        if config.assume_spun {
            return 1.0;
        }
        let prior = config.prior.clamp(1e-6, 1.0 - 1e-6);
        let odds = f64::from(self.forest.document(&decide::document(passage, scored))) + (prior / (1.0 - prior)).ln();
        1.0 / (1.0 + (-odds).exp())
    }

    /// The findings of a passage that starts at `start`, in order of place.
    fn findings(passage: &Passage<'_>, scored: &[Scored], spun: f32, start: usize, config: &Config) -> Vec<Finding> {
        let mut out = Vec::new();
        if spun < config.min_confidence {
            return out;
        }
        let choices = decide::select(scored, config.min_confidence / spun);
        for choice in &choices {
            let best = &scored[choice.best];
            let candidate = passage.candidate(best.place);
            let quoted = passage.lattices[best.place.0].quoted(candidate);
            if quoted && config.quotes == Quotes::Skip {
                continue;
            }
            let family = explain::family(candidate, &passage.estimate.belief.families);
            if !config.families.contains(&family) {
                continue;
            }
            let rule = explain::rule(passage, best);
            let span = best.realized.span;
            let spun_text = &passage.text[span.range()];
            if is_allowed(passage, span, &config.allow) {
                continue;
            }
            let corrections = std::iter::once(&choice.best).chain(&choice.others).map(|&at| Correction {
                text: scored[at].realized.text.clone(),
                confidence: scored[at].probability * spun,
            });
            let confidence = best.probability * spun;
            out.push(Finding {
                span: span.shifted(start),
                corrections: corrections.collect(),
                severity: explain::severity(rule, best),
                applicability: if confidence >= AUTOMATIC { Applicability::Automatic } else { Applicability::Review },
                rule,
                family,
                message: explain::message(rule, spun_text, &best.realized.text),
                evidence: explain::evidence(passage, best, choices.len() - 1),
                sources: explain::sources(candidate),
                id: explain::id(passage, best),
            });
        }
        // Deleting words can leave spans out of order with those beside them only where they touch; keep them sorted.
        out.sort_by_key(|finding| finding.span);
        out
    }
}

/// A stretch of a text with all that was found in it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Checked {
    /// The bytes that were looked at.
    pub span: Span,
    /// Findings, in order of place; their spans lie in the whole text.
    pub findings: Vec<Finding>,
}

/// A check under way, made by [`Unspinner::passages`]: gives one passage after the other, and the judgement on all of
/// them.
pub struct Passages<'t> {
    unspinner: &'t Unspinner,
    config: &'t Config,
    blocks: Box<dyn Iterator<Item = (usize, &'t str)> + Send + 't>,
    /// Figures of what was checked, each times the tokens that it holds for.
    sums: Report,
    families: [f64; 4],
}

impl Passages<'_> {
    /// The judgement on what was checked so far, without the findings. Once all passages are through it is the one of
    /// the whole text.
    pub fn report(&self) -> Report {
        let mut report = self.sums.clone();
        if report.tokens > 0 {
            report.spun /= report.tokens as f64;
            report.rate /= report.tokens as f64;
        }
        if report.spun >= 0.5 {
            let best = (0..4).max_by(|&a, &b| self.families[a].total_cmp(&self.families[b]).then(b.cmp(&a)));
            report.family = best.map(|family| Family::ALL[family]);
        }
        report
    }
}

impl Iterator for Passages<'_> {
    type Item = Checked;

    fn next(&mut self) -> Option<Checked> {
        let (start, part) = self.blocks.next()?;
        let Self { unspinner, config, sums, families, .. } = self;
        let mut checked = Checked { span: Span::new(start, start + part.len()), findings: Vec::new() };
        let mut tokens = Vec::new();
        block::read(part, &mut tokens);
        let count = tokens.len() as f64;
        sums.tokens += tokens.len();
        let Unspinner { dictionary, forest, scorer, grammar, weights, .. } = unspinner;
        let sentences = candidates::sentences(part, &tokens, dictionary);
        if !config.assume_spun && !forest.opens(&gate::glance(&sentences, dictionary)) {
            return Some(checked);
        }
        let passage = Passage::read(part, tokens, sentences, dictionary, scorer, grammar, weights);
        let mut scored = passage.score(dictionary);
        for scored in &mut scored {
            scored.probability = forest.probability(&scored.features);
        }
        let spun = unspinner.spun(&passage, &scored, config);
        sums.spun += spun * count;
        if spun >= 0.5 {
            let belief = &passage.estimate.belief;
            sums.rate += f64::from(belief.rates[0]) * count;
            for (sum, share) in families.iter_mut().zip(belief.families) {
                *sum += f64::from(share) * count;
            }
        }
        checked.findings = Unspinner::findings(&passage, &scored, spun as f32, start, config);
        Some(checked)
    }
}

/// Whether a phrase that the settings allow covers the span.
fn is_allowed(passage: &Passage<'_>, span: Span, allow: &[String]) -> bool {
    allow.iter().filter(|phrase| !phrase.is_empty()).any(|phrase| {
        let from = span.start.saturating_sub(phrase.len() * 2);
        let to = (span.end + phrase.len() * 2).min(passage.text.len());
        let tokens = passage.tokens.partition_point(|token| (token.start as usize) < from)
            ..passage.tokens.partition_point(|token| (token.end as usize) <= to);
        let wanted = crate::text::key::phrase(phrase);
        (tokens.clone()).any(|first| {
            (first..tokens.end).any(|last| {
                let (start, end) = (passage.tokens[first].start as usize, passage.tokens[last].end as usize);
                start <= span.start
                    && span.end <= end + 1
                    && end - start <= phrase.len() * 2
                    && crate::text::key::phrase(&passage.text[start..end]) == wanted
            })
        })
    })
}

/// Settings on their way to an [`Unspinner`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    config: Config,
    files: Vec<SourceFile>,
}

impl Builder {
    /// What to do inside quotation marks.
    pub fn quotes(mut self, quotes: Quotes) -> Self {
        self.config.quotes = quotes;
        self
    }

    /// Take every text for spun.
    pub fn assume_spun(mut self, yes: bool) -> Self {
        self.config.assume_spun = yes;
        self
    }

    /// Probability, 0 to 1, that a text is spun before it has been looked at.
    pub fn prior(mut self, prior: f64) -> Self {
        self.config.prior = prior;
        self
    }

    /// Report only findings with at least this confidence, 0 to 1.
    pub fn min_confidence(mut self, confidence: f32) -> Self {
        self.config.min_confidence = confidence;
        self
    }

    /// The families of spinners to look for.
    pub fn families(mut self, families: &[Family]) -> Self {
        self.config.families = families.to_vec();
        self
    }

    /// Phrases that are never reported.
    pub fn allow<S: Into<String>>(mut self, phrases: impl IntoIterator<Item = S>) -> Self {
        self.config.allow.extend(phrases.into_iter().map(Into::into));
        self
    }

    /// Compiles dictionaries from these source files instead of using the built-in ones: the files of
    /// `dictionaries/`, with paths as they are there.
    pub fn dictionaries(mut self, files: Vec<SourceFile>) -> Self {
        self.files = files;
        self
    }

    /// Opens the built-in dictionaries; ones given as source files are for [`try_build`](Self::try_build).
    ///
    /// # Panics
    ///
    /// Never: the built-in dictionaries are compiled and opened when the library is built.
    pub fn build(self) -> Unspinner {
        Self { files: Vec::new(), ..self }.try_build().expect("the built-in dictionaries were checked when built in")
    }

    /// Opens or compiles the dictionaries.
    ///
    /// # Errors
    ///
    /// Where a row of a source file is malformed; the message names file and line.
    pub fn try_build(self) -> Result<Unspinner, DictionaryError> {
        let dictionary = if self.files.is_empty() { Dictionary::builtin() } else { Dictionary::compile(&self.files)? };
        Ok(Unspinner {
            grammar: Grammar::new(&dictionary),
            scorer: Scorer::builtin(&dictionary),
            forest: Forest::open(FOREST.into(), COUNT)?,
            config: self.config,
            dictionary,
            weights: Weights::default(),
        })
    }
}
