//! How texts are checked.

use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args as Group, ValueEnum};
use serde::{Deserialize, Serialize};
use unspin::{Family, Model, Quotes, Severity};

/// How texts are checked. The command line goes before `unspin.toml`.
#[derive(Group, Clone, Debug, Default)]
pub(crate) struct Checking {
    /// Leave out findings with less confidence, 0 to 1.
    #[arg(long, value_name = "P", value_parser = probability::<f32>, help_heading = "Checking")]
    pub(crate) min_confidence: Option<f32>,
    /// What to do inside quotation marks.
    #[arg(long, value_enum, value_name = "POLICY", help_heading = "Checking")]
    pub(crate) quotes: Option<QuotePolicy>,
    /// Have the encoder in this directory read texts that look spun, not the built-in one: encoder.enc and
    /// decisions.forest.
    #[arg(long, value_name = "DIR", help_heading = "Checking")]
    pub(crate) encoder: Option<PathBuf>,
    /// Full has an encoder read texts that look spun: more is found, in ten times the time. It needs a program that
    /// was built with the feature `encoder` [default: fast, but full with --encoder].
    #[arg(long, value_enum, value_name = "MODEL", help_heading = "Checking")]
    pub(crate) model: Option<ModelName>,
    /// Expect this share of the texts to be spun, 0 to 1 [default: 0.02].
    #[arg(long, value_name = "P", value_parser = probability::<f64>, help_heading = "Checking")]
    pub(crate) prior: Option<f64>,
    /// Take every text for spun, however short.
    #[arg(long, help_heading = "Checking")]
    pub(crate) assume_spun: bool,
    /// Look only for this family of spinner; may be given several times.
    #[arg(long, value_name = "NAME", value_parser = families(), help_heading = "Checking")]
    pub(crate) family: Vec<Family>,
    /// Never report this phrase; may be given several times.
    #[arg(long, value_name = "PHRASE", help_heading = "Checking")]
    pub(crate) allow: Vec<String>,
    /// Leave out findings that matter less.
    #[arg(long, value_enum, value_name = "LEVEL", help_heading = "Checking")]
    pub(crate) severity: Option<Level>,
    /// Leave out the findings in this file, which --write-baseline made.
    #[arg(long, value_name = "FILE", help_heading = "Checking")]
    pub(crate) baseline: Option<PathBuf>,
    /// Add the dictionaries in this directory to the built-in ones; may be given several times.
    #[arg(long, value_name = "DIR", help_heading = "Checking")]
    pub(crate) dictionary: Vec<PathBuf>,
    /// Use the dictionaries of --dictionary only, not the built-in ones.
    #[arg(long, help_heading = "Checking")]
    pub(crate) no_builtin_dictionary: bool,
    /// Read settings from this file, not from unspin.toml in this directory or above.
    #[arg(long, value_name = "FILE", help_heading = "Checking")]
    pub(crate) config: Option<PathBuf>,
    /// Read no settings.
    #[arg(long, conflicts_with = "config", help_heading = "Checking")]
    pub(crate) isolated: bool,
    /// Print the settings in force, as unspin.toml has them, and do nothing else.
    #[arg(long, help_heading = "Checking")]
    pub(crate) dump_config: bool,
    /// All findings are accepted, so that those of the baseline are none the less to be found.
    #[arg(skip)]
    pub(crate) accepts_all: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum QuotePolicy {
    Auto,
    Skip,
    Check,
}

impl From<QuotePolicy> for Quotes {
    fn from(policy: QuotePolicy) -> Self {
        match policy {
            QuotePolicy::Auto => Self::Auto,
            QuotePolicy::Skip => Self::Skip,
            QuotePolicy::Check => Self::Check,
        }
    }
}

impl From<Quotes> for QuotePolicy {
    fn from(quotes: Quotes) -> Self {
        match quotes {
            Quotes::Auto => Self::Auto,
            Quotes::Skip => Self::Skip,
            Quotes::Check => Self::Check,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ModelName {
    Fast,
    Full,
}

impl From<ModelName> for Model {
    fn from(name: ModelName) -> Self {
        match name {
            ModelName::Fast => Self::Fast,
            ModelName::Full => Self::Full,
        }
    }
}

impl From<Model> for ModelName {
    fn from(model: Model) -> Self {
        match model {
            Model::Full => Self::Full,
            Model::Fast => Self::Fast,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    Note,
    Warning,
    Error,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Note => Self::Note,
            Level::Warning => Self::Warning,
            Level::Error => Self::Error,
        }
    }
}

fn probability<T: FromStr + Copy + Into<f64>>(text: &str) -> Result<T, String> {
    let value: T = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    if (0.0..=1.0).contains(&value.into()) { Ok(value) } else { Err("must be from 0 to 1".into()) }
}

fn families() -> impl TypedValueParser<Value = Family> {
    PossibleValuesParser::new(Family::ALL.map(Family::name)).try_map(|name| family(&name))
}

pub(crate) fn family(name: &str) -> Result<Family, String> {
    Family::from_name(name).ok_or_else(|| format!("must be one of {}", Family::ALL.map(Family::name).join(", ")))
}
