//! What a check may be told.

use serde::{Deserialize, Serialize};

use crate::name::named;
use crate::report::Family;

/// What to do inside quotation marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Quotes {
    /// Let the document decide: quotations have a rate of substitution of their own.
    #[default]
    Auto,
    /// Report nothing inside quotation marks.
    Skip,
    /// Treat quotations as any other text.
    Check,
}

impl Quotes {
    /// All that there is to do.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Skip, Self::Check];

    /// The name used in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Skip => "skip",
            Self::Check => "check",
        }
    }
}

named!(Quotes, "treatment of quotations");

/// What reads a text before its words are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Model {
    /// N-grams and a small context scorer: half a megabyte of spun text or more a second on one core.
    Fast,
    /// The encoder as well, where the builder was given one: it reads the whole sentences of texts that the fast model
    /// suspects, in about ten times the time. On clean text both are equally fast.
    #[default]
    Full,
}

impl Model {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Fast, Self::Full];

    /// The name used in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Full => "full",
        }
    }
}

named!(Model, "model");

/// Settings of a check. The defaults are what the published figures were measured with.
///
/// # Examples
///
/// ```
/// use unspin::{Config, Unspinner};
///
/// let mut config = Config::default();
/// config.assume_spun = true;
/// config.quotes = "skip".parse()?;
///
/// // An editor that is told to allow a word checks again with it.
/// let unspinner = Unspinner::builtin();
/// let text = "The Protection Secretary stated that the American navy would stay.";
/// let finds = |config: &Config| {
///     let findings = unspinner.check_with(text, config).findings;
///     findings.iter().any(|finding| &text[finding.span] == "Protection")
/// };
/// assert!(finds(&config));
/// config.allow.push("protection".into());
/// assert!(!finds(&config));
/// # Ok::<(), unspin::UnknownName>(())
/// ```
///
/// Through serde its keys are those of its fields; what is left out has its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// What to do inside quotation marks.
    pub quotes: Quotes,
    /// What reads a text before its words are judged.
    pub model: Model,
    /// Take every text for spun, as when it is known to be; single sentences are then repaired as well.
    pub assume_spun: bool,
    /// Probability, 0 to 1, that a text is spun before it has been looked at. What is less counts as one in a million,
    /// what is more as all but one in a million; what is no number, as the default.
    pub prior: f64,
    /// Report only findings with at least this confidence, 0 to 1. What lies outside counts as the nearer of both; what is
    /// no number, as the default.
    pub min_confidence: f32,
    /// The families of spinners to look for: those whose substitutions are reported. Whether a text is spun, and by which
    /// family most probably, is told all the same.
    pub families: Vec<Family>,
    /// Phrases that are never reported, in any case and spacing: no finding changes a part of one, though one may reach
    /// over all of it and further. What such phrases might stand for does not say either that the text is spun.
    pub allow: Vec<String>,
    /// Give findings their evidence.
    pub evidence: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            quotes: Quotes::Auto,
            model: Model::default(),
            assume_spun: false,
            prior: 0.02,
            min_confidence: 0.6,
            families: Family::ALL.to_vec(),
            allow: Vec::new(),
            evidence: true,
        }
    }
}

impl Config {
    /// [`Self::prior`] as it counts.
    pub(crate) fn prior(&self) -> f64 {
        let prior = if self.prior.is_nan() { Self::default().prior } else { self.prior };
        prior.clamp(1e-6, 1.0 - 1e-6)
    }

    /// [`Self::min_confidence`] as it counts.
    pub(crate) fn least(&self) -> f32 {
        let least = if self.min_confidence.is_nan() { Self::default().min_confidence } else { self.min_confidence };
        least.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_go_through_serde() {
        let config =
            Config { prior: 0.1, families: vec![Family::Phrasal], allow: vec!["x y".into()], ..Config::default() };
        let text = serde_json::to_string(&config).expect("JSON");
        assert_eq!(serde_json::from_str::<Config>(&text).expect("the same"), config);
        assert_eq!(serde_json::from_str::<Config>("{}").expect("defaults"), Config::default());
        assert!(serde_json::from_str::<Config>(r#"{"qoutes": "skip"}"#).is_err());
    }
}
