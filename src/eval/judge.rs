//! Which edits are repaired and which findings are right, in one document.

use std::collections::BTreeSet;

use super::gold::GoldDocument;
use crate::report::Finding;
use crate::span::Span;

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// All that it covers is repaired.
    Right,
    /// It covers something damaged, but does not repair it.
    Off,
    /// Nothing it covers is damaged.
    Wrong,
    /// It covers damage whose original is unknown; counts neither way.
    Open,
}

/// The judgment on one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgment {
    /// For every edit of the gold document, whether it is repaired.
    pub repaired: Vec<bool>,
    /// For every edit, whether a finding touches it.
    pub touched: Vec<bool>,
    /// For every finding that was looked at, its verdict.
    pub verdicts: Vec<Verdict>,
}

/// Judges findings against the edits of their text.
///
/// An edit is repaired when applying the findings that overlap it yields one of its corrections. The smallest window
/// that covers the edit and those findings is compared, white space normalized, so that a finding may be wider or
/// narrower than the edit; any correction of another edit in the window, or its unrepaired text, is accepted there.
/// Costs time by the number of findings and of edits, as long as windows are short.
///
/// # Examples
///
/// ```
/// use unspin::Unspinner;
/// use unspin::eval::{GoldDocument, Verdict, judge};
///
/// let gold = GoldDocument::read(
///     r#"{"id": "a", "text": "The Protection Secretary left.",
///         "edits": [{"start": 4, "end": 24, "corrections": ["Defense Secretary"], "severity": "hard"}]}"#,
/// )?.remove(0);
/// let report = Unspinner::builder().assume_spun(true).build().check(&gold.text);
/// let judgment = judge(&gold, &report.findings.iter().collect::<Vec<_>>());
/// assert_eq!((judgment.repaired, judgment.verdicts), (vec![true], vec![Verdict::Right]));
/// # Ok::<(), unspin::eval::GoldError>(())
/// ```
pub fn judge(gold: &GoldDocument, findings: &[&Finding]) -> Judgment {
    let mut findings: Vec<(usize, &Finding)> = findings.iter().copied().enumerate().collect();
    findings.sort_by_key(|(_, finding)| (finding.span.start, finding.span.end));
    let mut touching: Vec<Vec<usize>> = vec![Vec::new(); gold.edits.len()];
    let mut covered: Vec<Vec<usize>> = vec![Vec::new(); findings.len()];
    let mut first = 0;
    for (n, (_, finding)) in findings.iter().enumerate() {
        while first < gold.edits.len() && gold.edits[first].span.end < finding.span.start {
            first += 1;
        }
        for (e, edit) in gold.edits.iter().enumerate().skip(first) {
            if edit.span.start > finding.span.end {
                break;
            }
            if edit.span.touches(finding.span) {
                touching[e].push(n);
                covered[n].push(e);
            }
        }
    }
    let repaired: Vec<bool> = (0..gold.edits.len())
        .map(|e| {
            let applied: Vec<&Finding> = touching[e].iter().map(|&n| findings[n].1).collect();
            !applied.is_empty() && is_repaired(gold, e, &applied)
        })
        .collect();
    let mut verdicts = vec![Verdict::Wrong; findings.len()];
    for (n, &(at, _)) in findings.iter().enumerate() {
        let known = || covered[n].iter().filter(|&&e| !gold.edits[e].corrections.is_empty());
        verdicts[at] = if covered[n].is_empty() {
            Verdict::Wrong
        } else if known().next().is_none() {
            Verdict::Open
        } else if known().all(|&e| repaired[e]) {
            Verdict::Right
        } else {
            Verdict::Off
        };
    }
    Judgment { repaired, touched: touching.iter().map(|touching| !touching.is_empty()).collect(), verdicts }
}

fn is_repaired(gold: &GoldDocument, target: usize, applied: &[&Finding]) -> bool {
    let mut window = gold.edits[target].span;
    for finding in applied {
        window = Span::new(window.start.min(finding.span.start), window.end.max(finding.span.end));
    }
    // Edits that reach over the window's ends belong to it whole. They do not overlap, so their ends are in order, too.
    let inside = |window: Span| {
        let first = gold.edits.partition_point(|edit| edit.span.end <= window.start).min(target);
        let last = gold.edits.partition_point(|edit| edit.span.start < window.end).max(target + 1);
        let near = gold.edits.iter().enumerate().take(last).skip(first);
        near.filter(move |(e, edit)| *e == target || edit.span.overlaps(window))
    };
    for (_, edit) in inside(window) {
        window = Span::new(window.start.min(edit.span.start), window.end.max(edit.span.end));
    }

    let mut result = String::new();
    let mut at = window.start;
    for finding in applied {
        if finding.span.start < at {
            return false;
        }
        result.push_str(&gold.text[at..finding.span.start]);
        result.push_str(finding.correction());
        at = finding.span.end;
    }
    result.push_str(&gold.text[at..window.end]);

    let mut matcher = Matcher::new(&result);
    let mut at = window.start;
    for (e, edit) in inside(window) {
        matcher.accept(&[&gold.text[at..edit.span.start]]);
        let mut readings: Vec<&str> = edit.corrections.iter().map(String::as_str).collect();
        if e == target {
            matcher.accept(&readings);
        } else if readings.is_empty() {
            matcher.accept_anything();
        } else {
            readings.push(&gold.text[edit.span.range()]);
            matcher.accept(&readings);
        }
        at = edit.span.end;
    }
    matcher.accept(&[&gold.text[at..window.end]]);
    matcher.is_done()
}

/// Compares a text with a row of alternatives; white space is normalized and does not count at either end.
struct Matcher {
    text: Vec<char>,
    /// Places reached, each with whether white space is owed before the next character.
    reached: BTreeSet<(usize, bool)>,
}

impl Matcher {
    fn new(text: &str) -> Self {
        let words: Vec<&str> = text.split_whitespace().collect();
        Self { text: words.join(" ").chars().collect(), reached: BTreeSet::from([(0, false)]) }
    }

    fn accept(&mut self, readings: &[&str]) {
        let mut reached = BTreeSet::new();
        for &state in &self.reached {
            reached.extend(readings.iter().filter_map(|reading| self.follow(state, reading)));
        }
        self.reached = reached;
    }

    fn accept_anything(&mut self) {
        let first = self.reached.iter().next().map_or(self.text.len() + 1, |&(at, _)| at);
        self.reached.extend((first..=self.text.len()).flat_map(|at| [(at, false), (at, true)]));
    }

    fn follow(&self, (mut at, mut owed): (usize, bool), reading: &str) -> Option<(usize, bool)> {
        for c in reading.chars() {
            if c.is_whitespace() {
                owed = true;
                continue;
            }
            if owed && at > 0 {
                (self.text.get(at) == Some(&' ')).then_some(())?;
                at += 1;
            }
            owed = false;
            (self.text.get(at) == Some(&c)).then_some(())?;
            at += 1;
        }
        Some((at, owed))
    }

    fn is_done(&self) -> bool {
        self.reached.iter().any(|&(at, _)| at == self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::gold::{GoldEdit, Need};
    use crate::eval::tests::finding;

    /// Marks edits as `{spun|correction|...}`; `{spun}` is one whose original is unknown.
    fn gold(marked: &str) -> GoldDocument {
        let (mut text, mut edits) = (String::new(), Vec::new());
        let mut rest = marked;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (inside, after) = after.split_once('}').expect("closed");
            let mut parts = inside.split('|');
            let start = text.len();
            text.push_str(parts.next().unwrap_or_default());
            let corrections = parts.map(str::to_owned).collect();
            edits.push(GoldEdit { span: Span::new(start, text.len()), corrections, need: Need::Hard });
            rest = after;
        }
        text.push_str(rest);
        GoldDocument { id: "t".into(), family: None, text, edits }
    }

    #[test]
    fn edits_are_judged_by_what_is_near_them() {
        let gold = gold(&"the {navy|military} said. ".repeat(10_000));
        let found: Vec<Finding> = gold.edits.iter().map(|edit| finding(edit.span, "military", 0.9)).collect();
        let started = std::time::Instant::now();
        let judgment = judge(&gold, &found.iter().collect::<Vec<_>>());
        assert!(judgment.repaired.iter().all(|&repaired| repaired));
        // It takes some 20 ms; looking at all edits for each took minutes.
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }

    #[test]
    fn judgments() {
        use Verdict::{Off, Open, Right, Wrong};
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [bool], &'a [Verdict]);
        let cases: &[Case<'_>] = &[
            // The plain ones.
            ("the {navy|military|army} said", &[("navy", "military")], &[true], &[Right]),
            ("the {navy|military|army} said", &[("navy", "army")], &[true], &[Right]),
            ("the {navy|military|army} said", &[("navy", "fleet")], &[false], &[Off]),
            ("the {navy|military} said", &[("said", "told")], &[false], &[Wrong]),
            ("the {navy|military} said", &[], &[false], &[]),
            // Wider and narrower than the edit.
            ("the {navy|military} said", &[("the navy said", "the military said")], &[true], &[Right]),
            ("the {navy|military} said", &[("the navy said", "the military told")], &[false], &[Off]),
            ("a {Each day Mail|Daily Mail} man", &[("Each day", "Daily")], &[true], &[Right]),
            ("{in the event that|if} so", &[("in the event", "if"), (" that", "")], &[true], &[Right, Right]),
            // White space.
            ("an {online |}app", &[("online ", "")], &[true], &[Right]),
            ("an {online |}app", &[(" online", "")], &[true], &[Right]),
            ("the {brand new|} car", &[("brand new ", "")], &[true], &[Right]),
            // Several edits under one finding: each must come right, others may be left.
            ("{Inexperienced|Green} {Zone|Line}", &[("Inexperienced Zone", "Green Line")], &[true, true], &[Right]),
            ("{Inexperienced|Green} {Zone|Line}", &[("Inexperienced Zone", "Green Zone")], &[true, false], &[Off]),
            ("{Inexperienced|Green} {Zone|Line}", &[("Inexperienced", "Green")], &[true, false], &[Right]),
            // Unknown originals.
            ("the {blorb} said", &[("blorb", "x")], &[false], &[Open]),
            ("the {blorb} {navy|military}", &[("blorb navy", "y military")], &[false, true], &[Right]),
            // Insertions.
            ("he went{| to} school", &[("went", "went to")], &[true], &[Right]),
        ];
        for (marked, found, repaired, verdicts) in cases {
            let gold = gold(marked);
            let findings: Vec<Finding> = found
                .iter()
                .map(|(words, correction)| {
                    let start = gold.text.find(words).expect("in the text");
                    finding(Span::new(start, start + words.len()), correction, 0.9)
                })
                .collect();
            let judgment = judge(&gold, &findings.iter().collect::<Vec<_>>());
            assert_eq!(judgment.repaired, *repaired, "{marked} {found:?}");
            assert_eq!(judgment.verdicts, *verdicts, "{marked} {found:?}");
        }
    }
}
