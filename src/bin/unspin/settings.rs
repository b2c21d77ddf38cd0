//! `unspin.toml`, with the command line on top, made into finished objects.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::RwLock;

use anyhow::{Context, anyhow, bail, ensure};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use unspin::input::{Globs, straight};
use unspin::{Builder, Config, ErrorKind, Family, Finding, Model, Quotes, Report, Severity, Unspinner};

use crate::args::{Checking, FieldFormat, Inputs};
use crate::{baseline, dictionary};

/// What a settings file is called.
pub(crate) const NAME: &str = "unspin.toml";
/// The files of an encoder.
const ENCODER: [&str; 2] = ["encoder.enc", "decisions.forest"];

/// Makes all that goes through the rules, which are keys of the file and of its overrides alike, of one list: of each its
/// type, what the command line says of it, and its place in a profile.
macro_rules! rules {
    (|$checking:ident, $profile:ident| $($(#[$how:meta])* $key:ident: $type:ty = $said:expr => $place:expr;)*) => {
        /// How texts are checked, in all files or in those of an override; every key is optional.
        #[derive(Clone, Debug, Default, Deserialize, Serialize)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
        struct Rules {
            /// For an override, globs of the files, as in `.gitignore`, from the directory of `unspin.toml`.
            #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "globs")]
            paths: Vec<String>,
            $($(#[$how])* $key: Option<$type>,)*
            #[serde(skip_serializing_if = "Vec::is_empty")]
            allow: Vec<String>,
        }

        /// What `unspin.toml` may say; every key is optional. The rules are written out: what serde flattens has no place
        /// in the file any more that an error could name.
        #[derive(Clone, Debug, Default, Deserialize, Serialize)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
        struct File {
            $($(#[$how])* $key: Option<$type>,)*
            #[serde(skip_serializing_if = "Vec::is_empty")]
            allow: Vec<String>,
            /// Globs of files to leave out, as in `.gitignore`, from the directory of `unspin.toml`.
            #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "globs")]
            exclude: Vec<String>,
            /// How texts are written in fields of records.
            field_format: Option<FieldFormat>,
            #[serde(skip_serializing_if = "Vec::is_empty")]
            dictionaries: Vec<PathBuf>,
            /// Whether those stand on the built-in ones; they do unless it is false.
            builtin_dictionaries: Option<bool>,
            /// Directory of an encoder.
            encoder: Option<PathBuf>,
            baseline: Option<PathBuf>,
            /// Other rules for some files; the last one that matches counts.
            #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "overrides")]
            r#override: Vec<Rules>,
        }

        impl File {
            /// Those that hold for all files.
            fn rules(&self) -> Rules {
                let stated = Rules { paths: Vec::new(), $($key: self.$key.clone(),)* allow: self.allow.clone() };
                Rules { model: Some(self.model()), ..stated }
            }

            fn set_rules(&mut self, rules: Rules) {
                $(self.$key = rules.$key;)*
                self.allow = rules.allow;
            }
        }

        impl Rules {
            /// These rules, and those of `base` where these say nothing.
            fn over(&self, base: &Self) -> Self {
                Self {
                    // Either has none.
                    paths: base.paths.iter().chain(&self.paths).cloned().collect(),
                    $($key: self.$key.clone().or_else(|| base.$key.clone()),)*
                    allow: base.allow.iter().chain(&self.allow).cloned().collect(),
                }
            }

            /// What the command line says.
            fn of_command_line($checking: &Checking) -> Self {
                Self { paths: Vec::new(), $($key: $said,)* allow: $checking.allow.clone() }
            }

            /// What holds where nothing is said.
            fn defaults() -> Self {
                let $profile = Profile::default();
                Self { paths: Vec::new(), $($key: Some($place),)* allow: Vec::new() }
            }

            fn profile(&self) -> Profile {
                let mut $profile = Profile::default();
                $(if let Some(value) = self.$key.clone() {
                    $place = value;
                })*
                $profile.config.allow.clone_from(&self.allow);
                $profile
            }
        }
    };
}

rules! { |checking, profile|
    #[serde(deserialize_with = "probability")]
    min_confidence: f32 = checking.min_confidence => profile.config.min_confidence;
    quotes: Quotes = checking.quotes => profile.config.quotes;
    model: Model = checking.model => profile.config.model;
    assume_spun: bool = checking.assume_spun.then_some(true) => profile.config.assume_spun;
    #[serde(deserialize_with = "probability")]
    prior: f64 = checking.prior => profile.config.prior;
    #[serde(deserialize_with = "families")]
    families: Vec<Family> = Some(checking.family.clone()).filter(|some| !some.is_empty()) => profile.config.families;
    severity: Severity = checking.severity => profile.severity;
}

pub(crate) fn probability<'de, D: Deserializer<'de>, T: Deserialize<'de> + Copy + Into<f64>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = Option::<T>::deserialize(deserializer)?;
    let is_one = |value: T| (0.0..=1.0).contains(&value.into());
    if value.is_none_or(is_one) { Ok(value) } else { Err(D::Error::custom("must be from 0 to 1")) }
}

fn globs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let globs = Vec::<String>::deserialize(deserializer)?;
    // They start from elsewhere in the end, but are sound or not wherever that is.
    Globs::new(Path::new("glob"), &globs).map_err(D::Error::custom)?;
    Ok(globs)
}

pub(crate) fn families<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Family>>, D::Error> {
    let families = Option::<Vec<Family>>::deserialize(deserializer)?;
    if families.as_ref().is_some_and(Vec::is_empty) {
        // Nothing would be found in any text, as if all were clean.
        let all = Family::ALL.map(Family::name).join(", ");
        return Err(D::Error::custom(format!("names no family; leave it out for all of them, or name some of {all}")));
    }
    Ok(families)
}

fn overrides<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Rules>, D::Error> {
    let overrides = Vec::<Rules>::deserialize(deserializer)?;
    if overrides.iter().any(|one| one.paths.is_empty()) {
        return Err(D::Error::custom("an override needs paths, or it holds for no file"));
    }
    Ok(overrides)
}

/// How some texts are checked, ready to use.
pub(crate) struct Profile {
    pub(crate) config: Config,
    /// Findings below it are left out.
    pub(crate) severity: Severity,
}

impl Default for Profile {
    fn default() -> Self {
        Self { config: Config::default(), severity: Severity::Note }
    }
}

/// How all texts are checked, ready to use.
pub(crate) struct Settings {
    /// What checks them all: the dictionaries and the encoder are the same for all.
    pub(crate) unspinner: Unspinner,
    base: Profile,
    overrides: Vec<(Globs, Profile)>,
    /// The file that was asked about last, which has many records maybe, and the override that holds for it.
    last: RwLock<Option<(PathBuf, Option<usize>)>>,
    /// Files and directories to leave out.
    pub(crate) exclude: Globs,
    /// How texts are written in fields of records, unless the command line says it.
    pub(crate) field_format: Option<FieldFormat>,
    /// Ids of findings to leave out.
    known: HashSet<String>,
    /// The files that the settings come from and name, which are no inputs.
    pub(crate) own: Vec<PathBuf>,
}

impl Settings {
    /// Reads the nearest `unspin.toml`, unless told otherwise, and puts the command line on top.
    pub(crate) fn new(checking: &Checking) -> anyhow::Result<Self> {
        Stated::new(checking)?.settings(checking)
    }

    /// As [`new`](Self::new), from another directory than the current one.
    pub(crate) fn within(checking: &Checking, here: &Path) -> anyhow::Result<Self> {
        Stated::within(checking, here)?.settings(checking)
    }

    /// Findings come without their evidence.
    pub(crate) fn without_evidence(mut self) -> Self {
        let profiles = self.overrides.iter_mut().map(|(_, profile)| profile).chain([&mut self.base]);
        profiles.for_each(|profile| profile.config.evidence = false);
        self
    }

    /// Checks a text that comes from a file.
    pub(crate) fn check(&self, path: &Path, text: &str) -> Report {
        let profile = self.profile(path);
        let mut report = self.unspinner.check_with(text, &profile.config);
        report.findings.retain(|finding| self.tells(finding, profile.severity));
        report
    }

    /// Whether a finding is told where those below a severity are left out: it is not in the baseline, either.
    pub(crate) fn tells(&self, finding: &Finding, least: Severity) -> bool {
        finding.severity >= least && !self.is_known(finding)
    }

    /// Whether the baseline holds a finding.
    pub(crate) fn is_known(&self, finding: &Finding) -> bool {
        self.known.contains(&finding.id)
    }

    /// How a file's text is checked.
    pub(crate) fn profile(&self, path: &Path) -> &Profile {
        if self.overrides.is_empty() {
            return &self.base;
        }
        let found = |n: Option<usize>| n.map_or(&self.base, |n| &self.overrides[n].1);
        if let Some((_, n)) = self.last.read().ok().as_deref().and_then(Option::as_ref).filter(|(last, _)| last == path)
        {
            return found(*n);
        }
        // It asks the system where links lead.
        let n = self.overrides.iter().rposition(|(globs, _)| globs.hold(path, false));
        if let Ok(mut last) = self.last.write() {
            *last = Some((path.to_owned(), n));
        }
        found(n)
    }

    /// Whether a file is left out where it is not named itself.
    pub(crate) fn leaves_out(&self, path: &Path) -> bool {
        self.exclude.hold(path, false)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").finish_non_exhaustive()
    }
}

impl File {
    /// What reads the texts of no override: an encoder of one's own where there is one, unless it is said otherwise.
    fn model(&self) -> Model {
        self.model.unwrap_or(if self.encoder.is_some() { Model::Full } else { Model::Fast })
    }

    /// Whether any file is to be read by the full model.
    fn asks_for_full(&self) -> bool {
        self.model() == Model::Full || self.r#override.iter().any(|rules| rules.model == Some(Model::Full))
    }

    /// The files that the settings name.
    fn own(&self) -> anyhow::Result<Vec<PathBuf>> {
        let mut files = Vec::from_iter(self.baseline.clone());
        files.extend(self.encoder.iter().flat_map(|directory| ENCODER.map(|name| directory.join(name))));
        for directory in &self.dictionaries {
            files.extend(dictionary::paths(directory)?);
        }
        Ok(files)
    }

    /// The dictionaries and the encoder that the settings name, opened; `path` is the file that they come from.
    fn unspinner(&self, checking: &Checking, path: Option<&Path>) -> anyhow::Result<Unspinner> {
        let builtin = self.builtin_dictionaries.unwrap_or(true);
        if !builtin && self.dictionaries.is_empty() {
            let lacks = "leaves no dictionaries to use; give some";
            match path.filter(|_| !checking.no_builtin_dictionary) {
                Some(path) => bail!(
                    "{}: builtin-dictionaries = false {lacks} with dictionaries = [\"DIR\"], or take it out",
                    path.display()
                ),
                None => bail!("--no-builtin-dictionary {lacks} with --dictionary, or leave it out"),
            }
        }
        let mut builder = Unspinner::builder().builtin_dictionaries(builtin);
        // Those of the command line come last.
        let of_file = self.dictionaries.len() - checking.dictionary.len();
        for (n, directory) in self.dictionaries.iter().enumerate() {
            let files = dictionary::read(directory);
            builder = builder.dictionaries(match path.filter(|_| n < of_file) {
                Some(path) => files.with_context(|| format!("{}: dictionaries", path.display()))?,
                None => files?,
            });
        }
        let asks = match path {
            Some(path) if checking.model != Some(Model::Full) => path.display().to_string(),
            _ => "--model full".to_owned(),
        };
        if let Some(directory) = &self.encoder {
            builder = encoder(builder, directory)?;
        } else if self.asks_for_full() {
            builder = builtin_encoder(builder, &asks)?;
        }
        let named = || {
            // The message names the file; which directory it lies in is found by trying each alone.
            let fails = |directory: &&PathBuf| {
                let alone = Unspinner::builder().builtin_dictionaries(builtin);
                dictionary::read(directory).is_ok_and(|files| alone.dictionaries(files).try_build().is_err())
            };
            self.dictionaries.iter().find(fails).map_or("dictionaries".into(), |found| found.display().to_string())
        };
        builder.try_build().map_err(|error| {
            let place = match (error.kind(), &self.encoder) {
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
    let [weights, decisions] = ENCODER;
    Ok(builder.encoder(read(weights)?, read(decisions)?))
}

/// Has the built-in encoder read texts.
#[cfg(feature = "encoder")]
#[allow(clippy::unnecessary_wraps, reason = "programs without it cannot")]
fn builtin_encoder(builder: Builder, _: &str) -> anyhow::Result<Builder> {
    Ok(builder.builtin_encoder())
}

#[cfg(not(feature = "encoder"))]
fn builtin_encoder(_: Builder, asks: &str) -> anyhow::Result<Builder> {
    anyhow::bail!(
        "{asks}: this program is without the full model; take the fast one, or build it with --features encoder"
    )
}

#[cfg(not(feature = "encoder"))]
fn encoder(_: Builder, directory: &Path) -> anyhow::Result<Builder> {
    anyhow::bail!("{}: this program was built without encoders; build it with --features encoder", directory.display())
}

/// What `unspin.toml` says with the command line on top, before what they name is read.
pub(crate) struct Stated {
    file: File,
    /// The file that it comes from.
    path: Option<PathBuf>,
    /// The directory that its globs start from.
    pub(crate) root: PathBuf,
}

impl Stated {
    /// Reads the nearest `unspin.toml`, unless told otherwise.
    pub(crate) fn new(checking: &Checking) -> anyhow::Result<Self> {
        Self::within(checking, &std::env::current_dir().context("the current directory")?)
    }

    fn within(checking: &Checking, here: &Path) -> anyhow::Result<Self> {
        let path = match &checking.config {
            Some(path) => Some(path.clone()),
            None if checking.isolated => None,
            None => nearest(here),
        };
        let (mut file, root) = match &path {
            Some(path) => {
                let root = straight(path).parent().map_or_else(|| here.to_owned(), Path::to_owned);
                (read(path)?, root)
            }
            None => (File::default(), here.to_owned()),
        };
        let placed = |path: &mut PathBuf| *path = root.join(&path);
        // Which model reads the texts depends on it.
        file.encoder.iter_mut().for_each(placed);
        if checking.encoder.is_some() {
            file.encoder.clone_from(&checking.encoder);
        }
        let on_top = Rules::of_command_line(checking);
        // Phrases of the command line are allowed once: overrides are put over the base later.
        let values = Rules { allow: Vec::new(), ..on_top.clone() };
        file.set_rules(on_top.over(&file.rules()));
        for one in &mut file.r#override {
            *one = values.over(one);
        }
        file.dictionaries.iter_mut().for_each(placed);
        file.dictionaries.extend(checking.dictionary.iter().cloned());
        if checking.no_builtin_dictionary {
            file.builtin_dictionaries = Some(false);
        }
        file.baseline.iter_mut().for_each(placed);
        if checking.baseline.is_some() {
            file.baseline.clone_from(&checking.baseline);
        }
        Ok(Self { file, path, root })
    }

    /// The settings in force, as TOML, with what the command line says of inputs.
    pub(crate) fn dump(&self, inputs: Option<&Inputs>) -> anyhow::Result<String> {
        let mut file = self.file.clone();
        if let Some(inputs) = inputs {
            file.exclude.extend(inputs.exclude.iter().cloned());
            file.field_format = inputs.field_format.or(file.field_format);
        }
        file.set_rules(file.rules().over(&Rules::defaults()));
        if let Some(path) = self.files().iter().find(|path| path.to_str().is_none()) {
            anyhow::bail!("{}: has no place in TOML, for it is not UTF-8", path.display());
        }
        Ok(toml::to_string(&file)?)
    }

    /// The same as far as the file and the command line say it, in a form that tells any two apart.
    pub(crate) fn described(&self) -> String {
        format!("{:?}", self.file)
    }

    /// Files and directories that the settings in force name, whose contents count with them.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let File { dictionaries, encoder, baseline, .. } = &self.file;
        dictionaries.iter().chain(encoder).chain(baseline).cloned().collect()
    }

    /// The same, ready to use.
    pub(crate) fn settings(&self, checking: &Checking) -> anyhow::Result<Settings> {
        let Self { file, path, root } = self;
        let rules = file.rules();
        let mut overrides = Vec::with_capacity(file.r#override.len());
        for one in &file.r#override {
            overrides.push((Globs::new(root, &one.paths)?, one.over(&rules).profile()));
        }
        // What is written anew is not looked at: it may not be there yet, and holds what is to be written again.
        let baseline = file.baseline.as_deref().filter(|_| !checking.accepts_all);
        if let Some(lacking) = baseline.filter(|baseline| !baseline.exists()) {
            let whose = match path {
                Some(path) if checking.baseline.is_none() => format!("the baseline of {}", path.display()),
                _ => "the baseline".to_owned(),
            };
            let lacking = lacking.display();
            bail!("{lacking}: {whose} is not there; unspin check --write-baseline {lacking} PATH... makes it");
        }
        let known = baseline.map(baseline::read).transpose()?;
        Ok(Settings {
            unspinner: file.unspinner(checking, path.as_deref())?,
            base: rules.profile(),
            overrides,
            last: RwLock::default(),
            exclude: Globs::new(root, &file.exclude)?,
            field_format: file.field_format,
            known: known.unwrap_or_default(),
            own: file.own()?.into_iter().chain(path.clone()).collect(),
        })
    }
}

/// The settings file that a phrase is added to: the one in force from a directory on, or a new one there.
pub(crate) fn file_for(checking: &Checking, here: &Path) -> PathBuf {
    checking.config.clone().or_else(|| nearest(here)).unwrap_or_else(|| here.join(NAME))
}

/// The nearest settings file. One that cannot be read counts, too, or other settings would hold and nobody be told.
fn nearest(here: &Path) -> Option<PathBuf> {
    here.ancestors().map(|directory| directory.join(NAME)).find(|path| path.symlink_metadata().is_ok())
}

fn read(path: &Path) -> anyhow::Result<File> {
    let name = || path.display().to_string();
    ensure!(!path.is_dir(), "{}: is a directory; settings are read from a file of this name, so rename it", name());
    let bytes = std::fs::read(path).map_err(|error| {
        let leads_nowhere = error.kind() == std::io::ErrorKind::NotFound && path.is_symlink();
        let error = anyhow::Error::from(error);
        if leads_nowhere { error.context("is a link that leads nowhere; mend or remove it") } else { error }
            .context(name())
    })?;
    let text = str::from_utf8(&bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        anyhow!("{}:{line}: is not UTF-8; convert the file to UTF-8", name())
    })?;
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let message = error.message();
        let is_table = message.starts_with("invalid type: map, expected a sequence");
        let is_single = || text.lines().any(|line| line.trim_start().starts_with("[override]"));
        let remedy = if is_table && is_single() {
            "there may be several overrides, so write [[override]], in two pairs of brackets\n"
        } else {
            ""
        };
        let shown = error.to_string();
        let place = shown.trim_end().strip_suffix(message).unwrap_or_default();
        anyhow!("{}: {place}{}\n{remedy}", name(), plain(message))
    })
}

/// What is wrong with a value, without what only programmers call types.
fn plain(message: &str) -> String {
    let number = "expected a number from 0 to 1";
    [
        ("expected f32", number),
        ("expected f64", number),
        ("expected a sequence", "expected a list"),
        ("invalid type: sequence,", "invalid type: list,"),
        ("invalid type: map,", "invalid type: table,"),
    ]
    .into_iter()
    .fold(message.to_owned(), |message, (theirs, plain)| message.replace(theirs, plain))
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
        assert_eq!((file.quotes, file.min_confidence), (Some(Quotes::Skip), None));
    }

    #[test]
    fn mistakes_are_named() {
        let over = "prior = 0.1\n[[override]]\npaths = [\"a\"]\n";
        for (before, mistake, line, says) in [
            ("", "min-confidance = 1", 1, "unknown field `min-confidance`"),
            ("prior = 0.1\n", "quotes = 3", 2, "expected a string"),
            ("allow = []\n\n", "prior = 2", 3, "from 0 to 1"),
            ("exclude = []\n", "families = [\"news\"]", 2, "no family is named \"news\"; there are thesaurus"),
            (over, "quote = \"skip\"", 4, "unknown field `quote`"),
            (over, "quotes = \"often\"", 4, "no treatment of quotations is named \"often\"; there are"),
            (over, "min-confidence = \"0.9\"", 4, "invalid type: string \"0.9\", expected a number from 0 to 1\n"),
            ("", "prior = []", 1, "invalid type: list, expected a number from 0 to 1\n"),
            ("\n", "allow = \"green zone\"", 2, "invalid type: string \"green zone\", expected a list\n"),
            ("", "field-format = \"csv\"", 1, "no format is named \"csv\"; there are text, markdown, html\n"),
            (over, "min-confidence = 1.5", 4, "from 0 to 1"),
            (over, "families = [\"phrasal\", \"news\"]", 4, "there are thesaurus, phrasal"),
            (over, "exclude = [\"b\"]", 4, "unknown field `exclude`"),
            ("", "exclude = [\"{b\"]", 1, "glob: error parsing glob '{b'"),
            ("prior = 0.1\n[[override]]\n", "paths = [\"{a\"]", 3, "glob: error parsing glob '{a'"),
            ("prior = 0.1\n[[override]]\n", "paths = [\"[\"]", 3, "glob: error parsing glob '['"),
            ("prior = 0.1\n[[override]]\n", "paths = [\"a\", \"../b\"]", 3, "glob: \"../b\" leads out of"),
            ("prior = 0.1\n", "[[override]]", 2, "an override needs paths"),
            ("prior = 0.1\n", "[override]", 2, "write [[override]]"),
            ("prior = 0.1\n", "override = 3", 2, "expected a list"),
            ("prior = 0.1\n", "families = []", 2, "names no family; leave it out for all"),
            (over, "families = []", 4, "names no family; leave it out for all"),
        ] {
            let (_root, path) = written(&format!("{before}{mistake}\nseverity = \"note\"\n"));
            let error = format!("{:#}", read(&path).expect_err(mistake));
            let place = format!("at line {line}, column");
            assert!([NAME, &place, mistake, says].iter().all(|part| error.contains(part)), "{error}");
        }
    }

    #[test]
    fn an_encoder_asks_for_the_full_model() {
        let (root, path) = written("encoder = \"own\"\n");
        let named = Checking { encoder: Some("other".into()), isolated: true, ..Checking::default() };
        for (checking, model) in [
            (Checking { isolated: true, ..Checking::default() }, "fast"),
            (Checking { config: Some(path.clone()), ..Checking::default() }, "full"),
            (Checking { config: Some(path), model: Some(Model::Fast), ..Checking::default() }, "fast"),
            (Checking { model: Some(Model::Fast), ..named.clone() }, "fast"),
            (named, "full"),
        ] {
            let dumped = Stated::within(&checking, root.path()).and_then(|stated| stated.dump(None)).expect("sound");
            assert!(dumped.contains(&format!("\nmodel = \"{model}\"\n")), "{checking:?}: {dumped}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let (root, path) = written("");
        std::fs::write(&path, b"# caf\xc3\xa9\nallow = [\"caf\xe9\"]\n").expect("written");
        let error = format!("{:#}", read(&path).expect_err("Latin-1"));
        assert!(error.ends_with("unspin.toml:2: is not UTF-8; convert the file to UTF-8"), "{error}");
        // It is not passed over for one further up.
        let deep = root.path().join("deep");
        std::fs::create_dir_all(deep.join(NAME)).expect("made");
        let error = format!("{:#}", read(&nearest(&deep).expect("found")).expect_err("a directory"));
        assert!(error.contains("deep") && error.contains("is a directory; settings are read from a file"), "{error}");
        #[cfg(unix)]
        {
            std::fs::remove_dir(deep.join(NAME)).expect("removed");
            std::os::unix::fs::symlink("gone.toml", deep.join(NAME)).expect("linked");
            let error = format!("{:#}", read(&nearest(&deep).expect("found")).expect_err("a link"));
            assert!(error.contains("deep") && error.contains("is a link that leads nowhere; mend or"), "{error}");
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
        let least = |settings: &Settings, name: &str| settings.profile(&root.path().join(name)).config.min_confidence;
        let plain = settings(None);
        for (name, wanted) in [
            ("a.txt", 0.7),
            ("deep/a.md", 0.8),
            ("blog/a.txt", 0.8),
            ("blog/old/a.txt", 0.9),
            ("x/blog/old/a.txt", 0.8),
            ("x/../blog/old/a.txt", 0.9),
            ("blog/./old/../a.txt", 0.8),
            ("blog/../a.txt", 0.7),
        ] {
            assert_eq!(least(&plain, name), wanted, "{name}");
        }
        assert_eq!(plain.overrides[0].1.config.allow, ["a", "b"]);
        // A file is looked up once, not for each of its records.
        let name = root.path().join("deep/a.md");
        *plain.last.write().expect("free") = Some((name.clone(), Some(1)));
        assert_eq!(
            [least(&plain, "deep/a.md"), least(&plain, "deep/b.md"), least(&plain, "deep/a.md")],
            [0.9, 0.8, 0.8]
        );
        assert_eq!(*plain.last.read().expect("free"), Some((name, Some(0))));
        // Nor does it matter how the file itself is named.
        std::fs::create_dir(root.path().join("x")).expect("made");
        let config = Some(root.path().join("x/..").join(NAME));
        let turned = Settings::new(&Checking { config, ..Checking::default() }).expect("sound");
        assert_eq!(least(&turned, "blog/old/a.txt"), 0.9);
        // The command line goes before all of them.
        assert_eq!(least(&settings(Some(0.95)), "blog/old/a.txt"), 0.95);
    }
}
