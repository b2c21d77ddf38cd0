//! The command line, as it is typed. [`crate::settings`] turns it into finished objects.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use unspin::{Family, Model, Quotes, Severity, input, render};

use crate::eval::Bound;

/// Find and repair machine-spun English: words an article spinner swapped for synonyms that do not fit.
#[derive(Parser, Debug)]
#[command(version, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "Examples:
  unspin check article.txt                     what is wrong, and what it most probably said
  unspin diff articles/ | git apply            repair a tree by way of a diff
  unspin fix < spun.txt > repaired.txt         repair standard input
  unspin check --format json --field body news.jsonl.zst

Exit codes: 0 nothing found, 1 something found, 2 trouble.";

/// Options of every command.
#[derive(Group, Clone, Copy, Debug)]
pub(crate) struct Common {
    /// Say nothing but results and errors.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more: all reasons of a finding, files that are skipped.
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// When to use colors; NO_COLOR is heeded.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", hide_possible_values = true)]
    pub(crate) color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Report findings.
    Check(Check),
    /// Show repairs as a unified diff, which `git apply` takes.
    Diff(Diff),
    /// Write repaired text to standard output, or into the files with --write.
    Fix(Fix),
    /// Decide about one suggestion at a time, by keys; decisions are kept at once and applied later.
    #[command(mut_arg("paths", |paths| paths.help("Files and directories")))]
    Review(Review),
    /// One line for each document: probability of being spun, family, rate, counts.
    Score(Score),
    /// Serve a page to review texts in, a JSON API and LanguageTool's protocol, on this machine.
    #[cfg(feature = "serve")]
    Serve(crate::serve::Serve),
    /// Say why a phrase would be reported and what its words may stand for, or what a rule is about.
    Explain(Explain),
    /// Serve editors that speak the Language Server Protocol, on standard input and output.
    Lsp(Lsp),
    /// Measure findings against gold files.
    Eval(Eval),
    /// Check, count, extend and test dictionaries.
    Dict(Dict),
    /// Train the n-gram model.
    Train(Train),
    /// Fit word vectors, the context scorer, and the weights of the decisions.
    #[command(subcommand)]
    Learn(Learn),
    /// Work with figures that --stats wrote.
    Stats(Stats),
    /// Print completions for a shell.
    Completions(Completions),
    /// Print the manual page.
    Man(Man),
}

/// Where texts come from.
#[derive(Group, Clone, Debug)]
pub(crate) struct Inputs {
    /// Files and directories, in which program code, data, and NAME.orig and NAME.bak beside a NAME are left alone; - is
    /// standard input, as is no path at all.
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// What the inputs are; told by the name of each otherwise, or by its beginning.
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = "Input")]
    pub(crate) input: Option<InputFormat>,
    /// Field of JSON Lines that is text, with dots for nesting; a list of strings is one text, and lists[].name and
    /// list[0] lead into lists; may be given several times [default: those of --column, or text].
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(crate) field: Vec<String>,
    /// Column of CSV or TSV that is text, by name or number; may be given several times [default: those of --field, or
    /// text].
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(crate) column: Vec<String>,
    /// How texts are written in fields and columns, so that markup in them is left alone [default: text].
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = "Input")]
    pub(crate) field_format: Option<FieldFormat>,
    /// What stands between the columns of CSV and TSV, such as ; or tab; told by the header of each otherwise.
    #[arg(long, value_name = "CHAR", value_parser = delimiter, help_heading = "Input")]
    pub(crate) delimiter: Option<u8>,
    /// Leave out files in directories that match; may be given several times.
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    pub(crate) exclude: Vec<String>,
    /// Take hidden files in directories too, but not what is in .git and the like.
    #[arg(long, help_heading = "Input")]
    pub(crate) hidden: bool,
    /// Do not heed .gitignore and .ignore.
    #[arg(long, help_heading = "Input")]
    pub(crate) no_ignore: bool,
    /// Take the paths in this file too, one a line or with NUL between; - is standard input.
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(crate) file_list: Option<PathBuf>,
    /// Do only every N-th record from the I-th, so that N machines share the work; whole files where files are
    /// rewritten or compared.
    #[arg(long, value_name = "I/N", help_heading = "Input")]
    pub(crate) shard: Option<Shard>,
    /// Stop at the first input or record that cannot be read.
    #[arg(long, help_heading = "Input")]
    pub(crate) strict: bool,
    /// Threads, 256 at most [default: one for each core].
    #[arg(short = 'j', long, value_name = "N", help_heading = "Input")]
    pub(crate) jobs: Option<usize>,
    /// Write the figures of the run to a file, as JSON.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) stats: Option<PathBuf>,
}

/// Where results go.
#[derive(Group, Clone, Debug)]
pub(crate) struct Target {
    /// Write to this file, which is there only when all of it is; compressed where its name ends in .gz or .zst; - is
    /// standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Go on where an interrupted run with the same options left off; a FILE that is there already is done,
    /// unless it is an input, too: that is refused.
    #[arg(long, requires = "output", help_heading = "Output")]
    pub(crate) resume: bool,
}

impl Target {
    /// The file, if it is not standard output.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| path.as_os_str() != "-")
    }
}

/// One part of work that is shared, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    pub(crate) index: u64,
    pub(crate) count: u64,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (index, count) = text.split_once('/')?;
            Some(Self { index: index.parse().ok()?, count: count.parse().ok()? })
        };
        let inside = |shard: &Self| 0 < shard.index && shard.index <= shard.count;
        parse().filter(inside).ok_or_else(|| "must be like 2/8: the second of eight parts".into())
    }
}

/// How texts are checked. The command line goes before `unspin.toml`.
#[derive(Group, Clone, Debug, Default)]
pub(crate) struct Checking {
    /// Leave out findings with less confidence, 0 to 1.
    #[arg(long, value_name = "P", value_parser = probability, help_heading = "Checking")]
    pub(crate) min_confidence: Option<f32>,
    /// What to do inside quotation marks.
    #[arg(long, value_enum, value_name = "POLICY", help_heading = "Checking")]
    pub(crate) quotes: Option<QuotePolicy>,
    /// Have the encoder in this directory read texts that look spun: encoder.enc and decisions.forest.
    #[arg(long, value_name = "DIR", help_heading = "Checking")]
    pub(crate) encoder: Option<PathBuf>,
    /// Fast leaves the encoder out; full, which is what is done where there is one, needs it.
    #[arg(long, value_enum, value_name = "MODEL", help_heading = "Checking")]
    pub(crate) model: Option<ModelName>,
    /// Take every text for spun, however short.
    #[arg(long, help_heading = "Checking")]
    pub(crate) assume_spun: bool,
    /// Look only for this family of spinner; may be given several times.
    #[arg(long, value_name = "NAME", value_parser = family, help_heading = "Checking")]
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

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin check article.txt
  unspin check --format sarif docs/ > findings.sarif
  unspin check --column body --min-confidence 0.8 pages.csv
  curl -s https://example.org/page.html | unspin check --input html -")]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    #[command(flatten)]
    pub(crate) checking: Checking,
    /// How findings are shown.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = OutputFormat::Human, help_heading = "Output")]
    pub(crate) format: OutputFormat,
    #[command(flatten)]
    pub(crate) target: Target,
    /// Write the findings to this file, for --baseline to leave out, and end with 0.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "resume", "shard"], help_heading = "Output")]
    pub(crate) write_baseline: Option<PathBuf>,
    /// Show at most this many findings; all are counted.
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub(crate) max_findings: Option<usize>,
    /// Exit with 0 when there are findings.
    #[arg(long, help_heading = "Output")]
    pub(crate) exit_zero: bool,
}

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin diff article.txt
  unspin diff --automatic articles/ | git apply")]
pub(crate) struct Diff {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    #[command(flatten)]
    pub(crate) checking: Checking,
    #[command(flatten)]
    pub(crate) choice: Choice,
    /// Exit with 0 when there are differences.
    #[arg(long, help_heading = "Output")]
    pub(crate) exit_zero: bool,
}

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin fix < spun.txt > repaired.txt
  unspin fix --write --automatic articles/
  unspin fix --field body news.jsonl > repaired.jsonl

Exit codes: 0 all findings applied, 1 some are left, 2 trouble.")]
pub(crate) struct Fix {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    #[command(flatten)]
    pub(crate) checking: Checking,
    #[command(flatten)]
    pub(crate) choice: Choice,
    /// Repair the files in place; each is replaced at once, or not at all.
    #[arg(short, long, conflicts_with_all = ["output", "resume"], help_heading = "Output")]
    pub(crate) write: bool,
    /// Keep the original beside each changed file, with this at the end of its name; one that is kept there already
    /// stays.
    #[arg(long, value_name = "SUFFIX", value_parser = suffix, requires = "write", help_heading = "Output")]
    pub(crate) backup: Option<String>,
    #[command(flatten)]
    pub(crate) target: Target,
    /// Put the text as it was into this field or column of each record.
    #[arg(long, value_name = "FIELD", help_heading = "Output")]
    pub(crate) keep_original: Option<String>,
    /// Put what was changed into this field or column of each record, as JSON.
    #[arg(long, value_name = "FIELD", help_heading = "Output")]
    pub(crate) edits: Option<String>,
    /// Exit with 0 when findings are left.
    #[arg(long, help_heading = "Output")]
    pub(crate) exit_zero: bool,
}

/// Which findings are applied.
#[derive(Group, Clone, Debug)]
pub(crate) struct Choice {
    /// Apply only findings that are safe to apply unseen.
    #[arg(long, help_heading = "Checking")]
    pub(crate) automatic: bool,
    /// Apply only the finding with this id; may be given several times.
    #[arg(long, value_name = "ID", conflicts_with = "automatic", help_heading = "Checking")]
    pub(crate) id: Vec<String>,
}

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin review article.txt                       decide; q ends, and the next start goes on
  unspin review --only review --order confidence articles/
  unspin review --status                          how far it is
  unspin review --apply --backup .orig            write what was accepted
  unspin review --apply --decisions anna.jsonl --decisions ben.jsonl --prefer anna articles/

Keys: y yes, n no, 1-9 choose, e edit, a all like it, A all in this file, i ignore always, u undo, s skip,
j and k move, / search, ? help, q quit.

Exit codes: 0 all decided or applied, 1 something is left, 2 trouble, such as decisions that contradict.")]
pub(crate) struct Review {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    #[command(flatten)]
    pub(crate) checking: Checking,
    /// Keep decisions in this file; with --apply and --status it may be given several times
    /// [default: .unspin-review.jsonl].
    #[arg(long, value_name = "FILE", help_heading = "Review")]
    pub(crate) decisions: Vec<PathBuf>,
    /// Who decides; the name goes into the decisions.
    #[arg(long, value_name = "NAME", help_heading = "Review")]
    pub(crate) by: Option<String>,
    /// In which order suggestions come; the surest first with confidence.
    #[arg(long, value_enum, value_name = "ORDER", default_value_t = ReviewOrder::Place, help_heading = "Review")]
    pub(crate) order: ReviewOrder,
    /// Show only suggestions that want a look, or only those that are safe to apply unseen.
    #[arg(long, value_enum, value_name = "WHICH", help_heading = "Review")]
    pub(crate) only: Option<Only>,
    /// Say how much is decided, and do nothing else; without a path, in all files that something was decided about.
    #[arg(long, conflicts_with = "apply", help_heading = "Review")]
    pub(crate) status: bool,
    /// Write what was accepted into the files, each at once; without a path, into all that something was decided about.
    #[arg(long, conflicts_with_all = ["order", "only", "by"], help_heading = "Review")]
    pub(crate) apply: bool,
    /// Keep the original beside each changed file, with this at the end of its name; one that is kept there already
    /// stays.
    #[arg(long, value_name = "SUFFIX", value_parser = suffix, requires = "apply", help_heading = "Review")]
    pub(crate) backup: Option<String>,
    /// Where people disagree, what this one decided counts; the one who decided last with last. Who never gave a name is
    /// called by the decision file.
    #[arg(long, value_name = "NAME", help_heading = "Review")]
    pub(crate) prefer: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReviewOrder {
    Place,
    Confidence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Only {
    Review,
    Automatic,
}

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin score articles/ | sort -rn | head
  unspin score --format json --field body news.jsonl")]
pub(crate) struct Score {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    #[command(flatten)]
    pub(crate) checking: Checking,
    /// How scores are shown.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = TableFormat::Human, help_heading = "Output")]
    pub(crate) format: TableFormat,
    #[command(flatten)]
    pub(crate) target: Target,
}

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin explain Protection Secretary
  unspin explain broken-expression")]
pub(crate) struct Explain {
    /// A phrase, which is taken for spun, or the name of a rule.
    #[arg(value_name = "PHRASE|RULE", required_unless_present = "dump_config")]
    pub(crate) phrase: Vec<String>,
    #[command(flatten)]
    pub(crate) checking: Checking,
    /// Originals of each word that are shown at most.
    #[arg(long, value_name = "N", default_value_t = 8, help_heading = "Output")]
    pub(crate) limit: usize,
    /// How it is shown.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = TableFormat::Human, help_heading = "Output")]
    pub(crate) format: TableFormat,
}

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin lsp
  unspin lsp --assume-spun --min-confidence 0.8

Editors start it themselves; the guide has the lines for each. Texts are plain text, Markdown and HTML.")]
pub(crate) struct Lsp {
    #[command(flatten)]
    pub(crate) checking: Checking,
    /// As editors say how to talk to the server; it is the only way.
    #[arg(long, hide = true)]
    pub(crate) stdio: bool,
}

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin eval gold/*.json
  unspin eval gold/ --clean articles.txt --save before.json
  unspin eval gold/ --compare before.json
  unspin eval gold/ --show missed
  unspin eval gold/ --at-least recall=0.4 --at-least precision=0.8

The exit code is 1 where a figure falls short of --at-least or exceeds --at-most, else 0.

Of a .m2 file with several annotators, the edits of the first are the gold, with what others put in place of the same
words as alternatives; edits of others, and those that overlap, are left out, which a line on standard error tells.
What --m2 writes reads back as the same documents, with space between all tokens and without empty lines and families.")]
pub(crate) struct Eval {
    /// Gold files (.json, .jsonl, .m2), and directories of them.
    #[arg(value_name = "GOLD", required_unless_present_any = ["clean", "dump_config"])]
    pub(crate) gold: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) checking: Checking,
    /// Clean texts, one a line: every finding in them is wrong; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) clean: Vec<PathBuf>,
    /// List edits no finding touches, findings where nothing is wrong, or right places with wrong words.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) show: Vec<Show>,
    /// Keep the figures of every document for a later --compare.
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    /// Compare with figures kept before, by a paired bootstrap over documents.
    #[arg(long, value_name = "FILE")]
    pub(crate) compare: Option<PathBuf>,
    /// Ask for the least that a figure may be, such as recall=0.4: recall, recall-all, precision, f0.5, automatic or
    /// documents-f1; may be given several times.
    #[arg(long, value_name = "FIGURE=VALUE")]
    pub(crate) at_least: Vec<Bound>,
    /// Ask for the most that a figure may be: calibration-error, alarms (findings in 10,000 clean words) or
    /// automatic-alarms (in 100,000).
    #[arg(long, value_name = "FIGURE=VALUE")]
    pub(crate) at_most: Vec<Bound>,
    /// Write the gold edits and the findings as PREFIX.gold.m2 and PREFIX.found.m2, for ERRANT.
    #[arg(long, value_name = "PREFIX")]
    pub(crate) m2: Option<PathBuf>,
    /// How figures are shown.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = TableFormat::Human)]
    pub(crate) format: TableFormat,
    /// Threads, 256 at most [default: one for each core].
    #[arg(short = 'j', long, value_name = "N")]
    pub(crate) jobs: Option<usize>,
}

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
    /// Write what the encoder is trained on: places and their candidates, one text a line of JSON.
    Places(LearnPlaces),
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

#[derive(clap::Args, Debug)]
pub(crate) struct LearnPlaces {
    /// Gold files, or directories of them, whose texts are written with what they were before they were spun.
    #[arg(long, value_name = "GOLD", num_args = 1.., required_unless_present = "corpus")]
    pub(crate) gold: Vec<PathBuf>,
    /// Clean documents, one a line.
    #[arg(long, value_name = "FILE", requires = "gold")]
    pub(crate) clean: Vec<PathBuf>,
    /// Sources of the dictionaries, for the same candidates as `learn weights --dictionary` has.
    #[arg(long, value_name = "DIR", conflicts_with = "corpus")]
    pub(crate) dictionary: Option<PathBuf>,
    /// Documents whose ids start like this are counted nowhere; nothing for none.
    #[arg(long, value_name = "PREFIX", default_value = "re")]
    pub(crate) watch: String,
    /// Corpora to spin, one paragraph a line: .txt, .txt.zst, .txt.gz, or - for standard input.
    #[arg(long, value_name = "CORPUS", num_args = 1.., conflicts_with = "gold")]
    pub(crate) corpus: Vec<PathBuf>,
    /// Stretches of corpora to spin.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) stretches: usize,
    /// Where random numbers start.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where the lines go.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(clap::Args, Debug)]
pub(crate) struct LearnWeights {
    /// Gold files, or directories of them.
    #[arg(value_name = "GOLD", required = true)]
    pub(crate) gold: Vec<PathBuf>,
    /// Clean documents, one a line.
    #[arg(long, value_name = "FILE")]
    pub(crate) clean: Vec<PathBuf>,
    /// Sources of the dictionaries: for every part of the documents they are compiled without what its documents say.
    #[arg(long, value_name = "DIR")]
    pub(crate) dictionary: Option<PathBuf>,
    /// What encoders say of documents that they were not trained on, one a line of JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) heard: Vec<PathBuf>,
    /// Documents whose ids start like this weigh more and are reported on their own; nothing for none.
    #[arg(long, value_name = "PREFIX", default_value = "re")]
    pub(crate) watch: String,
    /// Where the weights go.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
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

#[derive(Group, Debug)]
pub(crate) struct Dict {
    #[command(subcommand)]
    pub(crate) command: DictCommand,
}

#[derive(Subcommand, Debug)]
pub(crate) enum DictCommand {
    /// Say what is wrong with the sources of dictionaries: form, duplicates, unknown names, missing licenses.
    Check {
        /// Directory of the sources.
        #[arg(value_name = "DIR", default_value = "dictionaries")]
        dir: PathBuf,
        /// Rewrite every file in canonical form.
        #[arg(long)]
        write: bool,
    },
    /// Count rows by file and source, and gold edits whose original is among the candidates.
    Stats {
        /// Directory of the sources, which are compiled for --gold [default: dictionaries, and the built-in ones].
        #[arg(value_name = "DIR")]
        dir: Option<PathBuf>,
        /// Gold file, or directory of them; may be given several times.
        #[arg(long, value_name = "GOLD")]
        gold: Vec<PathBuf>,
        /// Candidates that count, the likeliest first.
        #[arg(long, value_name = "N", default_value_t = 30)]
        first: usize,
        /// How figures are shown.
        #[arg(long, value_enum, value_name = "FORMAT", default_value_t = TableFormat::Human)]
        format: TableFormat,
    },
    /// Add substitutes of a phrase to a dictionary of your own.
    Add {
        /// Directory of the dictionary, which is made where there is none.
        #[arg(long, value_name = "DIR", required = true)]
        dir: PathBuf,
        /// The substitutes are never good English: in a spun text, they are always reported.
        #[arg(long)]
        certain: bool,
        /// The right phrase.
        #[arg(value_name = "ORIGINAL")]
        original: String,
        /// What spinners put in its place, likeliest first.
        #[arg(value_name = "SUBSTITUTE", required = true)]
        substitutes: Vec<String>,
    },
    /// Check example sentences, which must or must not be flagged: text, yes or no, part of the repaired text.
    Test {
        /// Directory with examples/*.csv; its other rows are added to the built-in ones, unless it is the default.
        #[arg(value_name = "DIR", default_value = "dictionaries")]
        dir: PathBuf,
        /// Use the rows of that directory only.
        #[arg(long)]
        own: bool,
    },
}

#[derive(Group, Debug)]
pub(crate) struct Stats {
    #[command(subcommand)]
    pub(crate) command: StatsCommand,
}

#[derive(Subcommand, Debug)]
pub(crate) enum StatsCommand {
    /// Add up the figures of several runs, such as the shards of one job.
    Merge {
        /// Files that --stats wrote.
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Group, Debug)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Group, Debug)]
pub(crate) struct Man {}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum InputFormat {
    Text,
    Markdown,
    Mdx,
    Html,
    Jsonl,
    Csv,
    Tsv,
}

impl Command {
    /// How it checks texts, if it does.
    pub(crate) fn checking(&self) -> Option<&Checking> {
        match self {
            Self::Check(command) => Some(&command.checking),
            Self::Diff(command) => Some(&command.checking),
            Self::Fix(command) => Some(&command.checking),
            Self::Review(command) => Some(&command.checking),
            Self::Score(command) => Some(&command.checking),
            #[cfg(feature = "serve")]
            Self::Serve(command) => Some(&command.checking),
            Self::Explain(command) => Some(&command.checking),
            Self::Lsp(command) => Some(&command.checking),
            Self::Eval(command) => Some(&command.checking),
            _ => None,
        }
    }
}

/// How the text in a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FieldFormat {
    Text,
    Markdown,
    Html,
}

impl From<FieldFormat> for input::Format {
    fn from(format: FieldFormat) -> Self {
        match format {
            FieldFormat::Text => Self::Text,
            FieldFormat::Markdown => Self::Markdown,
            FieldFormat::Html => Self::Html,
        }
    }
}

impl From<InputFormat> for input::Format {
    fn from(format: InputFormat) -> Self {
        match format {
            InputFormat::Text => Self::Text,
            InputFormat::Markdown => Self::Markdown,
            InputFormat::Mdx => Self::Mdx,
            InputFormat::Html => Self::Html,
            InputFormat::Jsonl => Self::Jsonl,
            InputFormat::Csv => Self::Csv,
            InputFormat::Tsv => Self::Tsv,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    Human,
    Short,
    Json,
    Sarif,
    Github,
    Rdjsonl,
    Csv,
    Html,
}

impl From<OutputFormat> for render::Format {
    fn from(format: OutputFormat) -> Self {
        match format {
            OutputFormat::Human => Self::Human,
            OutputFormat::Short => Self::Short,
            OutputFormat::Json => Self::Json,
            OutputFormat::Sarif => Self::Sarif,
            OutputFormat::Github => Self::Github,
            OutputFormat::Rdjsonl => Self::Rdjsonl,
            OutputFormat::Csv => Self::Csv,
            OutputFormat::Html => Self::Html,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    Human,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    Missed,
    Wrong,
    Off,
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

fn probability(text: &str) -> Result<f32, String> {
    let value: f32 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err("must be from 0 to 1".into()) }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !b"\"\r\n".contains(byte) && !byte.is_ascii_alphanumeric() => Ok(*byte),
        _ => Err("must be one character that is no letter, digit or quote, or tab".into()),
    }
}

fn suffix(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().any(std::path::is_separator) {
        return Err("must be an end of file names, such as .orig".into());
    }
    Ok(text.to_owned())
}

pub(crate) fn family(name: &str) -> Result<Family, String> {
    Family::from_name(name).ok_or_else(|| format!("must be one of {}", Family::ALL.map(Family::name).join(", ")))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Args::command().debug_assert();
    }
}
