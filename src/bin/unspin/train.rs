//! `unspin train`: make the n-gram model, with a manifest that says how to make it again.

use std::path::PathBuf;

use clap::Args as Group;
use serde_json::json;
use unspin::learn::ngrams::{self, TrainOptions};

use crate::args::Common;
use crate::eval::{gold_files, read_gold};
use crate::paths;
use crate::replacement;
use crate::terminal::{Ending, note, progress};

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin train --out english.ngrams corpus/*.txt.zst")]
pub(crate) struct Train {
    /// Corpora, one paragraph a line: .txt, .txt.zst, .txt.gz, or - for standard input.
    #[arg(value_name = "CORPUS", required = true)]
    pub(crate) corpora: Vec<PathBuf>,
    /// Where the model goes; its manifest goes beside it, with .json at the end of the name.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Gold files, or directories of them: their originals are read beside the corpora.
    #[arg(long, value_name = "GOLD", num_args = 1..)]
    pub(crate) gold: Vec<PathBuf>,
    /// How many times originals are read [default: 5].
    #[arg(long, value_name = "N", requires = "gold")]
    pub(crate) times: Option<usize>,
    /// Leave out the originals of this one of the five parts of the documents, for `learn weights --ngrams`.
    #[arg(long, value_name = "N", requires = "gold", value_parser = clap::value_parser!(u8).range(1..=5))]
    pub(crate) without: Option<u8>,
    /// A model whose words are kept, so that context scorers trained for it go with the new one, too.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["words", "word_count"])]
    pub(crate) lexicon: Option<PathBuf>,
    /// Words in the lexicon at most.
    #[arg(long, value_name = "N")]
    pub(crate) words: Option<usize>,
    /// Least count of a word in the lexicon.
    #[arg(long, value_name = "N")]
    pub(crate) word_count: Option<u64>,
    /// 2-grams kept at most.
    #[arg(long, value_name = "N")]
    pub(crate) bigrams: Option<usize>,
    /// 3-grams kept at most.
    #[arg(long, value_name = "N")]
    pub(crate) trigrams: Option<usize>,
    /// Lower orders from plain counts (absolute discounting), not from continuation counts (Kneser-Ney).
    #[arg(long)]
    pub(crate) absolute: bool,
    /// Every n-th line is held out to measure perplexity on; 0 holds out none.
    #[arg(long, value_name = "N")]
    pub(crate) held_out: Option<u64>,
    /// 3-grams gathered in memory before a run is written, eight bytes each.
    #[arg(long, value_name = "N")]
    pub(crate) run_keys: Option<usize>,
}

pub(crate) fn run(command: Train, common: Common) -> anyhow::Result<Ending> {
    let inputs = [&command.corpora, &gold_files(&command.gold)?[..], command.lexicon.as_slice()].concat();
    replacement::writable(&inputs, [&command.out, &paths::beside(&command.out, ".json")])?;
    let defaults = TrainOptions::default();
    let options = TrainOptions {
        corpora: command.corpora,
        gold: read_gold(&command.gold, common)?,
        times: command.times.unwrap_or(defaults.times),
        without: command.without.map(|part| usize::from(part) - 1),
        lexicon: command.lexicon,
        words: command.words.unwrap_or(defaults.words),
        word_count: command.word_count.unwrap_or(defaults.word_count),
        bigrams: command.bigrams.unwrap_or(defaults.bigrams),
        trigrams: command.trigrams.unwrap_or(defaults.trigrams),
        kneser_ney: !command.absolute,
        held_out: command.held_out.unwrap_or(defaults.held_out),
        run_keys: command.run_keys.unwrap_or(defaults.run_keys),
        ..defaults
    };
    let trained = ngrams::train(&options, &mut progress(common))?;
    replacement::replace(&command.out, &trained.bytes)?;

    let corpora: Vec<_> = options
        .corpora
        .iter()
        .map(|path| {
            let bytes = path.metadata().map(|data| data.len()).ok();
            json!({ "name": path.file_name().map(|name| name.to_string_lossy()), "bytes": bytes })
        })
        .collect();
    let manifest = json!({
        "file": command.out.file_name().map(|name| name.to_string_lossy()),
        "bytes": trained.bytes.len(),
        "checksum": format!("{:016x}", trained.checksum),
        "version": env!("CARGO_PKG_VERSION"),
        "command": recipe(&options),
        "corpora": corpora,
        "originals": options.gold.len(),
        "tokens": trained.tokens,
        "words": trained.words,
        "distinct_3_grams": trained.distinct.0,
        "distinct_2_grams": trained.distinct.1,
        "kept_2_grams": trained.kept.0,
        "kept_3_grams": trained.kept.1,
        "held_out_tokens": trained.held_out_tokens,
        "perplexity": (trained.perplexity * 100.0).round() / 100.0,
        "unknown_share": (trained.unknown * 10_000.0).round() / 10_000.0,
    });
    replacement::replace(&paths::beside(&command.out, ".json"), format!("{manifest:#}\n").as_bytes())?;
    if !common.quiet {
        note(&format!(
            "{} bytes, {} words, {} 2-grams, {} 3-grams, perplexity {:.1} on {} held-out tokens",
            trained.bytes.len(),
            trained.words,
            trained.kept.0,
            trained.kept.1,
            trained.perplexity,
            trained.held_out_tokens
        ));
    }
    Ok(Ending::default())
}

/// The command that makes the same model again, corpora aside.
fn recipe(options: &TrainOptions) -> String {
    let words = match options.lexicon {
        Some(_) => "--lexicon MODEL".to_owned(),
        None => format!("--words {} --word-count {}", options.words, options.word_count),
    };
    let gold = match (&options.gold[..], options.without) {
        ([], _) => String::new(),
        (_, None) => format!(" --gold GOLD... --times {}", options.times),
        (_, Some(part)) => format!(" --gold GOLD... --times {} --without {}", options.times, part + 1),
    };
    let smoothing = if options.kneser_ney { "" } else { " --absolute" };
    format!(
        "unspin train {words}{gold} --bigrams {} --trigrams {} --held-out {}{smoothing} --out FILE CORPUS...",
        options.bigrams, options.trigrams, options.held_out
    )
}
