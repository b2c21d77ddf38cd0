//! `unspin learn`: fit what the decisions are made with.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Subcommand;
use unspin::SourceFile;
use unspin::eval::GoldDocument;
use unspin::learn::held_out::Models;
#[cfg(feature = "encoder")]
use unspin::learn::places;
use unspin::learn::{channel, scorer, vectors, weights};

use crate::args::Common;
use crate::dictionary;
use crate::eval::{gold_files, read_clean, read_gold};
use crate::paths;
use crate::replacement;
#[cfg(feature = "encoder")]
use crate::replacement::Replacement;
use crate::terminal::{Ending, note, progress};

#[derive(Subcommand, Debug)]
pub(crate) enum Learn {
    /// Count what spinners did in documents with known substitutions.
    ///
    /// How often each phrase of the dictionaries stood where it was a substitute and where it was not, what for, and
    /// how often originals were left: for each family. `unspin learn weights` counts for itself, so that no document
    /// is judged by what it says itself.
    Channel(LearnChannel),
    /// Fit the last decision on documents with known substitutions.
    ///
    /// The documents' originals serve as clean text. Prints what cross-validation over documents measures.
    Weights(LearnWeights),
    /// Train word vectors for the context scorer to start from.
    Vectors(LearnVectors),
    /// Train the context scorer on synthetic spins of clean text.
    Scorer(LearnScorer),
    /// Go on training the context scorer on documents with known substitutions.
    Tune(LearnTune),
    /// Write what the encoder is trained on: segments of texts with their candidates.
    #[cfg(feature = "encoder")]
    Places(LearnPlaces),
}

pub(crate) fn run(command: Learn, common: Common) -> anyhow::Result<Ending> {
    let mut progress = progress(common);
    match command {
        Learn::Channel(command) => learn_channel(&command, common, &mut progress)?,
        Learn::Weights(command) => learn_weights(&command, common, &mut progress)?,
        Learn::Vectors(command) => learn_vectors(command, &mut progress)?,
        Learn::Scorer(command) => learn_scorer(command, &mut progress)?,
        Learn::Tune(command) => learn_tune(&command, common, &mut progress)?,
        #[cfg(feature = "encoder")]
        Learn::Places(command) => learn_places(command, common)?,
    }
    Ok(Ending::default())
}

#[derive(clap::Args, Debug)]
pub(crate) struct LearnChannel {
    /// Gold files, or directories of them.
    #[arg(value_name = "GOLD", required = true)]
    pub(crate) gold: Vec<PathBuf>,
    /// Where the counts go.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Where the substitutions go as rows of a dictionary.
    #[arg(long, value_name = "FILE")]
    pub(crate) rows: Option<PathBuf>,
    /// Where the words go that hardly ever stood in place of others, as rows of a dictionary.
    #[arg(long, value_name = "FILE")]
    pub(crate) seldom: Option<PathBuf>,
}

fn learn_channel(command: &LearnChannel, common: Common, progress: &mut dyn FnMut(&str)) -> anyhow::Result<()> {
    let outputs = [&command.out].into_iter().chain(&command.rows).chain(&command.seldom);
    replacement::writable(&gold_files(&command.gold)?, outputs)?;
    let learned = channel::learn(&documents(&command.gold, &[], common)?, progress)?;
    replacement::replace(&command.out, &learned.bytes)?;
    if let Some(path) = &command.rows {
        replacement::replace(path, learned.rows.as_bytes())?;
    }
    if let Some(path) = &command.seldom {
        replacement::replace(path, learned.seldom.as_bytes())?;
    }
    note(&learned.report);
    Ok(())
}

/// What the documents of a part of the cross-validation are read by, without what they say.
#[derive(clap::Args, Debug)]
pub(crate) struct Parts {
    /// Sources of the dictionaries: for every part of the documents they are compiled without what its documents say.
    #[arg(long, value_name = "DIR")]
    pub(crate) dictionary: Option<PathBuf>,
    /// N-gram models that were trained without the originals of a part, one for each of the five parts in order.
    #[arg(long, value_name = "FILE", requires = "dictionary")]
    pub(crate) ngrams: Vec<PathBuf>,
}

#[derive(clap::Args, Debug)]
pub(crate) struct LearnWeights {
    /// Gold files, or directories of them.
    #[arg(value_name = "GOLD", required = true)]
    pub(crate) gold: Vec<PathBuf>,
    /// Clean documents, one a line.
    #[arg(long, value_name = "FILE")]
    pub(crate) clean: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) parts: Parts,
    /// Context scorers that were tuned without a part of the documents, likewise.
    #[arg(long, value_name = "FILE")]
    pub(crate) scorer: Vec<PathBuf>,
    /// What encoders say of documents that they were not trained on, one a line of JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) heard: Vec<PathBuf>,
    /// Gold files of fragments of real pages, an edit without corrections wherever nothing is known, to tell in the
    /// report how they are judged: nothing is fitted on them, and `substitutions/attested.csv` is read without what they
    /// say.
    #[arg(long, value_name = "GOLD", requires = "dictionary")]
    pub(crate) fragments: Vec<PathBuf>,
    /// Documents whose ids start like this weigh more and are reported on their own; nothing for none.
    #[arg(long, value_name = "PREFIX", default_value = "re")]
    pub(crate) watch: String,
    /// Where the weights go.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

fn learn_weights(command: &LearnWeights, common: Common, progress: &mut dyn FnMut(&str)) -> anyhow::Result<()> {
    let LearnWeights { parts, clean, scorer, heard, .. } = command;
    let files = [&command.gold[..], &command.fragments].concat();
    let inputs = [&gold_files(&files)?[..], clean, &parts.ngrams, scorer, heard].concat();
    replacement::writable(&inputs, [&command.out])?;
    let fragments = read_gold(&command.fragments, common)?;
    let gold = documents(&command.gold, &command.clean, common)?;
    let mut heard: Vec<weights::Heard> = Vec::new();
    for path in &command.heard {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        for (n, line) in text.lines().enumerate() {
            heard.push(serde_json::from_str(line).with_context(|| format!("{}:{}", path.display(), n + 1))?);
        }
    }
    let loaded = parts.load(scorer)?;
    let learned = weights::learn(&gold, &fragments, &heard, &loaded.models(), &command.watch, progress)?;
    replacement::replace(&command.out, &learned.bytes)?;
    note(learned.report.trim_end());
    Ok(())
}

/// What a file holds.
fn content(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| path.display().to_string())
}

fn contents(files: &[PathBuf]) -> anyhow::Result<Vec<Vec<u8>>> {
    files.iter().map(|path| content(path)).collect()
}

/// What [`Parts`] name, with context scorers.
struct Loaded {
    sources: Vec<SourceFile>,
    ngrams: Vec<Vec<u8>>,
    scorers: Vec<Vec<u8>>,
}

impl Parts {
    fn load(&self, scorers: &[PathBuf]) -> anyhow::Result<Loaded> {
        let sources = self.dictionary.as_deref().map_or_else(|| Ok(Vec::new()), dictionary::read)?;
        Ok(Loaded { sources, ngrams: contents(&self.ngrams)?, scorers: contents(scorers)? })
    }
}

impl Loaded {
    fn models(&self) -> Models<'_> {
        Models { sources: &self.sources, ngrams: &self.ngrams, scorers: &self.scorers }
    }
}

/// Gold documents, what they were before they were spun, and clean ones.
fn documents(files: &[PathBuf], clean: &[PathBuf], common: Common) -> anyhow::Result<Vec<GoldDocument>> {
    let mut gold = read_gold(files, common)?;
    ensure!(!gold.is_empty(), "no gold documents found");
    // What the documents were before they were spun is clean text of the same kind.
    let spun = gold.iter().filter(|document| !document.edits.is_empty());
    let restored: Vec<GoldDocument> = spun.map(GoldDocument::restored).collect();
    gold.extend(restored);
    for path in clean {
        // A document's part of the cross-validation follows from its id, and is not to follow from where its file lies.
        gold.extend(read_clean(path, Path::new(path.file_name().unwrap_or_default()))?);
    }
    Ok(gold)
}

#[cfg(feature = "encoder")]
#[derive(clap::Args, Debug)]
pub(crate) struct LearnPlaces {
    /// Gold files, or directories of them, whose texts are written with what they were before they were spun.
    #[arg(long, value_name = "GOLD", num_args = 1.., required_unless_present = "corpus")]
    pub(crate) gold: Vec<PathBuf>,
    /// Clean documents, one a line.
    #[arg(long, value_name = "FILE", requires = "gold")]
    pub(crate) clean: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) parts: Parts,
    /// Context scorers that were tuned without a part of the documents, likewise.
    #[arg(long, value_name = "FILE", requires = "gold")]
    pub(crate) scorer: Vec<PathBuf>,
    /// Documents whose ids start like this are counted nowhere; nothing for none.
    #[arg(long, value_name = "PREFIX", default_value = "re")]
    pub(crate) watch: String,
    /// Corpora to spin, one paragraph a line: .txt, .txt.zst, .txt.gz, or - for standard input.
    #[arg(long, value_name = "CORPUS", num_args = 1.., conflicts_with_all = ["gold", "dictionary"])]
    pub(crate) corpus: Vec<PathBuf>,
    /// Stretches of corpora to spin.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) stretches: usize,
    /// Where random numbers start.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// The packed encoder whose vocabulary words are cut by.
    #[arg(long, value_name = "FILE")]
    pub(crate) encoder: PathBuf,
    /// Where the segments go.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[cfg(feature = "encoder")]
fn learn_places(command: LearnPlaces, common: Common) -> anyhow::Result<()> {
    let encoder = std::slice::from_ref(&command.encoder);
    let LearnPlaces { parts, clean, scorer, corpus, .. } = &command;
    let inputs = [&gold_files(&command.gold)?[..], clean, &parts.ngrams, scorer, corpus, encoder].concat();
    replacement::writable(&inputs, [&command.out])?;
    let encoder = content(&command.encoder)?;
    let mut out = Replacement::new(&command.out)?;
    if command.corpus.is_empty() {
        let gold = documents(&command.gold, clean, common)?;
        places::gold(&gold, &parts.load(scorer)?.models(), &command.watch, encoder, &mut out)?;
    } else {
        let LearnPlaces { corpus: corpora, stretches, seed, .. } = command;
        places::spins(&places::PlaceOptions { corpora, stretches, seed }, encoder, &mut out)?;
    }
    out.finish()
}

#[derive(clap::Args, Debug)]
pub(crate) struct LearnVectors {
    /// Corpora, one paragraph a line: .txt, .txt.zst, .txt.gz, or - for standard input.
    #[arg(value_name = "CORPUS", required = true)]
    pub(crate) corpora: Vec<PathBuf>,
    /// The n-gram model whose words get vectors.
    #[arg(long, value_name = "FILE")]
    pub(crate) model: PathBuf,
    /// Where the vectors go.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

fn learn_vectors(command: LearnVectors, progress: &mut dyn FnMut(&str)) -> anyhow::Result<()> {
    replacement::writable(&[&command.corpora[..], std::slice::from_ref(&command.model)].concat(), [&command.out])?;
    let options = vectors::VectorOptions { corpora: command.corpora, model: command.model, ..Default::default() };
    let bytes = vectors::train(&options, progress)?;
    replacement::replace(&command.out, &bytes)
}

#[derive(clap::Args, Debug)]
pub(crate) struct LearnScorer {
    /// Corpora, one paragraph a line: .txt, .txt.zst, .txt.gz, or - for standard input.
    #[arg(value_name = "CORPUS", required = true)]
    pub(crate) corpora: Vec<PathBuf>,
    /// Places to learn from, in millions.
    #[arg(long, value_name = "N")]
    pub(crate) sites: Option<u64>,
    /// Where random numbers start; go on with another seed.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Step size of word vectors.
    #[arg(long, value_name = "X")]
    pub(crate) rate: Option<f32>,
    /// Step size of everything else.
    #[arg(long, value_name = "X")]
    pub(crate) dense_rate: Option<f32>,
    /// Word vectors to start from.
    #[arg(long, value_name = "FILE")]
    pub(crate) vectors: Option<PathBuf>,
    /// A state to go on from.
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,
    /// Where to leave the state.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Where the scorer goes.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

fn learn_scorer(command: LearnScorer, progress: &mut dyn FnMut(&str)) -> anyhow::Result<()> {
    let inputs = [&command.corpora[..], command.vectors.as_slice()].concat();
    replacement::writable(&inputs, [&command.out].into_iter().chain(&command.state))?;
    // A state may take the place of the one that it comes from.
    paths::apart(command.resume.as_slice(), [&command.out])?;
    let defaults = scorer::ScorerOptions::default();
    let options = scorer::ScorerOptions {
        corpora: command.corpora,
        sites: command.sites.map_or(defaults.sites, |millions| millions * 1_000_000),
        seed: command.seed.unwrap_or(defaults.seed),
        rates: [command.rate.unwrap_or(defaults.rates[0]), command.dense_rate.unwrap_or(defaults.rates[1])],
        vectors: command.vectors,
        resume: command.resume,
        ..defaults
    };
    let trained = scorer::train(&options, progress)?;
    if let Some(path) = &command.state {
        replacement::replace(path, &trained.state)?;
    }
    replacement::replace(&command.out, &trained.bytes)
}

#[derive(clap::Args, Debug)]
pub(crate) struct LearnTune {
    /// Gold files, or directories of them.
    #[arg(value_name = "GOLD", required = true)]
    pub(crate) gold: Vec<PathBuf>,
    /// Clean documents, one a line.
    #[arg(long, value_name = "FILE")]
    pub(crate) clean: Vec<PathBuf>,
    /// The scorer to start from, as `unspin learn scorer` leaves it.
    #[arg(long, value_name = "FILE")]
    pub(crate) start: PathBuf,
    #[command(flatten)]
    pub(crate) parts: Parts,
    /// Documents whose ids start like this are counted nowhere; nothing for none.
    #[arg(long, value_name = "PREFIX", default_value = "re")]
    pub(crate) watch: String,
    /// Leave out this one of the five parts of the documents, for `learn weights --scorer`.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
    pub(crate) without: Option<u8>,
    /// Where the scorer goes.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

fn learn_tune(command: &LearnTune, common: Common, progress: &mut dyn FnMut(&str)) -> anyhow::Result<()> {
    let LearnTune { parts, clean, .. } = command;
    let start = std::slice::from_ref(&command.start);
    let inputs = [&gold_files(&command.gold)?[..], clean, &parts.ngrams, start].concat();
    replacement::writable(&inputs, [&command.out])?;
    let loaded = parts.load(&[])?;
    let start = content(&command.start)?;
    let options = scorer::tune::TuneOptions {
        start: &start,
        models: loaded.models(),
        watch: &command.watch,
        without: command.without.map(|part| usize::from(part) - 1),
    };
    let bytes = scorer::tune::tune(&documents(&command.gold, clean, common)?, &options, progress)?;
    replacement::replace(&command.out, &bytes)
}
