//! The way in: settings, dictionaries, and the check.

use crate::config::{Config, Quotes};
use crate::report::{Family, Report};

/// Finds spun words in texts. Make one and use it for any number of texts, from any number of threads.
#[derive(Debug)]
pub struct Unspinner {
    config: Config,
}

impl Unspinner {
    /// An unspinner with the built-in dictionaries and default settings.
    pub fn builtin() -> Self {
        Self::builder().build()
    }

    /// Starts from the built-in dictionaries and default settings.
    pub fn builder() -> Builder {
        Builder { config: Config::default() }
    }

    /// The settings in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Checks one text.
    pub fn check(&self, _text: &str) -> Report {
        Report { spun: 0.0, family: None, rate: 0.0, tokens: 0, findings: Vec::new() }
    }
}

/// Settings on their way to an [`Unspinner`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    config: Config,
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
        Unspinner { config: self.config }
    }
}
