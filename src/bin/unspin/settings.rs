//! `unspin.toml`, with the command line on top, made into finished objects.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde::{Deserialize, Serialize};
use unspin::{Builder, Config, ErrorKind, Family, Finding, Report, Selection, Severity, Unspinner};

use crate::args::{Checking, Choice, Level, ModelName, QuotePolicy};
use crate::{baseline, dictionary};

const NAME: &str = "unspin.toml";

/// How texts are checked; every key is optional.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", default)]
struct Rules {
    min_confidence: Option<f32>,
    quotes: Option<QuotePolicy>,
    model: Option<ModelName>,
    assume_spun: Option<bool>,
    prior: Option<f64>,
    families: Option<Vec<String>>,
    severity: Option<Level>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allow: Vec<String>,
}

/// What `unspin.toml` may say; every key is optional.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", default)]
struct File {
    #[serde(flatten)]
    rules: Rules,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exclude: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dictionaries: Vec<PathBuf>,
    /// Whether those stand on the built-in ones; they do unless it is false.
    builtin_dictionaries: Option<bool>,
    /// Directory of an encoder.
    encoder: Option<PathBuf>,
    baseline: Option<PathBuf>,
    /// Other rules for some files; the last one that matches counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    r#override: Vec<Override>,
    /// Keys that nothing knows.
    #[serde(flatten)]
    unknown: BTreeMap<String, toml::Value>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", default)]
struct Override {
    /// Globs of the files, as in `.gitignore`, from the directory of `unspin.toml`.
    paths: Vec<String>,
    #[serde(flatten)]
    rules: Rules,
    #[serde(flatten)]
    unknown: BTreeMap<String, toml::Value>,
}

/// How some texts are checked, ready to use.
pub(crate) struct Profile {
    pub(crate) unspinner: Unspinner,
    /// Findings below it are left out.
    pub(crate) severity: Severity,
}

/// How all texts are checked, ready to use.
pub(crate) struct Settings {
    base: Profile,
    overrides: Vec<(Gitignore, Profile)>,
    /// Globs of paths to leave out.
    pub(crate) exclude: Vec<String>,
    /// Ids of findings to leave out.
    baseline: HashSet<String>,
}

impl Settings {
    /// Reads the nearest `unspin.toml`, unless told otherwise, and puts the command line on top.
    pub(crate) fn new(checking: &Checking) -> anyhow::Result<Self> {
        Self::within(checking, &current()?)
    }

    /// As [`new`](Self::new), from another directory than the current one.
    pub(crate) fn within(checking: &Checking, here: &Path) -> anyhow::Result<Self> {
        let (file, root) = resolve(checking, here)?;
        let profile = |rules: &Rules| -> anyhow::Result<Profile> {
            Ok(Profile {
                unspinner: rules.unspinner(&file)?,
                severity: rules.severity.map_or(Severity::Note, Severity::from),
            })
        };
        let mut overrides = Vec::with_capacity(file.r#override.len());
        for one in &file.r#override {
            let mut globs = GitignoreBuilder::new(&root);
            for glob in &one.paths {
                globs.add_line(None, glob).with_context(|| format!("{NAME}: override of {glob:?}"))?;
            }
            overrides.push((globs.build()?, profile(&one.rules.over(&file.rules))?));
        }
        Ok(Self {
            base: profile(&file.rules)?,
            overrides,
            exclude: file.exclude,
            baseline: file.baseline.as_deref().map(baseline::read).transpose()?.unwrap_or_default(),
        })
    }

    /// Findings come without their evidence.
    pub(crate) fn without_evidence(mut self) -> Self {
        let quiet = |profile: Profile| Profile { unspinner: profile.unspinner.without_evidence(), ..profile };
        self.base = quiet(self.base);
        self.overrides = self.overrides.into_iter().map(|(globs, profile)| (globs, quiet(profile))).collect();
        self
    }

    /// Checks a text that comes from a file.
    pub(crate) fn check(&self, path: &Path, text: &str) -> Report {
        let profile = self.profile(path);
        let mut report = profile.unspinner.check(text);
        report.findings.retain(|finding| finding.severity >= profile.severity && !self.is_known(finding));
        report
    }

    /// Whether the baseline holds a finding.
    pub(crate) fn is_known(&self, finding: &Finding) -> bool {
        self.baseline.contains(&finding.id)
    }

    /// What checks texts that come from no file.
    pub(crate) fn unspinner(&self) -> &Unspinner {
        &self.base.unspinner
    }

    /// How a file's text is checked.
    pub(crate) fn profile(&self, path: &Path) -> &Profile {
        if self.overrides.is_empty() {
            return &self.base;
        }
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let matches = |globs: &Gitignore| {
            path.starts_with(globs.path()) && globs.matched_path_or_any_parents(&path, false).is_ignore()
        };
        self.overrides.iter().rev().find(|(globs, _)| matches(globs)).map_or(&self.base, |(_, profile)| profile)
    }
}

impl Rules {
    /// These rules, and those of `base` where these say nothing.
    fn over(&self, base: &Self) -> Self {
        Self {
            min_confidence: self.min_confidence.or(base.min_confidence),
            quotes: self.quotes.or(base.quotes),
            model: self.model.or(base.model),
            assume_spun: self.assume_spun.or(base.assume_spun),
            prior: self.prior.or(base.prior),
            families: self.families.clone().or_else(|| base.families.clone()),
            severity: self.severity.or(base.severity),
            allow: base.allow.iter().chain(&self.allow).cloned().collect(),
        }
    }

    /// What the command line says.
    fn of_command_line(checking: &Checking) -> Self {
        let families = || checking.family.iter().map(|family| family.name().to_owned()).collect();
        Self {
            min_confidence: checking.min_confidence,
            quotes: checking.quotes,
            model: checking.model,
            assume_spun: checking.assume_spun.then_some(true),
            prior: None,
            families: (!checking.family.is_empty()).then(families),
            severity: checking.severity,
            allow: checking.allow.clone(),
        }
    }

    fn check(&self) -> anyhow::Result<()> {
        let is_probability = |value: f64| (0.0..=1.0).contains(&value);
        ensure!(
            self.min_confidence.is_none_or(|value| is_probability(f64::from(value)))
                && self.prior.is_none_or(is_probability),
            "min-confidence and prior must be from 0 to 1"
        );
        self.known_families().map(drop)
    }

    fn known_families(&self) -> anyhow::Result<Option<Vec<Family>>> {
        let known = |name: &String| {
            Family::from_name(name)
                .with_context(|| format!("no family {name:?}; there are {}", Family::ALL.map(Family::name).join(", ")))
        };
        self.families.as_ref().map(|names| names.iter().map(known).collect()).transpose()
    }

    fn unspinner(&self, file: &File) -> anyhow::Result<Unspinner> {
        let mut builder = Unspinner::builder().allow(self.allow.iter().cloned());
        if let Some(confidence) = self.min_confidence {
            builder = builder.min_confidence(confidence);
        }
        if let Some(quotes) = self.quotes {
            builder = builder.quotes(quotes.into());
        }
        if let Some(model) = self.model {
            builder = builder.model(model.into());
        }
        if let Some(yes) = self.assume_spun {
            builder = builder.assume_spun(yes);
        }
        if let Some(prior) = self.prior {
            builder = builder.prior(prior);
        }
        if let Some(families) = self.known_families()? {
            builder = builder.families(&families);
        }
        let builtin = file.builtin_dictionaries.unwrap_or(true);
        builder = builder.builtin_dictionaries(builtin);
        for directory in &file.dictionaries {
            builder = builder.dictionaries(dictionary::read(directory)?);
        }
        if let Some(directory) = &file.encoder {
            builder = encoder(builder, directory)?;
        }
        let named = || {
            // The message names the file; which directory it lies in is found by trying each alone.
            let fails = |directory: &&PathBuf| {
                let alone = Unspinner::builder().builtin_dictionaries(builtin);
                dictionary::read(directory).is_ok_and(|files| alone.dictionaries(files).try_build().is_err())
            };
            file.dictionaries.iter().find(fails).map_or("dictionaries".into(), |found| found.display().to_string())
        };
        builder.try_build().map_err(|error| {
            let place = match (error.kind(), &file.encoder) {
                (ErrorKind::Model, Some(directory)) => directory.display().to_string(),
                _ => named(),
            };
            anyhow::Error::from(error).context(place)
        })
    }
}

/// Has the encoder in a directory read texts.
#[cfg(feature = "encoder")]
fn encoder(builder: Builder, directory: &Path) -> anyhow::Result<Builder> {
    let read = |name: &str| {
        let path = directory.join(name);
        std::fs::read(&path).with_context(|| path.display().to_string())
    };
    Ok(builder.encoder(read("encoder.enc")?, read("decisions.forest")?))
}

#[cfg(not(feature = "encoder"))]
fn encoder(_: Builder, directory: &Path) -> anyhow::Result<Builder> {
    anyhow::bail!("{}: this program was built without encoders; build it with --features encoder", directory.display())
}

/// The settings in force, as TOML.
pub(crate) fn dump(checking: &Checking) -> anyhow::Result<String> {
    let (mut file, _) = resolve(checking, &current()?)?;
    let Config { quotes, model, assume_spun, prior, min_confidence, families, .. } = Config::default();
    let defaults = Rules {
        min_confidence: Some(min_confidence),
        quotes: Some(quotes.into()),
        model: Some(model.into()),
        assume_spun: Some(assume_spun),
        prior: Some(prior),
        families: Some(families.iter().map(|family| family.name().to_owned()).collect()),
        severity: Some(Level::Note),
        allow: Vec::new(),
    };
    file.rules = file.rules.over(&defaults);
    Ok(toml::to_string(&file)?)
}

/// Files and directories that the settings in force name, whose contents count with them.
pub(crate) fn files(checking: &Checking) -> anyhow::Result<Vec<PathBuf>> {
    let (file, _) = resolve(checking, &current()?)?;
    Ok(file.dictionaries.into_iter().chain(file.encoder).chain(file.baseline).collect())
}

/// The file that counts with the command line on top, and the directory that its globs start from.
fn resolve(checking: &Checking, here: &Path) -> anyhow::Result<(File, PathBuf)> {
    let path = match &checking.config {
        Some(path) => Some(path.clone()),
        None if checking.isolated => None,
        None => nearest(here),
    };
    let (mut file, root) = match path {
        Some(path) => {
            let root = std::path::absolute(&path)?.parent().map_or_else(|| here.to_owned(), Path::to_owned);
            (read(&path)?, root)
        }
        None => (File::default(), here.to_owned()),
    };
    let on_top = Rules::of_command_line(checking);
    // Phrases of the command line are allowed once: overrides are put over the base later.
    let values = Rules { allow: Vec::new(), ..on_top.clone() };
    file.rules = on_top.over(&file.rules);
    for one in &mut file.r#override {
        one.rules = values.over(&one.rules);
    }
    let placed = |path: &mut PathBuf| *path = root.join(&path);
    file.dictionaries.iter_mut().for_each(placed);
    file.dictionaries.extend(checking.dictionary.iter().cloned());
    if checking.no_builtin_dictionary {
        file.builtin_dictionaries = Some(false);
    }
    file.encoder.iter_mut().for_each(placed);
    if checking.encoder.is_some() {
        file.encoder.clone_from(&checking.encoder);
    }
    ensure!(
        file.encoder.is_some() || checking.model != Some(ModelName::Full),
        "--model full needs an encoder; name its directory with --encoder"
    );
    file.baseline.iter_mut().for_each(placed);
    if checking.baseline.is_some() {
        file.baseline.clone_from(&checking.baseline);
    }
    Ok((file, root))
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

/// The settings file that a phrase is added to: the one in force from a directory on, or a new one there.
pub(crate) fn file_for(checking: &Checking, here: &Path) -> PathBuf {
    checking.config.clone().or_else(|| nearest(here)).unwrap_or_else(|| here.join(NAME))
}

fn current() -> anyhow::Result<PathBuf> {
    std::env::current_dir().context("the current directory")
}

fn nearest(here: &Path) -> Option<PathBuf> {
    here.ancestors().map(|directory| directory.join(NAME)).find(|path| path.is_file())
}

fn read(path: &Path) -> anyhow::Result<File> {
    let name = || path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(name)?;
    let file: File = toml::from_str(&text).with_context(name)?;
    let unknown = file.unknown.keys().chain(file.r#override.iter().flat_map(|one| one.unknown.keys())).next();
    ensure!(unknown.is_none(), "{}: unknown field {:?}", name(), unknown.map_or("", String::as_str));
    for rules in std::iter::once(&file.rules).chain(file.r#override.iter().map(|one| &one.rules)) {
        rules.check().with_context(name)?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().expect("a place");
        let path = root.path().join(NAME);
        std::fs::write(&path, text).expect("written");
        (root, path)
    }

    #[test]
    fn the_nearest_file_counts() {
        let (root, _) = written("min-confidence = 0.9\n");
        let deep = root.path().join("a/b");
        std::fs::create_dir_all(&deep).expect("made");
        assert_eq!(nearest(&deep), Some(root.path().join(NAME)));
        std::fs::write(deep.join(NAME), "quotes = \"skip\"\nallow = [\"green zone\"]\n").expect("written");
        let file = read(&nearest(&deep).expect("found")).expect("sound");
        assert_eq!((file.rules.quotes, file.rules.min_confidence), (Some(QuotePolicy::Skip), None));
    }

    #[test]
    fn mistakes_are_named() {
        for (text, says) in [
            ("min-confidance = 1", "unknown field \"min-confidance\""),
            ("[[override]]\npaths = [\"a\"]\nquote = \"skip\"", "unknown field \"quote\""),
            ("prior = 2", "from 0 to 1"),
            ("quotes = 3", "quotes"),
            ("families = [\"news\"]", "there are thesaurus"),
        ] {
            let (_root, path) = written(text);
            let error = format!("{:#}", read(&path).expect_err(text));
            assert!(error.contains(says) && error.contains(NAME), "{error}");
        }
    }

    #[test]
    fn the_last_override_that_matches_counts() {
        let (root, path) = written(
            "min-confidence = 0.7\nallow = [\"a\"]\n\
             [[override]]\npaths = [\"*.md\", \"blog/\"]\nmin-confidence = 0.8\nallow = [\"b\"]\n\
             [[override]]\npaths = [\"/blog/old/**\"]\nmin-confidence = 0.9\n",
        );
        let settings = |confidence| {
            let checking = Checking { config: Some(path.clone()), min_confidence: confidence, ..Checking::default() };
            Settings::new(&checking).expect("sound")
        };
        let least = |settings: &Settings, name: &str| {
            settings.profile(&root.path().join(name)).unspinner.config().min_confidence
        };
        let plain = settings(None);
        for (name, wanted) in [
            ("a.txt", 0.7),
            ("deep/a.md", 0.8),
            ("blog/a.txt", 0.8),
            ("blog/old/a.txt", 0.9),
            ("x/blog/old/a.txt", 0.8),
        ] {
            assert_eq!(least(&plain, name), wanted, "{name}");
        }
        assert_eq!(plain.overrides[0].1.unspinner.config().allow, ["a", "b"]);
        // The command line goes before all of them.
        assert_eq!(least(&settings(Some(0.95)), "blog/old/a.txt"), 0.95);
    }
}
