//! How texts are checked.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args as Group;
use unspin::{Family, Model, Quotes, Severity};

use super::one_of;

/// How texts are checked. The command line goes before `unspin.toml`.
#[derive(Group, Clone, Debug, Default)]
pub(crate) struct Checking {
    /// Leave out findings with less confidence, 0 to 1.
    #[arg(long, value_name = "P", value_parser = probability::<f32>, help_heading = "Checking")]
    pub(crate) min_confidence: Option<f32>,
    /// What to do inside quotation marks.
    #[arg(long, value_name = "POLICY", value_parser = one_of(Quotes::ALL, Quotes::name), help_heading = "Checking")]
    pub(crate) quotes: Option<Quotes>,
    /// Have the encoder in this directory read texts that look spun, not the built-in one: encoder.enc and
    /// decisions.forest.
    #[arg(long, value_name = "DIR", help_heading = "Checking")]
    pub(crate) encoder: Option<PathBuf>,
    /// Full has an encoder read texts that look spun: more is found, in ten times the time. It needs a program that
    /// was built with the feature `encoder` [default: fast, but full with --encoder].
    #[arg(long, value_name = "MODEL", value_parser = one_of(Model::ALL, Model::name), help_heading = "Checking")]
    pub(crate) model: Option<Model>,
    /// Expect this share of the texts to be spun, 0 to 1 [default: 0.02].
    #[arg(long, value_name = "P", value_parser = probability::<f64>, help_heading = "Checking")]
    pub(crate) prior: Option<f64>,
    /// Take every text for spun, however short.
    #[arg(long, help_heading = "Checking")]
    pub(crate) assume_spun: bool,
    /// Look only for this family of spinner; may be given several times.
    #[arg(long, value_name = "NAME", value_parser = one_of(Family::ALL, Family::name), help_heading = "Checking")]
    pub(crate) family: Vec<Family>,
    /// Never report this phrase; may be given several times.
    #[arg(long, value_name = "PHRASE", help_heading = "Checking")]
    pub(crate) allow: Vec<String>,
    /// Leave out findings that matter less.
    #[arg(long, value_name = "LEVEL", value_parser = one_of(Severity::ALL, Severity::name), help_heading = "Checking")]
    pub(crate) severity: Option<Severity>,
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

fn probability<T: FromStr + Copy + Into<f64>>(text: &str) -> Result<T, String> {
    let value: T = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    if (0.0..=1.0).contains(&value.into()) { Ok(value) } else { Err("must be from 0 to 1".into()) }
}
