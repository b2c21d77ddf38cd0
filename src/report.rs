//! What a check found.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::name::{UnknownName, named};
use crate::span::Span;

named!(Family, "family");
named!(Severity, "severity");
named!(Applicability, "applicability");
named!(Rule, "rule");

/// How a document was spun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Family {
    /// Dictionary word-for-word spin of news: "Protection Secretary".
    Thesaurus,
    /// Search-engine spin with phrases swapped and words inserted: "brand new" for "the".
    Phrasal,
    /// Tortured phrases of scientific papers: "counterfeit consciousness".
    Science,
    /// Translation there and back.
    Translation,
}

impl Family {
    /// Every family, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Thesaurus, Self::Phrasal, Self::Science, Self::Translation];

    /// The name used in dictionaries, settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Thesaurus => "thesaurus",
            Self::Phrasal => "phrasal",
            Self::Science => "science",
            Self::Translation => "translation",
        }
    }

    /// The family of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// How much a finding matters to a reader, by how badly the words that stand there fit: by how much likelier the
/// language model has the correction in their place, and by how much less likely it has them beside their neighbors
/// than anywhere. How common either is counts for nothing. A broken expression is always an error.
///
/// # Examples
///
/// ```
/// use unspin::{Severity, Unspinner};
///
/// let report = Unspinner::builder().assume_spun(true).build().check("The Protection Secretary stated that.");
/// let grave = report.findings.iter().filter(|finding| finding.severity >= Severity::Warning);
/// assert_eq!(grave.count(), 1, "the broken title, but not \"stated\"");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Fine English, but most likely not the author's word ("stated" for "said").
    Note,
    /// Odd.
    Warning,
    /// A name or term is broken, the sense is wrong, or the sentence is ungrammatical.
    Error,
}

impl Severity {
    /// Every severity, the least first.
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

    /// The name used in settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Whether a finding may be applied without a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Applicability {
    /// A person should decide.
    Review,
    /// Safe to apply unseen: its confidence is [`AUTOMATIC`](Self::AUTOMATIC) or more. By cross-validation 97.8 % of such
    /// findings are right, and 59 of 64 in the 21 texts that are nearest to real pages.
    Automatic,
}

impl Applicability {
    /// Both, the one of less confidence first.
    pub const ALL: [Self; 2] = [Self::Review, Self::Automatic];
    /// Confidence, 0 to 1, from which a finding is automatic.
    pub const AUTOMATIC: f32 = 0.95;

    /// That of a finding with this confidence, 0 to 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::Applicability;
    ///
    /// assert_eq!([0.94, 0.95].map(Applicability::of), [Applicability::Review, Applicability::Automatic]);
    /// ```
    pub fn of(confidence: f32) -> Self {
        if confidence >= Self::AUTOMATIC { Self::Automatic } else { Self::Review }
    }

    /// The name used in settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Automatic => "automatic",
        }
    }
}

/// What kind of damage a finding repairs; named for what is wrong.
///
/// # Examples
///
/// ```
/// use unspin::Rule;
///
/// let rule: Rule = "broken-expression".parse()?;
/// assert_eq!(rule.summary(), "a name, title or other fixed expression has words swapped");
/// assert!(rule.page().starts_with("# broken-expression"));
/// # Ok::<(), unspin::UnknownName>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// A name, title or other fixed expression with words swapped: "Protection Secretary".
    BrokenExpression,
    /// A run of words that stands for another: "put up" for "post".
    BrokenPhrase,
    /// One word swapped for a synonym that does not fit: "navy" for "military".
    SwappedWord,
    /// A preposition, article, auxiliary or other small word swapped: "within the nation".
    SwappedFunctionWord,
    /// Words that were not there: "the brand new" for "the".
    InsertedWords,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 5] =
        [Self::BrokenExpression, Self::BrokenPhrase, Self::SwappedWord, Self::SwappedFunctionWord, Self::InsertedWords];

    /// The name used in settings and reports; permanent.
    pub fn name(self) -> &'static str {
        match self {
            Self::BrokenExpression => "broken-expression",
            Self::BrokenPhrase => "broken-phrase",
            Self::SwappedWord => "swapped-word",
            Self::SwappedFunctionWord => "swapped-function-word",
            Self::InsertedWords => "inserted-words",
        }
    }

    /// The rule of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// One sentence on what the rule finds.
    pub fn summary(self) -> &'static str {
        match self {
            Self::BrokenExpression => "a name, title or other fixed expression has words swapped",
            Self::BrokenPhrase => "a run of words stands for another",
            Self::SwappedWord => "a word was swapped for a synonym that does not fit",
            Self::SwappedFunctionWord => "a small grammatical word was swapped",
            Self::InsertedWords => "words were inserted that were not in the original",
        }
    }

    /// All there is to say about the rule, as Markdown: what it finds, why that is wrong, an example, the repair, and
    /// when to suppress it.
    pub fn page(self) -> &'static str {
        match self {
            Self::BrokenExpression => include_str!("guide/rules/broken-expression.md"),
            Self::BrokenPhrase => include_str!("guide/rules/broken-phrase.md"),
            Self::SwappedWord => include_str!("guide/rules/swapped-word.md"),
            Self::SwappedFunctionWord => include_str!("guide/rules/swapped-function-word.md"),
            Self::InsertedWords => include_str!("guide/rules/inserted-words.md"),
        }
    }
}

/// A reason for a finding, with its figure; [`Finding`] has an example.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Evidence {
    /// What kind of reason, one of [`KINDS`](Self::KINDS).
    pub kind: &'static str,
    /// The reason in words.
    pub text: String,
    /// Its weight in nats, where it has one; positive speaks for the correction. Confidence is not their sum: it comes
    /// from trees, which have learned from features of the place and of the document, too.
    pub nats: Option<f32>,
}

impl Evidence {
    /// The kinds of reason that there are.
    pub const KINDS: [&'static str; 10] = [
        "article",
        "context",
        "document",
        "encoder",
        "language-model",
        "paragraph",
        "repetition",
        "substitution",
        "usage",
        "witness",
    ];
}

/// A replacement for what a finding covers.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Correction {
    /// The replacement; empty where the words are to go.
    pub text: String,
    /// Calibrated probability, 0 to 1, that this is what should stand there.
    pub confidence: f32,
}

/// One place that was most probably spun, with what most probably stood there.
///
/// # Examples
///
/// ```
/// use unspin::{Rule, Severity, Unspinner};
///
/// let text = "The Protection Secretary stated that the American navy would stay.";
/// let report = Unspinner::builder().assume_spun(true).build().check(text);
/// let finding = &report.findings[0];
/// assert_eq!((&text[finding.span], finding.correction()), ("Protection", "Defense"));
/// assert_eq!((finding.rule, finding.severity), (Rule::BrokenExpression, Severity::Error));
/// assert_eq!(finding.corrections[0].confidence, finding.confidence());
///
/// // Why: the reasons that have a weight mostly speak for the correction, in sum, as here. The sum may be negative, for
/// // confidence rests on more: on features of the place and of the document, as the trees have learned them.
/// let nats: f32 = finding.evidence.iter().filter_map(|reason| reason.nats).sum();
/// assert!(nats > 0.0 && !finding.evidence[0].text.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The bytes that the corrections replace.
    pub span: Span,
    /// Replacements, likeliest first; never empty.
    pub corrections: Vec<Correction>,
    /// Importance to the reader.
    pub severity: Severity,
    /// Whether the first correction may be applied unseen.
    pub applicability: Applicability,
    /// What kind of damage it is.
    pub rule: Rule,
    /// The family of spinner that makes this substitution, in this document.
    pub family: Family,
    /// One sentence for people.
    pub message: String,
    /// The reasons.
    pub evidence: Vec<Evidence>,
    /// The kinds of source that list the substitution, of [`SOURCES`](Self::SOURCES). Empty where words were moved or
    /// doubled, and for an article that does not suit the word behind it.
    #[serde(deserialize_with = "sources")]
    pub sources: Vec<&'static str>,
    /// Hash of the words, the correction and two words of context on either side, as far as their paragraph goes, as 16
    /// hexadecimal digits; the same finding keeps it when text around it moves.
    pub id: String,
}

impl Finding {
    /// The kinds of source that there are: `spun-pages`, where a substitution was seen on real spun pages; `authored`, where
    /// it was written from knowledge; and the published list of that name.
    pub const SOURCES: [&'static str; 3] = ["spun-pages", "authored", "tortured-phrases-2025-07"];

    /// The likeliest replacement.
    pub fn correction(&self) -> &str {
        self.corrections.first().map_or("", |correction| correction.text.as_str())
    }

    /// Calibrated probability, 0 to 1, that the first correction is right and wanted. Of an article that does not suit the
    /// word behind it, which is never `automatic`, that something is wrong there: mostly it is that word.
    pub fn confidence(&self) -> f32 {
        self.corrections.first().map_or(0.0, |correction| correction.confidence)
    }

    /// Whether the first correction may be applied unseen.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::{Selection, Unspinner};
    ///
    /// let text = "The Washington Put up reported that the Protection Secretary stated it.";
    /// let report = Unspinner::builder().assume_spun(true).build().check(text);
    /// let sure = report.findings.iter().filter(|finding| finding.is_automatic());
    /// assert_eq!(report.fix(text, &Selection::Automatic).edits.len(), sure.count());
    /// ```
    pub fn is_automatic(&self) -> bool {
        self.applicability == Applicability::Automatic
    }
}

/// What a check found in one text. [`fix`](Self::fix) applies it; [`render`](crate::render) writes it as JSON and in
/// other formats.
///
/// Through serde it goes from one process to another as it is; `serde_json` reads figures to the last digit only with its
/// feature `float_roundtrip`. That form is not the JSON of `render`, and another version of this crate may not read it.
///
/// # Examples
///
/// ```
/// use unspin::{Report, Selection, Unspinner};
///
/// let text = "The Protection Secretary stated that the American navy would stay.";
/// let report = Unspinner::builder().assume_spun(true).build().check(text);
/// let sent = serde_json::to_string(&report)?;
/// let received: Report = serde_json::from_str(&sent)?;
/// assert_eq!(received.findings, report.findings);
/// assert!(received.fix(text, &Selection::All).text.contains("Defense Secretary"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Probability, 0 to 1, that the text was spun, all of it or a part. It is judged in stretches of about 250 words; this
    /// is the highest of their probabilities.
    pub spun: f64,
    /// Share of the text, 0 to 1, that is in stretches which are more probably spun than not, by tokens.
    pub share: f64,
    /// The likeliest family, where the text is more probably spun than not.
    pub family: Option<Family>,
    /// Share of words outside quotation marks that were swapped, as estimated; 0 for a clean text.
    pub rate: f64,
    /// Words, numbers and marks in the text.
    pub tokens: usize,
    /// Findings, in order of place; their spans never overlap.
    pub findings: Vec<Finding>,
    /// Of the text that the findings are of, where there are any.
    pub(crate) fingerprint: Option<Fingerprint>,
}

impl Report {
    /// A spun text of which at least this [`share`](Self::share) is spun is told to be spun throughout, not in part: a
    /// doubtful stretch is the rest.
    pub const THROUGHOUT: f64 = 0.85;

    /// Whether the text is more probably spun than not.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::Unspinner;
    ///
    /// assert!(!Unspinner::builtin().check("The ship left the harbor at noon.").is_spun());
    /// ```
    pub fn is_spun(&self) -> bool {
        self.spun >= 0.5
    }
}

/// Tells one text from another: its length in bytes and a hash of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Fingerprint(usize, u64);

impl Fingerprint {
    /// Cost: one pass over the text, at about 1 GB/s. The hash (FNV-1a) is the same on every machine, as a report may go
    /// from one to another.
    pub(crate) fn of(text: &str) -> Self {
        let hash = text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        Self(text.len(), hash)
    }
}

impl<'de> Deserialize<'de> for Evidence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Any {
            kind: String,
            text: String,
            nats: Option<f32>,
        }
        let Any { kind, text, nats } = Any::deserialize(deserializer)?;
        Ok(Self { kind: one_of("kind of evidence", &kind, &Self::KINDS).map_err(Error::custom)?, text, nats })
    }
}

fn sources<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<&'static str>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    names.iter().map(|name| one_of("kind of source", name, &Finding::SOURCES).map_err(Error::custom)).collect()
}

/// The name that is one of those that are known.
fn one_of(kind: &'static str, name: &str, known: &[&'static str]) -> Result<&'static str, UnknownName> {
    known.iter().copied().find(|own| *own == name).ok_or_else(|| UnknownName::new(kind, name, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_is_refused() {
        let finding = |kind: &str, source: &str| {
            serde_json::json!({
                "span": {"start": 0, "end": 3}, "corrections": [], "severity": "note", "applicability": "review",
                "rule": "swapped-word", "family": "thesaurus", "message": "", "id": "", "sources": [source],
                "evidence": [{"kind": kind, "text": "", "nats": null}],
            })
        };
        let read = |value| serde_json::from_value::<Finding>(value).map_err(|error| error.to_string());
        for kind in Evidence::KINDS {
            for source in Finding::SOURCES {
                let finding = read(finding(kind, source)).expect("known");
                assert_eq!((finding.evidence[0].kind, &finding.sources[..]), (kind, &[source][..]));
            }
        }
        let error = read(finding("mood", "authored")).expect_err("no such kind");
        assert!(error.starts_with("no kind of evidence is named \"mood\"; there are article, "), "{error}");
        let error = read(finding("usage", "hearsay")).expect_err("no such source");
        assert!(error.starts_with("no kind of source is named \"hearsay\"; there are spun-pages, "), "{error}");
    }
}
