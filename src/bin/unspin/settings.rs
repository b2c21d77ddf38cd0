//! `unspin.toml`, with the command line on top, made into finished objects.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;
use unspin::{Family, Selection, Severity, Unspinner};

use crate::args::{Checking, Choice, Level, QuotePolicy};

const NAME: &str = "unspin.toml";

/// What `unspin.toml` may say; every key is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct File {
    min_confidence: Option<f32>,
    quotes: Option<QuotePolicy>,
    assume_spun: Option<bool>,
    prior: Option<f64>,
    families: Option<Vec<String>>,
    allow: Vec<String>,
    severity: Option<Level>,
    exclude: Vec<String>,
}

/// How texts are checked, ready to use.
pub(crate) struct Settings {
    pub(crate) unspinner: Unspinner,
    /// Findings below it are left out.
    pub(crate) severity: Severity,
    /// Globs of paths to leave out.
    pub(crate) exclude: Vec<String>,
}

impl Settings {
    /// Reads the nearest `unspin.toml`, unless told otherwise, and puts the command line on top.
    pub(crate) fn new(checking: &Checking) -> anyhow::Result<Self> {
        let path = match &checking.config {
            Some(path) => Some(path.clone()),
            None if checking.isolated => None,
            None => std::env::current_dir().ok().and_then(|here| nearest(&here)),
        };
        let file = match path {
            Some(path) => read(&path)?,
            None => File::default(),
        };
        let mut builder = Unspinner::builder();
        if let Some(confidence) = checking.min_confidence.or(file.min_confidence) {
            builder = builder.min_confidence(confidence);
        }
        if let Some(quotes) = checking.quotes.or(file.quotes) {
            builder = builder.quotes(quotes.into());
        }
        if checking.assume_spun || file.assume_spun.unwrap_or(false) {
            builder = builder.assume_spun(true);
        }
        if let Some(prior) = file.prior {
            builder = builder.prior(prior);
        }
        if !checking.family.is_empty() {
            builder = builder.families(&checking.family);
        } else if let Some(names) = &file.families {
            let known = |name: &String| {
                Family::from_name(name).with_context(|| {
                    format!("{NAME}: no family {name:?}; there are {}", Family::ALL.map(Family::name).join(", "))
                })
            };
            builder = builder.families(&names.iter().map(known).collect::<anyhow::Result<Vec<_>>>()?);
        }
        let unspinner = builder.allow(file.allow).allow(checking.allow.iter().cloned()).build();
        let severity = checking.severity.or(file.severity).map_or(Severity::Note, Severity::from);
        Ok(Self { unspinner, severity, exclude: file.exclude })
    }
}

impl Choice {
    /// Which findings to apply.
    pub(crate) fn selection(&self) -> Selection {
        if self.automatic {
            Selection::Automatic
        } else if self.id.is_empty() {
            Selection::All
        } else {
            Selection::Ids(self.id.clone())
        }
    }
}

fn nearest(here: &Path) -> Option<PathBuf> {
    here.ancestors().map(|directory| directory.join(NAME)).find(|path| path.is_file())
}

fn read(path: &Path) -> anyhow::Result<File> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let file: File = toml::from_str(&text).with_context(|| path.display().to_string())?;
    let is_probability = |value: f64| (0.0..=1.0).contains(&value);
    anyhow::ensure!(
        file.min_confidence.is_none_or(|value| is_probability(f64::from(value)))
            && file.prior.is_none_or(is_probability),
        "{}: min-confidence and prior must be from 0 to 1",
        path.display()
    );
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_file_counts() {
        let root = tempfile::tempdir().expect("a place");
        let deep = root.path().join("a/b");
        std::fs::create_dir_all(&deep).expect("made");
        std::fs::write(root.path().join(NAME), "min-confidence = 0.9\n").expect("written");
        assert_eq!(nearest(&deep), Some(root.path().join(NAME)));
        std::fs::write(deep.join(NAME), "quotes = \"skip\"\nallow = [\"green zone\"]\n").expect("written");
        let file = read(&nearest(&deep).expect("found")).expect("sound");
        assert_eq!((file.quotes, file.min_confidence), (Some(QuotePolicy::Skip), None));
    }

    #[test]
    fn mistakes_are_named() {
        let root = tempfile::tempdir().expect("a place");
        let path = root.path().join(NAME);
        for (text, says) in
            [("min-confidance = 1", "unknown field"), ("prior = 2", "from 0 to 1"), ("quotes = 3", "quotes")]
        {
            std::fs::write(&path, text).expect("written");
            let error = format!("{:#}", read(&path).expect_err(text));
            assert!(error.contains(says) && error.contains(NAME), "{error}");
        }
    }
}
