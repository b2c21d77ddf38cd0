//! Decisions written, read, found again and applied.

use super::*;
use crate::fix::{Edit, Fixed};
use crate::report::{Applicability, Correction, Family, Rule, Severity};

fn place() -> Place {
    Place { path: "a.jsonl".into(), record: Some(3), field: Some("body".into()) }
}

/// Findings of the words in the text, in order of place; the id is that of the word.
fn findings(text: &str, words: &[(&str, &str)]) -> Vec<Finding> {
    let mut all: Vec<Finding> = words
        .iter()
        .flat_map(|(word, new)| text.match_indices(word).map(move |(at, _)| (at, *word, *new)))
        .map(|(at, word, new)| Finding {
            span: Span::new(at, at + word.len()),
            corrections: vec![Correction { text: new.into(), confidence: 0.9 }],
            severity: Severity::Error,
            applicability: Applicability::Review,
            rule: Rule::SwappedWord,
            family: Family::Thesaurus,
            message: String::new(),
            evidence: Vec::new(),
            sources: Vec::new(),
            id: format!("id of {}", word.to_lowercase()),
        })
        .collect();
    all.sort_by_key(|finding| finding.span);
    all
}

const TEXT: &str = "The navy said that the armed forces of the nation, and the navy, would stay within the nation.";
const WORDS: [(&str, &str); 3] = [("navy", "military"), ("nation", "country"), ("within", "in")];

fn by(decision: Decision, name: &str) -> Decision {
    Decision { by: Some(name.into()), ..decision }
}

fn applied(decisions: &Decisions, text: &str, words: &[(&str, &str)]) -> String {
    let findings = findings(text, words);
    Fixed::new(text, decisions.find(&place(), text, &findings).edits(text, &findings)).text
}

/// Decisions about the findings of [`TEXT`] by a letter each: accept, reject, ignore, undecided, or a word of the
/// reader's own.
fn decided(letters: &[&str]) -> Decisions {
    let findings = findings(TEXT, &WORDS);
    let mut decisions = Decisions::default();
    for (n, letter) in letters.iter().enumerate().filter(|(_, letter)| !letter.is_empty()) {
        decisions.add(match *letter {
            "a" => Decision::accept(&place(), TEXT, &findings, n, findings[n].correction()),
            "r" => Decision::new(&place(), TEXT, &findings, n, Verdict::Reject),
            "i" => Decision::new(&place(), TEXT, &findings, n, Verdict::Ignore),
            "u" => Decision::new(&place(), TEXT, &findings, n, Verdict::Undecided),
            own => Decision::accept(&place(), TEXT, &findings, n, own),
        });
    }
    decisions
}

#[test]
fn a_line_has_the_form_that_is_documented() {
    let all = findings(TEXT, &WORDS);
    let decision = by(Decision::accept(&place(), TEXT, &all, 2, "military"), "anna");
    let line = decision.to_line();
    assert_eq!(
        line,
        "{\"type\":\"decision\",\"path\":\"a.jsonl\",\"record\":3,\"field\":\"body\",\"id\":\"id of navy\",\"nth\":1,\
         \"text\":\"navy\",\"before\":\"the armed forces of the nation, and the \",\
         \"after\":\", would stay within the nation.\",\"decision\":\"accept\",\"replacement\":\"military\",\
         \"by\":\"anna\"}\n"
    );
    let read = Decisions::parse(&line).expect("a decision");
    assert_eq!(read.iter().collect::<Vec<_>>(), [&decision]);
}

#[test]
fn what_was_accepted_is_applied() {
    for (letters, want) in [
        (
            &["a", "a", "a", "a", "a"][..],
            "The military said that the armed forces of the country, and the military, would stay in the country.",
        ),
        (
            &["r", "i", "a", "", "republic"],
            "The navy said that the armed forces of the nation, and the military, would stay within the republic.",
        ),
        (
            &["a", "a", "u"],
            "The military said that the armed forces of the country, and the navy, would stay within the nation.",
        ),
        (&[], TEXT),
    ] {
        assert_eq!(applied(&decided(letters), TEXT, &WORDS), want, "{letters:?}");
    }
}

#[test]
fn a_later_line_replaces_an_earlier_one() {
    let all = findings(TEXT, &WORDS);
    let accept = Decision::accept(&place(), TEXT, &all, 0, "military").to_line();
    let reject = Decision::new(&place(), TEXT, &all, 0, Verdict::Reject).to_line();
    let undo = Decision::new(&place(), TEXT, &all, 0, Verdict::Undecided).to_line();
    for (lines, want) in [
        ([&accept, &reject, &accept].map(String::as_str).concat(), Some(Verdict::Accept)),
        ([&accept, &reject].map(String::as_str).concat(), Some(Verdict::Reject)),
        ([&accept, &undo].map(String::as_str).concat(), None),
        // A kill in the middle of a write.
        ([&accept, &reject[..40]].concat(), Some(Verdict::Accept)),
        ([&accept, reject.trim_end()].concat(), Some(Verdict::Reject)),
        // An editor saved it.
        (format!("\u{feff}{reject}"), Some(Verdict::Reject)),
        // Another program wrote it.
        (reject.replace("\"type\":\"decision\",", ""), Some(Verdict::Reject)),
    ] {
        let decisions = Decisions::parse(&lines).expect("decisions");
        assert_eq!(decisions.iter().map(|one| one.verdict).next(), want, "{lines}");
    }
}

#[test]
fn lines_that_are_no_decisions_are_named() {
    let all = findings(TEXT, &WORDS);
    let good = Decision::accept(&place(), TEXT, &all, 0, "military").to_line();
    for (line, says) in [
        ("{\"type\":\"finding\"}\n", "line 3: is not a decision: missing field"),
        ("nothing\n", "line 3: is not a decision: expected ident"),
        (&good.replace("\"decision\",", "\"note\","), "line 3: is a \"note\", not a decision"),
        (&good.replace("accept", "perhaps"), "line 3: is not a decision: no verdict is named \"perhaps\""),
    ] {
        let error = Decisions::parse(&format!("{good}\n{line}")).expect_err(line);
        assert!(error.to_string().starts_with(says), "{error}");
        assert_eq!(error.line(), 3);
    }
}

#[test]
fn decisions_follow_their_findings_through_changes() {
    let decisions = decided(&["r", "", "a", "", "a"]);
    // Text was added in front, lines were wrapped, a finding of the same id went.
    for (text, want) in [
        (
            format!("Today. {TEXT}"),
            "Today. The navy said that the armed forces of the nation, and the military, would stay within the country.",
        ),
        (
            TEXT.replace("The navy said that ", ""),
            "the armed forces of the nation, and the military, would stay within the country.",
        ),
        (
            TEXT.replace(' ', "\n"),
            "The\nnavy\nsaid\nthat\nthe\narmed\nforces\nof\nthe\nnation,\nand\nthe\nmilitary,\nwould\nstay\nwithin\nthe\ncountry.",
        ),
    ] {
        assert_eq!(applied(&decisions, &text, &WORDS), want);
    }
}

#[test]
fn accepted_replacements_whose_findings_are_gone_are_applied_or_reported() {
    let decisions = decided(&["", "", "a", "in", "r"]);
    let other = [("nation", "country")];
    let none = findings(TEXT, &[]);
    assert_eq!(decisions.find(&place(), TEXT, &none).elsewhere.len(), 2);
    let want = "The navy said that the armed forces of the nation, and the military, would stay in the nation.";
    assert_eq!(applied(&decisions, TEXT, &other), want);

    // Once they are applied there is nothing to do; where their words went, that is said.
    let again = decisions.find(&place(), want, &none);
    assert_eq!((again.elsewhere.len(), again.done.len(), again.lost.len()), (0, 2, 0));
    let gone = decisions.find(&place(), "Something else.", &none);
    assert_eq!((gone.elsewhere.len(), gone.done.len(), gone.lost.len()), (0, 0, 2));
    let twice = format!("{TEXT} {TEXT}");
    assert_eq!(decisions.find(&place(), &twice, &none).elsewhere.len(), 0);

    // The same words, now with another correction and so another id.
    let mut renamed = findings(TEXT, &[("within", "inside")]);
    renamed[0].id = "another id".into();
    assert_eq!(
        decisions.find(&place(), TEXT, &renamed).decided[0].and_then(|one| one.replacement.as_deref()),
        Some("in")
    );

    // Another finding's replacement goes first.
    let wider = [("the navy, would", "them")];
    let mut both = decisions.clone();
    let other = findings(TEXT, &wider);
    both.add(Decision::accept(&place(), TEXT, &other, 0, "them"));
    assert_eq!(both.find(&place(), TEXT, &other).lost.len(), 1);
}

#[test]
fn what_has_no_finding_makes_room_for_what_has() {
    let (wide, narrow) = (findings(TEXT, &[("the navy, would", "them")]), findings(TEXT, &[("navy", "military")]));
    let mut decisions = Decisions::default();
    decisions.add(Decision { id: "a".into(), ..Decision::accept(&place(), TEXT, &wide, 0, "them") });
    decisions.add(Decision { id: "b".into(), ..Decision::accept(&place(), TEXT, &narrow, 1, "army") });
    let matched = decisions.find(&place(), TEXT, &narrow);
    assert_eq!((matched.elsewhere.len(), matched.lost.len()), (0, 1));
    assert_eq!(applied(&decisions, TEXT, &[("navy", "military")]).matches("army").count(), 1);
}

#[test]
fn thousands_of_decisions_are_found_or_lost_in_no_time() {
    const COUNT: usize = 10_000;
    let paragraphs = (0..COUNT).map(|n| format!("On day {n} the navy of place {n} would stay.\n\n"));
    let text = paragraphs.collect::<Vec<_>>().concat();
    let findings = findings(&text, &[("navy", "military")]);
    let mut decisions = Decisions::default();
    for (n, finding) in findings.iter().enumerate() {
        let finding = Finding { id: format!("{n:05}"), ..finding.clone() };
        let (before, after) = surroundings(&text, finding.span);
        decisions.add(Decision {
            before: before.into(),
            after: after.into(),
            ..Decision::accept(&place(), &text, &[finding], 0, "military")
        });
    }
    // One by one in the whole text, and each against all others, this would take minutes.
    let lost = text.replace("navy of", "fleet from").replace("day", "night");
    for (text, want) in
        [(&text, (COUNT, 0, 0)), (&text.replace("navy", "military"), (0, COUNT, 0)), (&lost, (0, 0, COUNT))]
    {
        let matched = decisions.find(&place(), text, &[]);
        assert_eq!((matched.elsewhere.len(), matched.done.len(), matched.lost.len()), want);
    }
}

#[test]
fn words_that_went_at_the_edge_of_a_text_are_known_by_the_edge() {
    let cut = |text: &str, word: &str| {
        let mut decisions = Decisions::default();
        decisions.add(Decision::new(&place(), text, &findings(text, &[(word, "")]), 0, Verdict::Accept));
        decisions
    };
    for (text, word, left, other) in [
        (
            "Moreover it is used by many firms in towns.",
            "Moreover ",
            "it is used by many firms in towns.",
            "So it is used by many firms.",
        ),
        (
            "It is used by many large firms again",
            " again",
            "It is used by many large firms",
            "It is used by many large firms now",
        ),
    ] {
        let (decisions, none) = (cut(text, word), Vec::new());
        for (text, done) in [(left, 1), (other, 0)] {
            let matched = decisions.find(&place(), text, &none);
            assert_eq!((matched.done.len(), matched.lost.len()), (done, 1 - done), "{text}");
        }
    }
}

#[test]
fn to_accept_is_to_accept_the_first_correction() {
    let all = findings(TEXT, &WORDS);
    let plain = Decision::new(&place(), TEXT, &all, 0, Verdict::Accept);
    assert_eq!(plain, Decision::accept(&place(), TEXT, &all, 0, all[0].correction()));
    assert_eq!(Decision::new(&place(), TEXT, &all, 0, Verdict::Reject).replacement, None);
}

#[test]
fn thousands_of_findings_with_one_id_are_told_apart_in_no_time() {
    const COUNT: usize = 10_000;
    let text = (0..COUNT).map(|n| format!("Of {n} the navy was.\n\n")).collect::<Vec<_>>().concat();
    let all = findings(&text, &[("navy", "military")]);
    let mut decisions = Decisions::default();
    for n in (0..COUNT).rev() {
        // As if those before it were gone.
        decisions.add(Decision { nth: n + COUNT, ..Decision::accept(&place(), &text, &all[n..=n], 0, "military") });
    }
    let matched = decisions.find(&place(), &text, &all);
    assert!(matched.decided.iter().zip(&all).all(|(decision, finding)| {
        decision.is_some_and(|one| surroundings(&text, finding.span) == (one.before.as_str(), one.after.as_str()))
    }));
}

#[test]
fn people_who_disagree_are_named() {
    let all = findings(TEXT, &WORDS);
    let accept = |n, new: &str, name| by(Decision::accept(&place(), TEXT, &all, n, new), name);
    let verdict = |n, verdict, name| by(Decision::new(&place(), TEXT, &all, n, verdict), name);
    let mut decisions = Decisions::default();
    let mut others = Decisions::default();
    decisions.add(accept(0, "military", "anna"));
    decisions.add(accept(1, "country", "anna"));
    decisions.add(verdict(2, Verdict::Reject, "anna"));
    decisions.add(verdict(3, Verdict::Accept, "anna"));
    others.add(accept(0, "military", "ben"));
    others.add(accept(1, "republic", "ben"));
    others.add(verdict(2, Verdict::Ignore, "ben"));
    others.add(verdict(3, Verdict::Undecided, "ben"));
    decisions.merge(others);
    let conflicts: Vec<_> = decisions.conflicts().collect();
    assert_eq!(conflicts.len(), 1);
    let said: Vec<_> = conflicts[0].iter().map(|one| (one.by.as_deref(), one.replacement.as_deref())).collect();
    assert_eq!(said, [(Some("anna"), Some("country")), (Some("ben"), Some("republic"))]);
    assert!(applied(&decisions, TEXT, &WORDS).contains("of the republic,"));
    decisions.prefer("anna");
    assert_eq!(decisions.conflicts().count(), 0);
    // Only where they disagree.
    let by_ben = decisions.all().filter(|one| one.by.as_deref() == Some("ben")).count();
    assert_eq!(by_ben, 3);
    assert!(applied(&decisions, TEXT, &WORDS).contains("of the country,"));
}

#[test]
fn what_was_applied_is_known_among_other_repairs() {
    let text = "Ask a lot of within the nation navy men, brand new ones, and stay.";
    let words =
        [("a lot of", "many"), ("within", "in"), ("the nation", "our country"), ("navy", "army"), (" brand new", "")];
    let findings = findings(text, &words);
    let mut decisions = Decisions::default();
    (0..findings.len())
        .for_each(|n| decisions.add(Decision::accept(&place(), text, &findings, n, findings[n].correction())));
    let fixed = applied(&decisions, text, &words);
    assert_eq!(fixed, "Ask many in our country army men, ones, and stay.");
    let again = decisions.find(&place(), &fixed, &[]);
    assert_eq!((again.done.len(), again.lost.len(), again.elsewhere.len()), (5, 0, 0));
}

#[test]
fn decisions_outlive_what_was_applied_beside_them() {
    let text = "The big navy of our nation left. The old ships of the fleet, brand new or not, stay within a big harbor, \
                where the navy of our nation left.";
    // Each finding's id is of the words and what stands beside them.
    let found = |text: &str, words: &[(&str, &str)]| {
        let mut all = findings(text, words);
        for finding in &mut all {
            let beside = |side: &str| side.trim_matches(['.', ',', ' ']).to_owned();
            let before = text[..finding.span.start].rsplitn(4, ' ').take(3).map(beside).collect::<String>();
            let after = text[finding.span.end..].splitn(4, ' ').take(3).map(beside).collect::<String>();
            finding.id = format!("{}/{before}/{after}", finding.id);
        }
        all
    };
    let words = [
        ("big", "large"),
        ("navy", "military"),
        ("our nation", "the country"),
        ("ships", "vessels"),
        (" brand new", ""),
        ("within", "in"),
        ("harbor", "port"),
    ];
    // Many ways to accept some, of which some cannot be written, and to reject the others.
    let all = found(text, &words);
    for way in (0..3usize.pow(u32::try_from(all.len()).expect("few"))).step_by(37) {
        let way = |n: usize| way / 3usize.pow(u32::try_from(n).expect("few")) % 3;
        let mut decisions = Decisions::default();
        let mut written = Vec::new();
        for (n, finding) in all.iter().enumerate() {
            let accept = Decision::accept(&place(), text, &all, n, finding.correction());
            decisions.add(if way(n) == 0 { Decision::new(&place(), text, &all, n, Verdict::Reject) } else { accept });
            written.extend((way(n) == 1).then(|| Edit::from(finding)));
        }
        let fixed = Fixed::new(text, written);
        let left = found(&fixed.text, &words);
        let matched = decisions.find(&place(), &fixed.text, &left);
        let verdicts: Vec<_> = matched.decided.iter().map(|one| one.map(|one| one.verdict)).collect();
        let wanted = |finding: &Finding| {
            let was = all.iter().position(|was| was.span == fixed.map.to_original(finding.span));
            was.map(|was| if way(was) == 0 { Verdict::Reject } else { Verdict::Accept })
        };
        assert_eq!(verdicts, left.iter().map(wanted).collect::<Vec<_>>(), "{:?} {}", fixed.edits, fixed.text);
        assert_eq!((matched.elsewhere.len(), matched.lost.len()), (0, 0), "{}", fixed.text);
        assert_eq!(matched.done.len(), fixed.edits.len());
    }
}

#[test]
fn words_that_go_take_a_space_along() {
    for (text, words, want) in [
        ("the brand new car", &[("brand new", "")][..], "the car"),
        ("brand new car", &[("brand new", "")], "car"),
        ("a (brand new) car", &[("brand new", "")], "a () car"),
        ("the brand new ", &[("brand new", "")], "the "),
        // At the end of a line it is the one before; line breaks stay.
        ("it is brand new", &[("brand new", "")], "it is"),
        ("it is brand new\r\n\r\nThe", &[("brand new", "")], "it is\r\n\r\nThe"),
        ("it is\u{a0}brand new\n\nThe", &[("brand new", "")], "it is\n\nThe"),
        ("it\nbrand new\n\nThe", &[("brand new", "")], "it\n\nThe"),
        ("it\r\nbrand new\r\nby", &[("brand new", "")], "it\r\nby"),
        ("it is brand new\tThe", &[("brand new", "")], "it is The"),
        // Other words are not glued to what follows or stands before.
        ("cleans home windows", &[("home ", "very")], "cleans very windows"),
        ("many of them again", &[(" again", "once more")], "many of them once more"),
        ("cleans home windows", &[("home ", "very\u{a0}")], "cleans very\u{a0}windows"),
        ("cleans home windows", &[("home ", "")], "cleans windows"),
        // The space is another finding's.
        ("the brand new car", &[("brand new", ""), (" car", " cart")], "the  cart"),
        ("it is brand new\n", &[("is ", "was "), ("brand new", "")], "it was \n"),
        ("it is old new\n", &[("old", ""), ("new", "")], "it is \n"),
    ] {
        let findings = findings(text, words);
        let mut decisions = Decisions::default();
        (0..findings.len()).for_each(|n| {
            decisions.add(Decision::accept(&place(), text, &findings, n, findings[n].correction()));
        });
        let edits = decisions.find(&place(), text, &findings).edits(text, &findings);
        assert_eq!(Fixed::new(text, edits).text, want);
        let again = decisions.find(&place(), want, &[]);
        assert_eq!((again.elsewhere.len(), again.lost.len()), (0, 0), "{text:?}");
    }
}
