//! Edits, their application, and the map between the two texts.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::report::{Finding, Fingerprint, Report};
use crate::span::Span;

/// One replacement in a text.
///
/// # Examples
///
/// ```
/// use unspin::{Edit, Fixed, Unspinner};
///
/// let unspinner = Unspinner::builder().assume_spun(true).build();
/// let text = "The Protection Secretary stated that the American navy would stay.";
/// let report = unspinner.check(text);
///
/// // One finding, as an editor applies it: its first correction, or another one.
/// let edit = Edit::from(&report.findings[0]);
/// let fixed = Fixed::new(text, [edit.clone()]);
/// assert!(fixed.text.starts_with("The Defense Secretary stated"));
/// let other = Edit { text: "Defence".into(), ..edit };
/// assert!(Fixed::new(text, [other]).text.starts_with("The Defence Secretary stated"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct Edit {
    /// The bytes that go.
    pub span: Span,
    /// What comes in their place.
    pub text: String,
}

impl Edit {
    /// Other words in place of those of a finding. White space that the finding takes along at its ends, as those that only
    /// remove words do, stays, unless the words bring their own, or there are none.
    ///
    /// # Panics
    ///
    /// Where the span does not lie in the text, on character boundaries.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::{Edit, Fixed, Span};
    ///
    /// let (text, home) = ("He cleans home windows.", Span::new(10, 15));
    /// let fixed = |words| Fixed::new(text, [Edit::replacing(text, home, words)]).text;
    /// assert_eq!(fixed("very"), "He cleans very windows.");
    /// assert_eq!(fixed(""), "He cleans windows.");
    /// ```
    pub fn replacing(text: &str, span: Span, words: &str) -> Self {
        let (front, back) = spaces(&text[span.range()], words);
        Self { span, text: [front, words, back].concat() }
    }
}

/// White space at either end of words that others, which come in their place, lack.
fn spaces<'w>(old: &'w str, new: &str) -> (&'w str, &'w str) {
    let is_own = |c: Option<char>| new.is_empty() || c.is_some_and(char::is_whitespace);
    let front = &old[..old.len() - old.trim_start().len()];
    let back = &old[old.trim_end().len().max(front.len())..];
    let front = if is_own(new.chars().next()) { "" } else { front };
    (front, if is_own(new.chars().next_back()) { "" } else { back })
}

/// The first correction of a finding in place of what it covers.
impl From<&Finding> for Edit {
    fn from(finding: &Finding) -> Self {
        Self { span: finding.span, text: finding.correction().to_owned() }
    }
}

/// Which findings of a report to apply.
///
/// # Examples
///
/// ```
/// use unspin::{Selection, Unspinner};
///
/// let text = "The Protection Secretary stated that the American navy would stay.";
/// let report = Unspinner::builder().assume_spun(true).build().check(text);
/// let edits = |selection| report.fix(text, &selection).edits.len();
/// assert_eq!(edits(Selection::All), report.findings.len());
/// assert!(edits(Selection::Automatic) <= edits(Selection::Confidence(0.9)));
/// assert_eq!(edits(Selection::Ids(vec![report.findings[0].id.clone()])), 1);
/// ```
///
/// Through serde it is `"all"`, `"automatic"`, `{"confidence": 0.9}` or `{"ids": ["..."]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Selection {
    /// Every finding.
    #[default]
    All,
    /// Those that are safe to apply unseen.
    Automatic,
    /// Those with at least this [confidence](Finding::confidence), 0 to 1.
    Confidence(f32),
    /// Those with one of these ids.
    Ids(Vec<String>),
}

impl Selection {
    /// Whether a finding is selected. For many findings, [`chooser`](Self::chooser) is faster.
    pub fn contains(&self, finding: &Finding) -> bool {
        self.chooser()(finding)
    }

    /// What tells whether findings are selected.
    ///
    /// Cost: one pass over the ids, if it has some, and a look-up for each finding.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::{Selection, Unspinner};
    ///
    /// let text = "The Protection Secretary stated that the American navy would stay.";
    /// let report = Unspinner::builder().assume_spun(true).build().check(text);
    /// let selection = Selection::Ids(vec![report.findings[0].id.clone()]);
    /// let is_chosen = selection.chooser();
    /// assert_eq!(report.findings.iter().filter(|finding| is_chosen(finding)).count(), 1);
    /// ```
    pub fn chooser(&self) -> impl Fn(&Finding) -> bool {
        let ids: HashSet<&str> = match self {
            Self::Ids(ids) => ids.iter().map(String::as_str).collect(),
            _ => HashSet::new(),
        };
        move |finding| match self {
            Self::All => true,
            Self::Automatic => finding.is_automatic(),
            Self::Confidence(least) => finding.confidence() >= *least,
            Self::Ids(_) => ids.contains(finding.id.as_str()),
        }
    }
}

impl Report {
    /// Applies the first corrections of the selected findings to the text that was checked.
    ///
    /// Any other text is left as it is, with no edits: the report remembers the length and a hash of its own. What was
    /// made anew from findings, as by [`Passages`](crate::Passages), is applied by [`Fixed::new`].
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::{Selection, Unspinner};
    ///
    /// let text = "The ship left the harbor at noon.";
    /// let report = Unspinner::builtin().check(text);
    /// assert_eq!(report.fix(text, &Selection::All).text, text);
    /// ```
    pub fn fix(&self, text: &str, selection: &Selection) -> Fixed {
        let is_own = self.fingerprint.is_none_or(|own| own == Fingerprint::of(text));
        let is_chosen = selection.chooser();
        let chosen = self.findings.iter().filter(|finding| is_own && is_chosen(finding));
        Fixed::new(text, chosen.map(Edit::from))
    }
}

/// A text with edits applied; [`Report::fix`] and [`Fixed::new`] make one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fixed {
    /// The text after the edits.
    pub text: String,
    /// The edits that were applied, in order of place.
    pub edits: Vec<Edit>,
    /// Offsets of either text in the other.
    pub map: OffsetMap,
}

impl Fixed {
    /// Applies edits to a text.
    ///
    /// They may come in any order; of some with the same span the first one counts. An edit that overlaps one that starts
    /// before it, or whose span does not lie on character boundaries of the text, is left out;
    /// [`edits`](Self::edits) tells which were applied.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::{Edit, Fixed, Span};
    ///
    /// let edit = Edit { span: Span::new(4, 8), text: "military".into() };
    /// let fixed = Fixed::new("the navy stays", [edit]);
    /// assert_eq!(fixed.text, "the military stays");
    /// assert_eq!(fixed.map.to_fixed(Span::new(9, 14)), Span::new(13, 18));
    /// assert_eq!(fixed.map.to_original(Span::new(13, 18)), Span::new(9, 14));
    /// ```
    pub fn new(text: &str, edits: impl IntoIterator<Item = Edit>) -> Self {
        let mut all: Vec<Edit> = edits.into_iter().collect();
        all.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let mut out = String::with_capacity(text.len());
        let mut applied: Vec<Edit> = Vec::with_capacity(all.len());
        let mut at = 0;
        for edit in all {
            let Span { start, end } = edit.span;
            let is_second = applied.last().is_some_and(|last| last.span == edit.span);
            if start < at || is_second || start > end || !text.is_char_boundary(start) || !text.is_char_boundary(end) {
                continue;
            }
            out.push_str(&text[at..start]);
            out.push_str(&edit.text);
            at = end;
            applied.push(edit);
        }
        out.push_str(&text[at..]);
        let map = OffsetMap::new(&applied);
        Self { text: out, edits: applied, map }
    }
}

/// Where the parts of a text lie after edits, and where they lay before.
///
/// A span that touches a replaced stretch is widened to the whole of it, for nothing is known about its inside; what was
/// only inserted, or all removed, at the very start or end of a span lies outside of it. Everything else maps exactly, and
/// back again. A look-up costs a binary search over the edits.
///
/// # Examples
///
/// ```
/// use unspin::{Edit, Fixed, Span};
///
/// let text = "In the brand new city, the navy stays.";
/// let edit = |start, end, text: &str| Edit { span: Span::new(start, end), text: text.into() };
/// let Fixed { text: fixed, map, .. } = Fixed::new(text, [edit(3, 16, "the"), edit(27, 31, "military")]);
/// assert_eq!(fixed, "In the city, the military stays.");
///
/// // What marks a part of the text follows it there, and back.
/// let city = map.to_fixed(Span::new(17, 21));
/// assert_eq!((&fixed[city], map.to_original(city)), ("city", Span::new(17, 21)));
/// // What ends within a replaced stretch takes all of it.
/// assert_eq!(&fixed[map.to_fixed(Span::new(13, 21))], "the city");
/// // A single offset is a span without length.
/// assert_eq!(map.to_fixed(Span::new(32, 32)).start, 26);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OffsetMap {
    /// Replaced stretches in the original and in the fixed text, in order, never overlapping.
    stretches: Vec<(Span, Span)>,
}

impl OffsetMap {
    /// The map of edits that are in order and do not overlap.
    fn new(edits: &[Edit]) -> Self {
        let (mut removed, mut added) = (0, 0);
        let stretches = edits.iter().map(|edit| {
            let start = edit.span.start - removed + added;
            removed += edit.span.len();
            added += edit.text.len();
            (edit.span, Span::new(start, start + edit.text.len()))
        });
        Self { stretches: stretches.collect() }
    }

    /// The span of the fixed text that holds what a span of the original became; both in bytes.
    pub fn to_fixed(&self, original: Span) -> Span {
        self.convert(original, |stretch| stretch.0, |stretch| stretch.1)
    }

    /// The span of the original text that a span of the fixed text came from; both in bytes.
    pub fn to_original(&self, fixed: Span) -> Span {
        self.convert(fixed, |stretch| stretch.1, |stretch| stretch.0)
    }

    fn convert(&self, span: Span, from: impl Fn(&(Span, Span)) -> Span, to: impl Fn(&(Span, Span)) -> Span) -> Span {
        let span = Span::new(span.start, span.end);
        // A stretch that is empty on this side lies between two characters of it: an empty span there stands for it,
        // any other span that ends there leaves it outside.
        let (first, last) = if span.is_empty() {
            let at = span.start;
            (
                self.stretches.partition_point(|s| from(s).end < at || (from(s).end == at && !from(s).is_empty())),
                self.stretches.partition_point(|s| from(s).start < at || (from(s).start == at && from(s).is_empty())),
            )
        } else {
            (
                self.stretches.partition_point(|s| from(s).end <= span.start),
                self.stretches.partition_point(|s| from(s).start < span.end),
            )
        };
        let touched = &self.stretches[first..last.max(first)];
        let start = match touched.first() {
            Some(stretch) if from(stretch).start <= span.start => to(stretch).start,
            _ => moved(span.start, self.stretches[..first].last(), &from, &to),
        };
        let end = match touched.last() {
            Some(stretch) if from(stretch).end >= span.end => to(stretch).end,
            Some(stretch) => moved(span.end, Some(stretch), &from, &to),
            None => moved(span.end, self.stretches[..first].last(), &from, &to),
        };
        Span::new(start, end)
    }
}

/// An offset carried over by the last stretch that ends at or before it.
fn moved(
    at: usize,
    last: Option<&(Span, Span)>,
    from: impl Fn(&(Span, Span)) -> Span,
    to: impl Fn(&(Span, Span)) -> Span,
) -> usize {
    last.map_or(at, |stretch| to(stretch).end.saturating_add(at - from(stretch).end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::{Applicability, Correction, Family, Rule, Severity};

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { span: Span { start, end }, text: text.into() }
    }

    fn finding(span: Span, correction: &str, confidence: f32, applicability: Applicability, id: &str) -> Finding {
        Finding {
            span,
            corrections: vec![Correction { text: correction.into(), confidence }],
            severity: Severity::Error,
            applicability,
            rule: Rule::SwappedWord,
            family: Family::Thesaurus,
            message: String::new(),
            evidence: Vec::new(),
            sources: Vec::new(),
            id: id.into(),
        }
    }

    #[test]
    fn selections_go_through_serde() {
        for (selection, json) in [
            (Selection::All, r#""all""#),
            (Selection::Automatic, r#""automatic""#),
            (Selection::Confidence(0.5), r#"{"confidence":0.5}"#),
            (Selection::Ids(vec!["x".into()]), r#"{"ids":["x"]}"#),
        ] {
            assert_eq!(serde_json::to_string(&selection).expect("JSON"), json);
            assert_eq!(serde_json::from_str::<Selection>(json).expect("the same"), selection);
        }
    }

    #[test]
    fn selections_choose() {
        let text = "the navy would stay in the nation";
        let report = Report {
            spun: 1.0,
            share: 1.0,
            family: Some(Family::Thesaurus),
            rate: 0.3,
            tokens: 7,
            findings: vec![
                finding(Span::new(4, 8), "military", 0.98, Applicability::Automatic, "a"),
                finding(Span::new(9, 14), "will", 0.6, Applicability::Review, "b"),
                finding(Span::new(27, 33), "country", 0.8, Applicability::Review, "c"),
            ],
            fingerprint: Some(Fingerprint::of(text)),
        };
        for (selection, want) in [
            (Selection::All, "the military will stay in the country"),
            (Selection::Automatic, "the military would stay in the nation"),
            (Selection::Confidence(0.8), "the military would stay in the country"),
            (Selection::Ids(vec!["b".into()]), "the navy will stay in the nation"),
            (Selection::Ids(Vec::new()), text),
        ] {
            assert_eq!(report.fix(text, &selection).text, want, "{selection:?}");
        }
        for other in ["", "the army would stay in the nation", "the navy would stay in the nations"] {
            let fixed = report.fix(other, &Selection::All);
            assert_eq!((fixed.text.as_str(), fixed.edits), (other, Vec::new()));
        }
    }

    #[test]
    fn edits_are_kept_as_json() {
        let text = "the navy stays";
        let fixed = Fixed::new(text, [edit(4, 8, "military")]);
        let kept = serde_json::to_string(&fixed.edits).expect("strings and numbers");
        assert_eq!(kept, r#"[{"span":{"start":4,"end":8},"text":"military"}]"#);
        let read: Vec<Edit> = serde_json::from_str(&kept).expect("the same");
        assert_eq!(Fixed::new(text, read), fixed);
    }

    #[test]
    fn edits_that_cannot_be_applied_are_left_out() {
        let text = "añb c";
        let fixed =
            Fixed::new(text, [edit(2, 3, "x"), edit(5, 6, "d"), edit(4, 9, "e"), edit(0, 1, "A"), edit(0, 4, "B")]);
        assert_eq!(fixed.text, "Añb d");
        assert_eq!(fixed.edits, [edit(0, 1, "A"), edit(5, 6, "d")]);
        // Of some with the same span the first one counts, whatever its length.
        let fixed = Fixed::new(text, [edit(5, 6, "d"), edit(1, 1, "x"), edit(1, 1, "y"), edit(5, 6, "e")]);
        assert_eq!((fixed.text.as_str(), fixed.edits.len()), ("axñb d", 2));
    }

    #[test]
    fn removals_and_insertions_map_between_their_neighbors() {
        let fixed = Fixed::new("the brand new car", [edit(4, 14, ""), edit(17, 17, "s")]);
        assert_eq!(fixed.text, "the cars");
        assert_eq!(fixed.map.to_fixed(Span::new(4, 14)), Span::new(4, 4));
        assert_eq!(fixed.map.to_original(Span::new(4, 4)), Span::new(4, 14));
        assert_eq!(fixed.map.to_original(Span::new(4, 7)), Span::new(14, 17));
        assert_eq!(fixed.map.to_original(Span::new(0, 4)), Span::new(0, 4));
        assert_eq!(fixed.map.to_original(Span::new(0, 8)), Span::new(0, 17));
        assert_eq!(fixed.map.to_original(Span::new(5, 6)), Span::new(15, 16));
    }

    #[test]
    fn spans_that_are_none_map_all_the_same() {
        let map = Fixed::new("the brand new car", [edit(4, 14, ""), edit(17, 17, "s")]).map;
        for (span, fixed, original) in [
            (Span { start: 16, end: 2 }, Span::new(6, 6), Span::new(25, 25)),
            (Span { start: 9, end: 0 }, Span::new(4, 4), Span::new(18, 18)),
            (Span::new(17, usize::MAX), Span::new(8, usize::MAX - 9), Span::new(26, usize::MAX)),
        ] {
            assert_eq!((map.to_fixed(span), map.to_original(span)), (fixed, original), "{span:?}");
        }
    }

    /// A text with edits that neither overlap nor leave its character boundaries.
    fn edited() -> impl Strategy<Value = (String, Vec<Edit>)> {
        let pieces = prop::collection::vec(("[a-zéß😀 \r\n]{0,4}", "[a-zé ]{0,4}", any::<bool>()), 0..8);
        pieces.prop_map(|pieces| {
            let (mut text, mut edits) = (String::new(), Vec::new());
            for (old, new, change) in pieces {
                let start = text.len();
                text.push_str(&old);
                if change {
                    edits.push(edit(start, text.len(), &new));
                }
                text.push('.');
            }
            (text, edits)
        })
    }

    proptest! {
        #[test]
        fn no_edits_change_nothing(text in ".*") {
            let fixed = Fixed::new(&text, []);
            prop_assert_eq!(&fixed.text, &text);
            let all = Span::new(0, text.len());
            prop_assert_eq!(fixed.map.to_fixed(all), all);
        }

        #[test]
        fn order_does_not_matter((text, edits) in edited()) {
            let fixed = Fixed::new(&text, edits.iter().rev().cloned());
            prop_assert_eq!(&fixed, &Fixed::new(&text, edits.iter().cloned()));
            prop_assert_eq!(fixed.edits, edits);
        }

        #[test]
        fn untouched_text_maps_to_itself_and_back((text, edits) in edited()) {
            let fixed = Fixed::new(&text, edits.iter().cloned());
            for (start, _) in text.char_indices() {
                for (at, last) in text[start..].char_indices() {
                    let span = Span::new(start, start + at + last.len_utf8());
                    if edits.iter().any(|edit| {
                        edit.span.overlaps(span) || (edit.span.is_empty() && span.start < edit.span.start && edit.span.start < span.end)
                    }) {
                        continue;
                    }
                    let there = fixed.map.to_fixed(span);
                    prop_assert_eq!(&fixed.text[there.range()], &text[span.range()]);
                    prop_assert_eq!(fixed.map.to_original(there), span);
                }
            }
        }

        #[test]
        fn an_edit_maps_to_its_replacement_and_back((text, edits) in edited()) {
            let fixed = Fixed::new(&text, edits.iter().cloned());
            for edit in edits {
                let there = fixed.map.to_fixed(edit.span);
                prop_assert_eq!(&fixed.text[there.range()], &edit.text);
                prop_assert_eq!(fixed.map.to_original(there), edit.span);
            }
        }

        #[test]
        fn the_whole_maps_to_the_whole((text, edits) in edited()) {
            let fixed = Fixed::new(&text, edits.iter().cloned());
            let (old, new) = (Span::new(0, text.len()), Span::new(0, fixed.text.len()));
            if !text.is_empty() {
                // What is inserted, or removed, at an end lies outside; no edit is at the other one.
                let first = edits.first().filter(|edit| edit.span.start == 0);
                let inserted = first.filter(|edit| edit.span.is_empty()).map_or(0, |edit| edit.text.len());
                let removed = first.filter(|edit| edit.text.is_empty()).map_or(0, |edit| edit.span.len());
                prop_assert_eq!(fixed.map.to_fixed(old), Span::new(inserted, new.end));
                prop_assert_eq!(fixed.map.to_original(new), Span::new(removed, old.end));
            }
        }

        #[test]
        fn what_comes_first_stays_first((text, edits) in edited()) {
            let fixed = Fixed::new(&text, edits);
            let mut last = Span::new(0, 0);
            for at in 0..=text.len() {
                let there = fixed.map.to_fixed(Span::new(at, at));
                prop_assert!(last.start <= there.start && last.end <= there.end, "{:?} after {:?}", there, last);
                prop_assert!(there.end <= fixed.text.len());
                last = there;
            }
        }
    }
}
