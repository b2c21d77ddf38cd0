//! Gold files: texts with the edits that a careful editor would make.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::line_index::LineIndex;
use crate::span::Span;

/// How badly an edit is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// An editor would call it wrong here.
    Hard,
    /// Acceptable English, but most probably not the original's word.
    Soft,
}

/// A place that is known to be damaged, with what should stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoldEdit {
    /// The damaged bytes.
    pub span: Span,
    /// Alternatives, likeliest first. An empty text removes the words; no alternative means that the original is
    /// unknown.
    pub corrections: Vec<String>,
    /// How badly it is needed.
    pub need: Need,
}

/// A text with its edits; a text without any is clean.
///
/// # Examples
///
/// ```
/// use unspin::eval::{GoldDocument, Need};
///
/// let json = r#"{"id": "a", "text": "the navy would stay", "edits": [
///     {"start": 4, "end": 8, "spun": "navy", "corrections": ["military"], "severity": "hard"},
///     {"start": 9, "end": 14, "corrections": ["will"], "severity": "soft"}
/// ]}"#;
/// let document = &GoldDocument::read(json)?[0];
/// assert_eq!(&document.text[document.edits[0].span], "navy");
///
/// // The original, and the text with only what was wrong repaired.
/// let original = document.restored();
/// assert_eq!((original.text.as_str(), original.id.as_str()), ("the military will stay", "clean/a"));
/// let repaired = document.restored_where(|edit| edit.need == Need::Hard);
/// assert_eq!((repaired.text.as_str(), repaired.edits.len()), ("the military would stay", 1));
///
/// let error = GoldDocument::read(&json.replace("\"spun\": \"navy\"", "\"spun\": \"army\"")).unwrap_err();
/// assert!(error.to_string().contains("expects \"army\", the text has \"navy\""));
/// # Ok::<(), unspin::eval::GoldError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoldDocument {
    /// Its name.
    pub id: String,
    /// The family of spinner, where known; figures are grouped by it.
    pub family: Option<String>,
    /// The text as the spinner left it.
    pub text: String,
    /// The edits, in order of place.
    pub edits: Vec<GoldEdit>,
}

impl GoldDocument {
    /// A text that nothing was done to.
    pub fn clean(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), family: None, text: text.into(), edits: Vec::new() }
    }

    /// The text as it was before it was spun: every edit's first correction applied. Its id is that of the document
    /// with `clean/` before it.
    #[must_use]
    pub fn restored(&self) -> Self {
        Self::clean(format!("clean/{}", self.id), self.restored_where(|_| true).text)
    }

    /// The text with the first correction of some of its edits applied; the others stay, and those whose original is
    /// unknown.
    #[must_use]
    pub fn restored_where(&self, apply: impl Fn(&GoldEdit) -> bool) -> Self {
        let mut text = String::with_capacity(self.text.len());
        let mut edits = Vec::new();
        let mut at = 0;
        for edit in &self.edits {
            if edit.span.start < at {
                continue;
            }
            text.push_str(&self.text[at..edit.span.start]);
            match edit.corrections.first() {
                Some(correction) if apply(edit) => text.push_str(correction),
                _ => {
                    let start = text.len();
                    text.push_str(&self.text[edit.span.range()]);
                    edits.push(GoldEdit { span: Span::new(start, text.len()), ..edit.clone() });
                }
            }
            at = edit.span.end;
        }
        text.push_str(&self.text[at..]);
        Self { id: self.id.clone(), family: self.family.clone(), text, edits }
    }

    /// Reads a gold file: one JSON object, an array of them, or one a line.
    ///
    /// # Errors
    ///
    /// Where it is not such JSON, an edit lies outside its text, or its `spun` words are not what stands there.
    pub fn read(json: &str) -> Result<Vec<Self>, GoldError> {
        let mut documents = Vec::new();
        for value in serde_json::Deserializer::from_str(json).into_iter::<OneOrMany>() {
            let OneOrMany(raw) = value.map_err(|error| GoldError(format!("not a gold file: {error}")))?;
            for raw in raw {
                documents.push(Self::resolve(raw)?);
            }
        }
        Ok(documents)
    }

    fn resolve(raw: RawDocument) -> Result<Self, GoldError> {
        let index = LineIndex::new(&raw.text);
        let length = index.chars(raw.text.len());
        let id = &raw.id;
        let mut edits = Vec::with_capacity(raw.edits.len());
        for (n, edit) in (1..).zip(raw.edits) {
            let RawEdit { start, end, .. } = edit;
            let fault =
                |what: String| Err(GoldError(format!("document {id:?}: edit {n} at characters {start}..{end} {what}")));
            if start > end {
                return fault("ends before it starts; \"end\" is the offset behind its last character".into());
            }
            if end > length {
                return fault(format!(
                    "lies outside its text, which has {length}; offsets count characters of \"text\", not bytes"
                ));
            }
            let span = Span::new(index.byte_of_char(start), index.byte_of_char(end));
            let found = &raw.text[span.range()];
            if let Some(spun) = edit.spun.filter(|spun| spun != found) {
                return fault(format!("expects {spun:?}, the text has {found:?}; offsets count characters"));
            }
            edits.push((n, GoldEdit { span, corrections: edit.corrections, need: edit.severity }));
        }
        edits.sort_by_key(|(_, edit)| (edit.span.start, edit.span.end));
        for pair in edits.windows(2) {
            let [(n, one), (m, other)] = pair else { continue };
            if one.span.end > other.span.start {
                let place = |span: Span| format!("{}..{}", index.chars(span.start), index.chars(span.end));
                return Err(GoldError(format!(
                    "document {id:?}: edits {n} and {m} at characters {} and {} overlap; make them one, or leave one out",
                    place(one.span),
                    place(other.span)
                )));
            }
        }
        let edits = edits.into_iter().map(|(_, edit)| edit).collect();
        Ok(Self { id: raw.id, family: raw.family, text: raw.text, edits })
    }
}

/// Why a gold file was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct GoldError(pub(super) String);

/// An object or an array of them. Which it is, is told first, so that an error names what is wrong in it.
struct OneOrMany(Vec<RawDocument>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a document or an array of documents")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OneOrMany, A::Error> {
                Ok(OneOrMany(vec![RawDocument::deserialize(MapAccessDeserializer::new(map))?]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<OneOrMany, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(array)).map(OneOrMany)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// Other keys are other tools'; a misspelled `edits` must not make it a clean text.
#[derive(Deserialize)]
struct RawDocument {
    id: String,
    #[serde(default)]
    family: Option<String>,
    text: String,
    edits: Vec<RawEdit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEdit {
    start: usize,
    end: usize,
    #[serde(default)]
    spun: Option<String>,
    #[serde(default)]
    corrections: Vec<String>,
    severity: Need,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_characters() {
        let json = r#"{"id":"a","text":"“é” navy","edits":[
            {"start":4,"end":8,"spun":"navy","corrections":["military"],"severity":"hard"}]}"#;
        let documents = GoldDocument::read(json).expect("valid");
        assert_eq!(documents[0].edits[0].span, Span::new(9, 13));
        assert_eq!(documents[0].edits[0].need, Need::Hard);
        let many = GoldDocument::read(&format!("[{json},{json}]\n{json}")).expect("valid");
        assert_eq!(many.len(), 3);
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        for (key, edit, says) in [
            (
                "edits",
                r#"{"start":50,"end":60,"severity":"hard"}"#,
                "document \"a\": edit 1 at characters 50..60 lies outside its text, which has 8; offsets count characters",
            ),
            (
                "edits",
                r#"{"start":5,"end":3,"severity":"hard"}"#,
                "5..3 ends before it starts; \"end\" is the offset behind",
            ),
            ("edits", r#"{"start":4,"end":9,"severity":"hard"}"#, "4..9 lies outside"),
            ("edits", r#"{"start":4,"end":8}"#, "missing field `severity` at line 2 column"),
            ("edits", r#"{"start":4,"end":8,"severity":"grave"}"#, "unknown variant `grave`"),
            ("edits", r#"{"start":4,"end":8,"correction":[],"severity":"hard"}"#, "unknown field `correction`"),
            ("edit", "", "missing field `edits` at line 2 column"),
        ] {
            let one = format!("{{\"id\":\"a\",\n\"text\":\"the navy\",\"{key}\":[{edit}]}}");
            for json in [one.clone(), format!("[{one}]")] {
                let error = GoldDocument::read(&json).expect_err(edit).to_string();
                assert!(error.contains(says), "{error}");
            }
        }
        let error = GoldDocument::read("3").expect_err("a number").to_string();
        assert!(error.contains("expected a document or an array of documents"), "{error}");
    }

    #[test]
    fn wrong_offsets_are_refused() {
        let json = r#"{"id":"a","text":"the navy","edits":[{"start":3,"end":8,"spun":"navy","severity":"soft"}]}"#;
        let error = GoldDocument::read(json).expect_err("off by one").to_string();
        assert!(error.contains("expects \"navy\", the text has \" navy\""), "{error}");
        let json = r#"{"id":"a","text":"the navy","edits":[{"start":0,"end":5,"severity":"soft"},
            {"start":4,"end":8,"severity":"soft"}]}"#;
        // In the order of the file.
        let swapped = json.replace("\"start\":0,\"end\":5", "\"start\":5,\"end\":6");
        for (json, says) in [
            (json, "edits 1 and 2 at characters 0..5 and 4..8"),
            (&swapped, "edits 2 and 1 at characters 4..8 and 5..6"),
        ] {
            let error = GoldDocument::read(json).expect_err("overlap").to_string();
            assert_eq!(error, format!("document \"a\": {says} overlap; make them one, or leave one out"));
        }
    }
}
