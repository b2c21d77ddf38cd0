//! `unspin explain`: why a phrase would be reported, or what a rule is about.

use std::io::Write;
use std::path::Path;

use anyhow::ensure;
use clap::Args as Group;
use serde_json::{Value, json};
use unspin::{Config, Family, Finding, Quotes, Rule, Substitute, Unspinner, render};

use crate::args::{Checking, Common, TableFormat};
use crate::settings::Settings;
use crate::terminal::{self, Ending};
use crate::wording::advice;

/// Confidence from which there is something to say, sure or not.
const LEAST: f32 = 0.05;
/// Words of the longest run that the dictionaries hold.
const LONGEST: usize = 7;

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

pub(crate) fn run(command: &Explain, common: Common) -> anyhow::Result<Ending> {
    let mut out = terminal::stdout();
    let phrase = command.phrase.join(" ");
    ensure!(
        !phrase.trim().is_empty(),
        "explain needs a phrase, or the name of a rule: unspin explain Protection Secretary"
    );
    if let Some(rule) = Rule::from_name(&phrase) {
        if command.format == TableFormat::Json {
            let (name, summary, page) = (rule.name(), rule.summary(), rule.page());
            writeln!(out, "{}", json!({ "type": "rule", "name": name, "summary": summary, "page": page }))?;
        } else {
            out.write_all(rule.page().as_bytes())?;
        }
        out.flush()?;
        return Ok(Ending::default());
    }
    let checking = Checking { assume_spun: true, ..command.checking.clone() };
    let settings = Settings::new(&checking)?;
    let profile = settings.profile(Path::new(""));
    let (mut config, asked) = (profile.config.clone(), profile.config.min_confidence);
    config.min_confidence = command.checking.min_confidence.unwrap_or(LEAST);
    let mut report = settings.unspinner.check_with(&phrase, &config);
    report.findings.retain(|finding| settings.tells(finding, profile.severity));
    let runs = runs(&settings.unspinner, &phrase);
    if command.format == TableFormat::Json {
        let document = render::Document::whole("-", &phrase, &report);
        let style = render::Style::default();
        render::renderer(render::Format::Json, style).document(&document, usize::MAX, &mut out)?;
        for (words, substitutes) in &runs {
            for substitute in substitutes.iter().take(command.limit) {
                writeln!(out, "{}", machine(words, substitute))?;
            }
        }
    } else {
        if report.findings.iter().all(|finding| finding.confidence() < asked) {
            nothing(&settings, &phrase, &mut out)?;
        } else {
            report.findings.iter().try_for_each(|finding| human(finding, &phrase, asked, &mut out))?;
        }
        writeln!(out, "\nWhat the words may stand for, by the substitution table:")?;
        for (words, substitutes) in &runs {
            table(words, substitutes, command.limit, common.verbose, &mut out)?;
        }
    }
    out.flush()?;
    Ok(Ending::default())
}

/// Says that nothing is reported, what settings and dictionaries have to do with that, and what there would be without
/// those settings.
fn nothing(settings: &Settings, phrase: &str, out: &mut impl Write) -> anyhow::Result<()> {
    let profile = settings.profile(Path::new(""));
    let found = |config: &Config| settings.unspinner.check_with(phrase, config).findings;
    let own = &profile.config;
    let mut open = own.clone();
    open.allow.clear();
    open.families = Family::ALL.to_vec();
    open.min_confidence = own.min_confidence.min(LEAST);
    if own.quotes == Quotes::Skip {
        open.quotes = Quotes::Auto;
    }
    let all = found(&open);
    // One at a time, each of which may hide but a part.
    let hides = |narrow: fn(&mut Config, &Config)| {
        let mut config = open.clone();
        narrow(&mut config, own);
        let left = found(&config);
        all.iter().any(|finding| left.iter().all(|left| left.id != finding.id))
    };
    let hiding: Vec<&str> = [
        ("allow", hides(|config, own| config.allow.clone_from(&own.allow))),
        ("families", hides(|config, own| config.families.clone_from(&own.families))),
        ("quotes", hides(|config, own| config.quotes = own.quotes)),
        ("min-confidence", hides(|config, own| config.min_confidence = own.min_confidence)),
        ("severity", all.iter().any(|finding| finding.severity < profile.severity)),
        ("baseline", all.iter().any(|finding| settings.is_known(finding))),
    ]
    .into_iter()
    .filter_map(|(name, is_so)| is_so.then_some(name))
    .collect();
    if all.is_empty() {
        writeln!(out, "Nothing found in “{phrase}”, even when it is taken for spun.")?;
    } else {
        writeln!(out, "Nothing is reported in “{phrase}”: settings hide what is found ({}).\n", hiding.join(", "))?;
    }
    for span in settings.unspinner.allowed_in(phrase) {
        writeln!(out, "The dictionaries allow “{}”: it is never changed.", &phrase[span.range()])?;
    }
    all.iter().try_for_each(|finding| human(finding, phrase, own.min_confidence, out))
}

/// Every word, and every longer run of words that the table holds, with what it may stand for.
fn runs<'p>(unspinner: &Unspinner, phrase: &'p str) -> Vec<(&'p str, Vec<Substitute>)> {
    let mut words: Vec<(usize, usize)> = Vec::new();
    for word in phrase.split_whitespace() {
        let inside = word.trim_matches(|c: char| !c.is_alphanumeric());
        if !inside.is_empty() {
            let start = inside.as_ptr() as usize - phrase.as_ptr() as usize;
            words.push((start, start + inside.len()));
        }
    }
    let mut runs = Vec::new();
    for (n, &(start, _)) in words.iter().enumerate() {
        for &(_, end) in words[n..].iter().take(LONGEST) {
            let run = &phrase[start..end];
            let mut substitutes = unspinner.substitutes_for(run);
            // What no family makes cannot be meant.
            substitutes.retain(|substitute| !substitute.families.is_empty());
            if !substitutes.is_empty() || end == words[n].1 {
                runs.push((run, substitutes));
            }
        }
    }
    runs
}

fn human(finding: &Finding, phrase: &str, asked: f32, out: &mut impl Write) -> anyhow::Result<()> {
    writeln!(
        out,
        "{} \u{2192} {}  [{}, {}, {}, {}]",
        phrase[finding.span.range()].trim(),
        advice(finding.correction()).trim(),
        finding.rule.name(),
        finding.severity.name(),
        finding.applicability.name(),
        finding.family
    )?;
    writeln!(out, "  {}", finding.message)?;
    for (n, other) in finding.corrections.iter().enumerate() {
        let label = if n == 0 { "confidence" } else { "or" };
        writeln!(out, "  {label:<10} {:>4.1}%  {}", other.confidence * 100.0, advice(&other.text).trim())?;
    }
    if finding.confidence() < asked {
        writeln!(out, "  not reported, for it is below min-confidence, which is {asked}")?;
    }
    for evidence in &finding.evidence {
        let nats = evidence.nats.map_or_else(String::new, |nats| format!("{nats:+.2} nats"));
        writeln!(out, "  {:<14} {nats:>12}  {}", evidence.kind, evidence.text)?;
    }
    if !finding.sources.is_empty() {
        writeln!(out, "  sources: {}", finding.sources.join(", "))?;
    }
    writeln!(out, "  id: {}  (unspin explain {} tells more)\n", finding.id, finding.rule.name())?;
    Ok(())
}

fn table(
    words: &str,
    substitutes: &[Substitute],
    limit: usize,
    verbose: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    if substitutes.is_empty() {
        return Ok(writeln!(out, "  {words}: nothing but itself")?);
    }
    writeln!(out, "  {words}")?;
    for substitute in substitutes.iter().take(limit) {
        let original = if substitute.original.is_empty() { "(inserted)" } else { &substitute.original };
        let seen = match substitute.pages {
            0 => String::new(),
            1 => "1 page".to_owned(),
            255 => "255 pages or more".to_owned(),
            pages => format!("{pages} pages"),
        };
        let rank = substitute.rank.map_or_else(String::new, |rank| format!("rank {}", u16::from(rank) + 1));
        let mut from = [&substitute.sources[..], &substitute.made[..]].concat().join(", ");
        if verbose {
            let weights: Vec<String> =
                substitute.families.iter().map(|(family, weight)| format!("{family} {weight:.2}")).collect();
            from = format!("{from}  ({})", weights.join(", "));
        }
        let line = format!("    {:>6.2}  {original:<24}  {seen:<9}  {rank:<8}  {from}", substitute.weight());
        writeln!(out, "{}", line.trim_end())?;
    }
    if substitutes.len() > limit {
        writeln!(out, "            and {} more; --limit shows them", substitutes.len() - limit)?;
    }
    Ok(())
}

fn machine(words: &str, substitute: &Substitute) -> Value {
    let families = substitute.families.iter().map(|(family, weight)| (family.name().to_owned(), json!(weight)));
    json!({
        "type": "substitute", "text": words, "original": substitute.original,
        "families": families.collect::<serde_json::Map<_, _>>(), "pages": substitute.pages,
        "rank": substitute.rank, "sources": substitute.sources, "made": substitute.made,
    })
}
