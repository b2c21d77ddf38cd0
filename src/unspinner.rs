//! The way in: settings, dictionaries, and the check.

use crate::config::{Config, Quotes};
use crate::dictionary::Dictionary;
use crate::dictionary::source::SourceFile;
use crate::model::analysis::Analysis;
use crate::model::lattice::Weights;
use crate::report::{Family, Report};

/// Finds spun words in texts. Make one and use it for any number of texts, from any number of threads.
#[derive(Debug)]
pub struct Unspinner {
    config: Config,
    dictionary: Dictionary,
    weights: Weights,
}

impl Unspinner {
    /// An unspinner with the built-in dictionaries and default settings.
    pub fn builtin() -> Self {
        Self::builder().build()
    }

    /// Starts from the built-in dictionaries and default settings.
    pub fn builder() -> Builder {
        Builder { config: Config::default(), weights: Weights::default() }
    }

    /// The settings in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Checks one text.
    pub fn check(&self, text: &str) -> Report {
        let analysis = Analysis::of(text, &self.dictionary, &self.weights);
        analysis.report(text, &self.dictionary, &self.config)
    }

    pub fn debug(&self, text: &str) -> String {
        let analysis = Analysis::of(text, &self.dictionary, &self.weights);
        analysis.dump(text, &self.dictionary, self.weights.least)
    }
}

/// Settings on their way to an [`Unspinner`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    config: Config,
    weights: Weights,
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

    /// Opens the dictionaries.
    pub fn build(self) -> Unspinner {
        Unspinner { config: self.config, dictionary: Dictionary::builtin(), weights: self.weights }
    }

    pub fn debug_weights(mut self, values: &[(String, f32)]) -> Self {
        for (name, value) in values {
            match name.as_str() {
                "language" => self.weights.language = *value,
                "channel" => self.weights.channel = *value,
                "word" => self.weights.word = *value,
                "states" => self.weights.states = *value as usize,
                "least" => self.weights.least = *value,
                "beam" => self.weights.beam = *value,
                "candidates" => self.weights.candidates = *value as usize,
                _ => {}
            }
        }
        self
    }

    pub fn debug_dictionary(self, files: Vec<(String, Vec<u8>)>) -> Unspinner {
        let files: Vec<_> = files.into_iter().map(|(path, bytes)| SourceFile { path, bytes }).collect();
        let dictionary = Dictionary::compile(&files).unwrap();
        Unspinner { config: self.config, dictionary, weights: self.weights }
    }
}
