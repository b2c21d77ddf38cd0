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
use crate::text::block;

static FOREST: &[u8] = include_bytes!("../dictionaries/model/english.forest");

/// Confidence from which a finding is safe to apply unseen.
const AUTOMATIC: f32 = 0.95;
/// Confidence, in a spun text, in what stands for a phrase that is never good English.
const CERTAIN: f32 = 0.97;

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
        Builder { config: Config::default(), builtin: true, layers: Vec::new() }
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
        let mut report = Report { spun: 0.0, family: None, rate: 0.0, tokens: 0, findings: Vec::new() };
        let (mut weight, mut families) = (0.0, [0f64; 4]);
        for (start, part) in block::blocks(text) {
            let mut tokens = Vec::new();
            block::read(part, &mut tokens);
            let count = tokens.len() as f64;
            report.tokens += tokens.len();
            weight += count;
            let sentences = candidates::sentences(part, &tokens, &self.dictionary);
            if !self.config.assume_spun && !self.forest.opens(&gate::glance(&sentences, &self.dictionary)) {
                continue;
            }
            let passage =
                Passage::read(part, tokens, sentences, &self.dictionary, &self.scorer, &self.grammar, &self.weights);
            let mut scored = passage.score(&self.dictionary);
            for scored in &mut scored {
                scored.probability = self.forest.probability(&scored.features);
                if passage.candidate(scored.place).certain {
                    scored.probability = scored.probability.max(CERTAIN);
                }
            }
            let spun = self.spun(&passage, &scored);
            report.spun += spun * count;
            if spun >= 0.5 {
                let rates = passage.estimate.belief.rates;
                report.rate += f64::from(rates[0]) * count;
                for (sum, share) in families.iter_mut().zip(passage.estimate.belief.families) {
                    *sum += f64::from(share) * count;
                }
            }
            self.findings(&passage, &scored, spun as f32, start, &mut report.findings);
        }
        if weight > 0.0 {
            report.spun /= weight;
            report.rate /= weight;
        }
        if report.spun >= 0.5 {
            let best = (0..4).max_by(|&a, &b| families[a].total_cmp(&families[b]).then(b.cmp(&a)));
            report.family = best.map(|family| Family::ALL[family]);
        }
        report
    }

    /// Probability that a passage is spun.
    fn spun(&self, passage: &Passage<'_>, scored: &[Scored]) -> f64 {
        if self.config.assume_spun {
            return 1.0;
        }
        let prior = self.config.prior.clamp(1e-6, 1.0 - 1e-6);
        let odds = f64::from(self.forest.document(&decide::document(passage, scored))) + (prior / (1.0 - prior)).ln();
        1.0 / (1.0 + (-odds).exp())
    }

    fn findings(&self, passage: &Passage<'_>, scored: &[Scored], spun: f32, start: usize, out: &mut Vec<Finding>) {
        if spun < self.config.min_confidence {
            return;
        }
        let choices = decide::select(scored, self.config.min_confidence / spun);
        let first = out.len();
        for choice in &choices {
            let best = &scored[choice.best];
            let candidate = passage.candidate(best.place);
            let quoted = passage.lattices[best.place.0].quoted(candidate);
            if quoted && self.config.quotes == Quotes::Skip {
                continue;
            }
            let family = explain::family(candidate, &passage.estimate.belief.families);
            if !self.config.families.contains(&family) {
                continue;
            }
            let rule = explain::rule(passage, best);
            let span = best.realized.span;
            let spun_text = &passage.text[span.range()];
            if self.is_allowed(passage, span) {
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
        out[first..].sort_by_key(|finding| finding.span);
    }

    /// Whether a phrase that the settings allow covers the span.
    fn is_allowed(&self, passage: &Passage<'_>, span: crate::span::Span) -> bool {
        self.config.allow.iter().filter(|phrase| !phrase.is_empty()).any(|phrase| {
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
}

/// Settings on their way to an [`Unspinner`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    config: Config,
    builtin: bool,
    layers: Vec<Vec<SourceFile>>,
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

    /// Adds dictionaries, compiled from these source files, to the built-in ones: files as they are in
    /// `dictionaries/`, with paths as they are there. Their substitutions and expressions count beside those that are
    /// there, and what any `allowed.csv` allows is never reported. May be called several times.
    ///
    /// Cost: some milliseconds, and ten microseconds more for every row.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::{SourceFile, Unspinner};
    ///
    /// let rows = "original,substitutes,source\nZyxel router,Zyxel switch,own\n";
    /// let file = SourceFile { path: "substitutions/own.csv".into(), bytes: rows.into() };
    /// let unspinner = Unspinner::builder().dictionaries(vec![file]).try_build()?;
    /// assert_eq!(unspinner.substitutes_for("Zyxel switch")[0].original, "Zyxel router");
    /// assert!(!unspinner.substitutes_for("navy").is_empty());
    /// # Ok::<(), unspin::DictionaryError>(())
    /// ```
    pub fn dictionaries(mut self, files: Vec<SourceFile>) -> Self {
        self.layers.push(files);
        self
    }

    /// Whether the built-in dictionaries are used; without them there must be others. The language model always is.
    pub fn builtin_dictionaries(mut self, yes: bool) -> Self {
        self.builtin = yes;
        self
    }

    /// Opens the built-in dictionaries; ones given as source files are for [`try_build`](Self::try_build).
    ///
    /// # Panics
    ///
    /// Never: the built-in dictionaries are compiled and opened when the library is built.
    pub fn build(self) -> Unspinner {
        Self { builtin: true, layers: Vec::new(), ..self }
            .try_build()
            .expect("the built-in dictionaries were checked when built in")
    }

    /// Opens and compiles the dictionaries.
    ///
    /// # Errors
    ///
    /// Where a row of a source file is malformed; the message names file, line and column. Where there is nothing to
    /// use, neither built in nor given.
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
            forest: Forest::open(FOREST.into(), COUNT)?,
            config: self.config,
            dictionary,
            weights: Weights::default(),
        })
    }
}
