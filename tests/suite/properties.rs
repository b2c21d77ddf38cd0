//! What holds for every text, through the public API.

use std::fs;
use std::sync::LazyLock;
use std::thread;

use proptest::prelude::*;
use unspin::{Config, Finding, Quotes, Report, Selection, SourceFile, Span, Unspinner};

static DEFAULT: LazyLock<Unspinner> = LazyLock::new(Unspinner::builtin);
static SPUN: LazyLock<Unspinner> = LazyLock::new(|| Unspinner::builder().assume_spun(true).build());
static LOW: LazyLock<Unspinner> = LazyLock::new(|| Unspinner::builder().assume_spun(true).min_confidence(0.05).build());
static SKIPPING: LazyLock<Unspinner> =
    LazyLock::new(|| Unspinner::builder().assume_spun(true).min_confidence(0.05).quotes(Quotes::Skip).build());

const ARTICLE: &str = include_str!("../examples/spun-article.txt");
const CLEAN: &str = include_str!("../examples/clean-article.txt");

/// Words that spinners leave and words around them, with the marks and spaces that texts really have.
const WORDS: [&str; 44] = [
    "the",
    "The",
    "Protection",
    "Secretary",
    "stated",
    "navy",
    "American",
    "White",
    "Home",
    "Supreme",
    "Courtroom",
    "counterfeit",
    "consciousness",
    "Washington",
    "Put",
    "up",
    "brand",
    "new",
    "precious",
    "loan",
    "providers",
    "that",
    "are",
    "payday",
    "of",
    "within",
    "nation",
    "resigned",
    "colonel",
    "profound",
    "neural",
    "organization",
    "a",
    "an",
    "U.S.",
    "Gen.",
    "2016",
    "said",
    "don’t",
    "Harlén",
    "東京",
    "e\u{301}",
    "😀",
    "user@example.org",
];
const GAPS: [&str; 12] = [" ", " ", " ", " ", ", ", ". ", ".\n\n", "\r\n", "\u{a0}", "-", " “", "” "];

/// Texts in which findings are likely.
fn prose() -> impl Strategy<Value = String> {
    proptest::collection::vec((0..WORDS.len(), 0..GAPS.len()), 0..60)
        .prop_map(|parts| parts.into_iter().flat_map(|(word, gap)| [WORDS[word], GAPS[gap]]).collect())
}

/// Words in which findings are likely, and nothing between them that ends a sentence or a quotation.
fn words() -> impl Strategy<Value = String> {
    proptest::collection::vec(0..WORDS.len(), 1..12)
        .prop_map(|words| words.into_iter().map(|word| WORDS[word]).collect::<Vec<_>>().join(" "))
}

/// Any characters at all.
fn unicode() -> impl Strategy<Value = String> {
    proptest::collection::vec(any::<char>(), 0..200).prop_map(|chars| chars.into_iter().collect())
}

/// Whether a correction makes one word of letters that what it replaces keeps apart.
fn joins(text: &str, span: Span, correction: &str) -> bool {
    let letter = char::is_alphanumeric;
    let (before, covered, after) = (&text[..span.start], &text[span.range()], &text[span.end..]);
    match correction {
        "" => before.ends_with(letter) && after.starts_with(letter),
        _ => {
            before.ends_with(letter) && correction.starts_with(letter) && !covered.starts_with(letter)
                || correction.ends_with(letter) && after.starts_with(letter) && !covered.ends_with(letter)
        }
    }
}

/// Asserts what every report on a text must be.
fn assert_sound(text: &str, report: &Report) {
    let mut at = 0;
    for finding in &report.findings {
        let span = finding.span;
        assert!(span.start < span.end && at <= span.start && span.end <= text.len(), "{span:?} in {text:?}");
        assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{span:?} in {text:?}");
        assert!(!finding.corrections.is_empty(), "{span:?} in {text:?}");
        assert!(text[span.range()] != *finding.correction(), "{span:?} stays as it is in {text:?}");
        for correction in &finding.corrections {
            assert!(!joins(text, span, &correction.text), "{span:?} for {correction:?} joins words of {text:?}");
        }
        let confidences: Vec<f32> = finding.corrections.iter().map(|correction| correction.confidence).collect();
        assert!(confidences.iter().all(|confidence| (0.0..=1.0).contains(confidence)), "{confidences:?}");
        assert!(confidences.is_sorted_by(|one, next| one >= next), "{confidences:?}");
        at = span.end;
    }
    assert!((0.0..=1.0).contains(&report.spun) && (0.0..=1.0).contains(&report.rate), "{text:?}");
    assert_eq!(report.family.is_some(), report.spun >= 0.5, "{text:?}");
    assert!((0.0..=1.0).contains(&report.share), "{text:?}");
    assert_eq!(report.share > 0.0, report.spun >= 0.5, "{text:?}");
}

/// Asserts that applying a selection changes the selected spans and not a byte beside them.
fn assert_only_spans_change(text: &str, report: &Report, selection: &Selection) {
    let fixed = report.fix(text, selection);
    let (mut at, mut there) = (0, 0);
    for edit in &fixed.edits {
        let gap = &text[at..edit.span.start];
        assert_eq!(&fixed.text[there..there + gap.len()], gap);
        there += gap.len();
        assert_eq!(&fixed.text[there..there + edit.text.len()], edit.text);
        there += edit.text.len();
        at = edit.span.end;
    }
    assert_eq!(&fixed.text[there..], &text[at..]);
    let selected = report.findings.iter().filter(|finding| selection.contains(finding)).count();
    assert_eq!(fixed.edits.len(), selected, "an edit was left out of {text:?}");
    if selected == 0 {
        assert_eq!(fixed.text, text);
    }
}

fn check(text: &str) {
    for unspinner in [&*DEFAULT, &*SPUN] {
        let report = unspinner.check(text);
        assert_sound(text, &report);
        for selection in [Selection::All, Selection::Automatic, Selection::Confidence(0.8), Selection::Ids(Vec::new())]
        {
            assert_only_spans_change(text, &report, &selection);
        }
    }
}

#[test]
fn awkward_texts_are_checked() {
    for text in [
        "",
        " ",
        "\u{feff}",
        "\0",
        "\u{ad}na\u{ad}vy",
        "a",
        "“",
        "'''",
        "the the the the the the the the",
        "\u{202e}The Protection Secretary\u{202c} stated",
        "The Protection\u{200d}Secretary stated",
        "İstanbul Protection Secretary ﬁeld ß ẞ",
        "U.S.U.S.U.S.",
    ] {
        check(text);
    }
    for (prior, counts) in [(f64::NAN, Config::default().prior), (-1.0, 0.0), (2.0, 1.0)] {
        let [report, same] = [prior, counts].map(|prior| Unspinner::builder().prior(prior).build().check(ARTICLE));
        assert_sound(ARTICLE, &report);
        assert_eq!(report, same, "{prior}");
    }
    for (least, counts) in [(f32::NAN, Config::default().min_confidence), (-1.0, 0.0), (5.0, 1.0)] {
        let [report, same] = [least, counts].map(|p| Unspinner::builder().min_confidence(p).build().check(ARTICLE));
        assert_eq!(report, same, "{least}");
    }
    check(&"precious ".repeat(5_000));
    check(&"x".repeat(100_000));
    check(&"“".repeat(2_000));
    check(&"e\u{301}".repeat(30_000));
}

#[test]
fn clean_articles_stay_and_spun_ones_are_repaired() {
    let report = DEFAULT.check(CLEAN);
    assert!(report.findings.is_empty());
    assert_eq!(report.fix(CLEAN, &Selection::All).text, CLEAN);
    check(ARTICLE);
    assert!(DEFAULT.check(ARTICLE).findings.len() > 10);
}

#[test]
fn spun_words_are_repaired_in_their_places() {
    for (text, fixed) in [
        ("PROTECTION SECRETARY STATED HE IS A PREVIOUS OFFICER.", "DEFENSE SECRETARY SAID HE IS A FORMER OFFICER."),
        (
            "THE JOINT CHIEFS OF EMPLOYEES' LETTER WAS LATE, THE PROTECTION SECRETARY STATED.",
            "THE JOINT CHIEFS OF STAFF'S LETTER WAS LATE, THE DEFENSE SECRETARY SAID.",
        ),
        (
            "The Protection Secretary stated it. Votes that were early counted.",
            "The Defense Secretary said it. Early votes counted.",
        ),
        (
            "The Labour Party's chief stated the pound fell 1.2 per cent, and the programme was cancelled. It was 3 p.c of the labour market.",
            "The Labour Party's chief said the pound fell 1.2 per cent, and the programme was cancelled. It was 3 per cent of the labour market.",
        ),
        ("The Protection Sec\u{2060}retary stated it.", "The Defense Sec\u{2060}retary said it."),
        ("Try to get-off of it, he stated.", "Try to get out of it, he said."),
        ("The agency has up-to-date its guidelines, he stated.", "The agency has updated its rules, he said."),
    ] {
        assert_eq!(SPUN.check(text).fix(text, &Selection::All).text, fixed);
    }
}

#[test]
fn names_and_what_authors_vouch_for_stay() {
    for kept in [
        "Joint Chiefs of Employees' [sic] letter",
        "Joint Chiefs of Employees's [sic] letter",
        "stated.docx",
        "STATED.PDF",
        "Stated.Com",
        "https://x.org/utilized–stated",
        "https://en.wikipedia.org/wiki/Vehicle_(utilized)_stated",
        "src/utilized/stated.rs",
        "utilized_vehicles",
        "stated_2024",
        "re-announcing",
        "re-examined",
        "the Protection Secretary (sic)",
        "the Nationwide Safety [sic] Council",
        "the Legal professional Common [sic!]",
        "the Division of Homeland Safety (SIC!)",
    ] {
        let text = format!("The Protection Secretary stated that {kept} was printed within the nation.");
        let fixed = SPUN.check(&text).fix(&text, &Selection::All).text;
        // What the sentence is about may leave "stated" open.
        let vouched = kept.to_lowercase().contains("sic");
        let start = if vouched { "The Defense Secretary" } else { "The Defense Secretary said" };
        assert!(fixed.starts_with(start) && fixed.contains(kept), "{fixed}");
    }
}

/// What was right stays right: further checks of the repaired text find a few things more, and soon none.
#[test]
fn fixing_converges() {
    for unspinner in [&*DEFAULT, &*SPUN] {
        let mut text = ARTICLE.to_owned();
        let mut counts = Vec::new();
        for _ in 0..4 {
            let report = unspinner.check(&text);
            counts.push(report.findings.len());
            text = report.fix(&text, &Selection::All).text;
        }
        assert!(
            counts[0] > 10 && counts[1..].iter().sum::<usize>() <= 3 && counts[3] == 0,
            "findings of each pass: {counts:?}"
        );
    }
}

#[test]
fn threads_that_share_an_unspinner_agree() {
    let texts = [ARTICLE, CLEAN, "The Protection Secretary stated that the navy would stay.", ""];
    let alone: Vec<Report> = texts.iter().map(|text| SPUN.check(text)).collect();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for (text, report) in texts.iter().zip(&alone) {
                    assert_eq!(&SPUN.check(text), report);
                }
            });
        }
    });
    // Nor does it matter what was checked before.
    assert_eq!(alone[0], Unspinner::builder().assume_spun(true).build().check(ARTICLE));
}

#[test]
fn a_second_check_of_single_sentences_finds_little() {
    let (mut first, mut second) = (0, 0);
    for sentence in ARTICLE.split_inclusive(['.', '\n']) {
        let report = SPUN.check(sentence);
        let fixed = report.fix(sentence, &Selection::All).text;
        first += report.findings.len();
        second += SPUN.check(&fixed).findings.len();
    }
    assert!(first > 0 && second * 4 <= first, "{first} findings, then {second}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn prose_is_checked_soundly(text in prose()) {
        check(&text);
    }

    #[test]
    fn quotations_stay_where_they_are_to_be_skipped(before in words(), quoted in words(), after in words()) {
        for (open, close) in [('“', '”'), ('"', '"')] {
            let text = format!("{before} {open}{quoted}{close} {after}.");
            let report = SKIPPING.check(&text);
            let start = before.len() + 1 + open.len_utf8();
            let inside = Span::new(start, start + quoted.len());
            prop_assert!(report.findings.iter().all(|finding| !finding.span.overlaps(inside)), "{text:?}: {report:?}");
            let fixed = report.fix(&text, &Selection::All).text;
            prop_assert!(fixed.contains(&format!("{open}{quoted}{close}")), "{text:?}: {fixed:?}");
        }
    }

    #[test]
    fn any_characters_are_checked_soundly(text in unicode()) {
        check(&text);
    }

    #[test]
    fn broken_articles_are_checked_soundly(cuts in proptest::collection::vec((0..ARTICLE.len(), any::<char>()), 1..12)) {
        let mut text = ARTICLE.to_owned();
        for (at, c) in cuts {
            if text.is_char_boundary(at) {
                text.insert(at, c);
            }
        }
        check(&text);
    }
}

/// `PROPTEST_CASES` runs more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(48)
}

/// Marks in an allowed phrase are those of the text.
#[test]
fn allowed_phrases_may_have_quotation_marks() {
    let text = "The so-called \"Protection Secretary\" stated it. The Protection Secretary stated they're here.";
    let fixed = |allow: &str| {
        let builder = Unspinner::builder().assume_spun(true).quotes(Quotes::Check).min_confidence(0.1);
        builder.allow([allow]).build().check(text).fix(text, &Selection::All).text
    };
    let nothing = fixed("nothing of it");
    assert!(!nothing.contains("Protection") && nothing.contains("they are"), "{nothing}");
    let kept = fixed("so-called \"Protection Secretary\"");
    assert!(kept.contains("\"Protection Secretary\"") && kept.contains("The Defense Secretary"), "{kept}");
    assert!(fixed("'re").contains("they're"), "{}", fixed("'re"));
}

#[test]
fn the_example_of_the_readme_is_what_comes_out() {
    let readme = include_str!("../../README.md");
    let (_, after) = readme.split_once("$ unspin diff tests/examples/spun-article.txt\n").expect("the example");
    let (diff, _) = after.split_once("```").expect("its end");
    let fixed = DEFAULT.check(ARTICLE).fix(ARTICLE, &Selection::All).text;
    for line in diff.lines() {
        let (mark, shown) = line.split_at(1);
        let text = if mark == "-" { ARTICLE } else { &fixed };
        for part in shown.split("...").map(|part| part.trim_matches([' ', '"'])) {
            assert!(text.contains(part), "{part:?} is not in:\n{text}");
        }
    }
}

#[test]
fn what_is_allowed_says_nothing_of_the_text() {
    let before = DEFAULT.check(ARTICLE);
    let phrases = before.findings.iter().map(|finding| ARTICLE[finding.span.range()].to_owned());
    let after = Unspinner::builder().allow(phrases).build().check(ARTICLE);
    let repaired = DEFAULT.check(&before.fix(ARTICLE, &Selection::All).text);
    assert!(before.spun > 0.9, "{before:?}");
    assert!(after.spun <= repaired.spun + 0.01, "{} allowed, {} repaired", after.spun, repaired.spun);
    assert_eq!((after.findings, after.rate), (Vec::new(), 0.0));
}

/// Nor is a part of an allowed phrase changed, but with all of it.
#[test]
fn what_is_allowed_stays_whole() {
    let text = "It is a brand new day in the nation, the Protection Secretary stated.";
    let fixed = |allow: &str| {
        let unspinner = Unspinner::builder().assume_spun(true).allow([allow]).build();
        unspinner.check(text).fix(text, &Selection::All).text
    };
    for (allow, kept) in [
        ("nothing of it", ["It is a new day", "the Defense Secretary said"]),
        ("brand  New day", ["It is a brand new day", "the Defense Secretary said"]),
        // What is shown of "a brand new day" for "a new day" is "brand" for nothing.
        ("brand", ["It is a brand new day", "the Defense Secretary said"]),
        ("Protection", ["It is a new day", "the Protection Secretary said"]),
    ] {
        let fixed = fixed(allow);
        assert!(kept.iter().all(|kept| fixed.contains(kept)), "{allow}: {fixed}");
    }
}

#[test]
fn what_is_found_stays_in_its_part_of_the_text() {
    // Parts are judged apart. Behind the last word of one there may be a mark that goes with it, before the first one an
    // article, or the blank that a line break goes to.
    let page = [CLEAN, ARTICLE, CLEAN].map(|text| text.repeat(5)).concat();
    let broken = page.split(". ").map(|sentence| format!("Bosom\nmalignant growth, {}. ", sentence.trim()));
    let all: Vec<String> = page.split_whitespace().map(|word| word.replace(|c: char| !c.is_alphabetic(), "")).collect();
    // Sentences are cut after 240 words: `before` ends one, `after` starts the next.
    let cut = |before: &str, after: &str| {
        let [before, after] = [before, after].map(|words| words.split(' ').map(str::to_owned).collect::<Vec<_>>());
        let mut words: Vec<String> = all.iter().filter(|word| !word.is_empty()).cloned().collect();
        for at in (240..words.len() - 10).step_by(240) {
            words[at - before.len()..at].clone_from_slice(&before);
            words[at..at + after.len()].clone_from_slice(&after);
        }
        words.join(" ")
    };
    let texts =
        [broken.collect(), cut("a", "counterfeit consciousness"), cut("the Joint Chiefs of Employees'", "letter")];
    texts.iter().for_each(|text| check(text));
}

#[test]
fn what_is_shown_can_be_allowed() {
    for unspinner in [&*LOW, &*SPUN] {
        for finding in unspinner.check(ARTICLE).findings {
            let words = ARTICLE[finding.span].trim();
            let mut config = unspinner.config().clone();
            config.allow.push(words.to_owned());
            let again = unspinner.check_with(ARTICLE, &config).findings;
            let shown: Vec<&str> = again.iter().map(|finding| ARTICLE[finding.span].trim()).collect();
            assert!(!shown.contains(&words), "{words}: {shown:?}");
        }
    }
}

#[test]
fn nothing_reaches_into_what_is_allowed() {
    let allowed = |phrase: &str| {
        let path = "allowed.csv".into();
        let file = SourceFile { path, bytes: format!("phrase,reason\n{phrase},house style\n").into_bytes() };
        Unspinner::builder().assume_spun(true).dictionaries(vec![file])
    };
    let settings = |phrase: &str| Unspinner::builder().assume_spun(true).allow([phrase]);
    // The article goes with the word behind it, or is mended where only its sound is wrong.
    let outdated = "He was such a outdated man that nobody stated it.";
    let unusual = "It was a unusual choice, the Protection Secretary stated.";
    for (text, phrase, expected) in [
        (outdated, "nothing of it", "He was such an old man that nobody said it."),
        (outdated, "such a", "He was such a outdated man that nobody said it."),
        (unusual, "nothing of it", "It was an unusual choice, the Defense Secretary said."),
        (unusual, "a unusual", "It was a unusual choice, the Defense Secretary said."),
    ] {
        for unspinner in [allowed(phrase).build(), settings(phrase).build()] {
            assert_eq!(unspinner.check(text).fix(text, &Selection::All).text, expected, "{phrase}");
        }
    }
    // What stands behind a number, and what goes on from the sentence before, is a part of it, too.
    for (text, phrase) in [
        ("The 3M's Protection Secretary stated that.", "3M's Protection Secretary stated"),
        ("The 747's Protection Secretary stated that.", "747's Protection Secretary stated"),
        ("The U.S.'s Protection Secretary stated that.", "U.S.'s Protection Secretary stated"),
        ("He went on vacation. A minimum of four folks came.", "vacation. A"),
    ] {
        let report = settings(&phrase.replace('\'', "’")).min_confidence(0.0).build().check(text);
        let start = text.find(phrase).expect("a part of the text");
        let words = Span::new(start, start + phrase.len());
        assert!(!report.findings.iter().any(|finding| finding.span.overlaps(words)), "{phrase}: {report:?}");
    }
    // It may go on in the next sentence, or paragraph.
    let text = "He would not do it in any way\n\nI have stated so.";
    for (phrase, found) in [("nothing of it", true), ("any way I have", false), ("in any way", false)] {
        let report = settings(phrase).min_confidence(0.0).build().check(text);
        let words = Span::new(19, 29);
        assert_eq!(report.findings.iter().any(|finding| finding.span.overlaps(words)), found, "{phrase}");
    }
}

#[test]
fn what_a_builder_is_given_is_used() {
    let file = |bytes: &str| {
        let file = SourceFile { path: "substitutions/own.csv".into(), bytes: bytes.into() };
        Unspinner::builder().builtin_dictionaries(false).dictionaries(vec![file])
    };
    let own = file("original,substitutes,source\nZyxel router,Zyxel switch,own\n").build();
    assert_eq!(own.substitutes_for("Zyxel switch")[0].original, "Zyxel router");
    assert!(own.substitutes_for("navy").is_empty());
    for wrong in
        [file("original,substitutes,source\nsay,state,mine\n"), Unspinner::builder().builtin_dictionaries(false)]
    {
        let message = wrong.clone().try_build().expect_err("at fault").to_string();
        let panic = std::panic::catch_unwind(|| wrong.build()).expect_err("panics");
        assert_eq!(panic.downcast_ref::<String>(), Some(&message));
    }
}

#[test]
fn whatever_is_shared_or_kept_can_be() {
    fn across_threads<T: Send + Sync + std::fmt::Debug + 'static>() {}
    fn errors<T: std::error::Error + Clone + PartialEq + Send + Sync + 'static>() {}
    fn moved<T: Send + std::fmt::Debug>(_: &T) {}
    across_threads::<(Unspinner, unspin::Builder, Config, Report, unspin::Fixed, unspin::Decisions)>();
    across_threads::<(unspin::render::Summary, unspin::eval::Evaluation, unspin::render::diff::Diff<Vec<u8>>)>();
    errors::<unspin::DictionaryError>();
    errors::<unspin::DecisionError>();
    errors::<unspin::UnknownName>();
    errors::<unspin::eval::GoldError>();
    moved(&DEFAULT.passages("", DEFAULT.config()));
    let one = SourceFile { path: "a.csv".into(), bytes: Vec::new() };
    assert_eq!(one, one.clone());
    let diff = unspin::render::diff::Diff::new(Vec::new(), "./a.txt", false);
    assert_eq!(format!("{diff:?}"), r#"Diff { path: "a.txt", next: (1, 1), .. }"#);
}

#[test]
fn a_batch_is_of_one_passage_at_least() {
    let mut passages = DEFAULT.passages(ARTICLE, DEFAULT.config());
    assert_eq!(passages.next_batch(0, |passage| passage.span.start), [0], "{passages:?}");
}

/// An interview is a text like others; a text that quotes what is odd is not odd itself.
#[test]
fn quotations_count_where_they_are_most_of_a_text() {
    let quoted = DEFAULT.check(&format!("“{}”", ARTICLE.replace('"', "").trim()));
    assert!(quoted.spun > 0.5 && quoted.findings.len() > 10, "{quoted:?}");
    let about = "Some phrases are found in no other papers than copied ones: “counterfeit consciousness”, “colossal \
                 information”, “profound neural organization” and “bosom peril” are known examples. ";
    let text = format!("{about}{CLEAN}");
    let report = DEFAULT.check(&text);
    assert!(report.spun < 0.5 && report.findings.is_empty(), "{report:?}");
}

/// What any text has here and there, such as odd words, must not add up in a long one.
#[test]
fn a_long_clean_text_is_judged_as_a_short_one() {
    let letter = "Your kind letter reached me on the evening of my return, and I have deferred an answer only because \
                  the fatigue of the journey left me unfit for any employment of the pen. The roads were exceedingly \
                  bad, and we were obliged to halt for the greater part of a day at a mean inn, whose mistress \
                  supplied our wants with more good will than abundance. My companion bore every inconvenience with \
                  great good humor, and beguiled the tedious hours with an account of his travels in his youth.";
    let one = DEFAULT.check(letter);
    assert!(one.findings.is_empty() && one.spun < 0.5, "{one:?}");
    for count in [4, 20, 60] {
        let many = DEFAULT.check(&format!("{letter}\n\n").repeat(count));
        assert!(many.findings.is_empty() && many.spun < 0.2, "{count}: {many:?}");
    }
    // The other way about, what is spun throughout is told however long it is.
    let long = DEFAULT.check(&format!("{ARTICLE}\n\n").repeat(12));
    let (found, once) = (long.findings.len(), DEFAULT.check(ARTICLE).findings.len());
    assert!(long.spun > 0.9 && found > 7 * once, "{} {found} {once}", long.spun);
}

/// Spun articles of several families, all of them different.
fn articles(each: usize) -> Vec<String> {
    let read = |family: &str| -> Vec<String> {
        let path = format!("{}/training/spun/{family}.json", env!("CARGO_MANIFEST_DIR"));
        let file = fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let articles: Vec<serde_json::Value> = serde_json::from_slice(&file).expect("a list of articles");
        let texts = articles.iter().map(|article| article["text"].as_str().expect("a text").to_owned());
        texts.take(each).collect()
    };
    ["thes_l", "phrasal_k", "science_e"].into_iter().flat_map(read).collect()
}

/// A clean rest makes the rate less by its share of the words, and not by more.
#[test]
fn the_rate_counts_the_words_that_were_swapped() {
    let articles = articles(8);
    let mut told = [0; 2];
    for article in &articles {
        let alone = DEFAULT.check(article);
        for text in [format!("{article}\n\n{CLEAN}"), format!("{CLEAN}\n\n{article}")] {
            // Where no paragraph ends, stretches mix the two, and some of the clean words count with the swapped ones.
            for (at, text, most) in [(0, text.replace('\n', " "), 1.65), (1, text.clone(), 1.4)] {
                let mixed = DEFAULT.check(&text);
                let share = alone.rate * alone.tokens as f64 / mixed.tokens as f64;
                // Some are taken for clean, of which there is no rate.
                if mixed.rate > 0.0 {
                    told[at] += 1;
                    assert!((0.85..=most).contains(&(mixed.rate / share)), "{} for {share}: {text}", mixed.rate);
                }
            }
        }
    }
    let least = 2 * articles.len() - 6;
    assert!(articles.len() == 24 && told.iter().all(|&told| told >= least), "{told:?} of {}", 2 * articles.len());
}

/// Findings of two texts that are the same but for `moved` bytes more at the start of the second, with their ids.
fn common(first: &[Finding], second: &[Finding], moved: usize) -> Vec<(String, String)> {
    let same = |one: &Finding| {
        let span = one.span.shifted(moved);
        second.iter().find(|other| other.span == span && other.correction() == one.correction())
    };
    first.iter().filter_map(|one| Some((one.id.clone(), same(one)?.id.clone()))).collect()
}

#[test]
fn the_same_finding_keeps_its_id() {
    // Wherever passages are cut: two ends lie in each text, and no empty line is there to cut at.
    for line_end in ["\n", "\r\n", " "] {
        let line = |n| format!("In item {n} the Protection Secretary stated that the navy left.{line_end}");
        let text = (0..1_500).map(line).collect::<Vec<_>>().concat();
        let before = SPUN.check(&text).findings;
        let new = format!("1999{line_end}").repeat(200);
        let common = common(&before, &SPUN.check(&(new.clone() + &text)).findings, new.len());
        assert!(before.len() >= 1_500 && common.len() >= before.len() - 2, "{} of {}", common.len(), before.len());
        assert!(common.iter().all(|(one, other)| one == other));
    }
    // Whatever marks stand around it, and in whatever paragraph; what is quoted is told with less confidence.
    let id = |text: &str| {
        let findings = LOW.check(text).findings;
        let own = findings.iter().find(|finding| &text[finding.span.range()] == "Protection");
        own.unwrap_or_else(|| panic!("{text}: {findings:?}")).id.clone()
    };
    let own = id("It was late, and the Protection Secretary stated it.");
    for same in [
        "It was late; and the Protection Secretary stated it.",
        "It was “late” — and the Protection Secretary stated it.",
        "It was late — and the “Protection Secretary” stated it.",
        "It was late, and the 'Protection Secretary' stated it.",
        "“It was late, and the Protection Secretary stated it.”",
        "He was early. And the Protection Secretary, stated it.",
        "It was late,\r\nand the\r\nProtection\r\nSecretary stated it.",
    ] {
        assert_eq!(id(same), own, "{same}");
    }
    let [one, broken] = [" ", "\n"].map(|gap| {
        let text = format!("They work on counterfeit{gap}consciousness, he said.");
        LOW.check(&text).findings.iter().map(|finding| finding.id.clone()).collect::<Vec<_>>()
    });
    assert!(!one.is_empty() && one == broken, "{one:?}, {broken:?}");
    assert_ne!(id("It was late, or the Protection Secretary stated it."), own);
    let [first, later] = ["", "It was late.\n\n"].map(|before| id(&format!("{before}Protection Secretary stated it.")));
    assert_eq!(first, later);
}

#[test]
fn code_stays_however_long_it_is() {
    let code = format!("```\n{}```", format!("{ARTICLE}\n\n").repeat(2 * (48 << 10) / ARTICLE.len()));
    // With the numbers, which thin out what is found, the code lies where the first passage ends.
    for numbers in [0, 9_000] {
        let before = format!("{ARTICLE}\n\n{}", "1998\n".repeat(numbers));
        let after = format!("\n\n{ARTICLE}");
        let sides = |inside: Span, text: &str| {
            let sides = [Span::new(0, inside.start), Span::new(inside.end, text.len())];
            let report = SPUN.check(text);
            assert!(report.findings.iter().all(|finding| inside.is_empty() || !finding.span.overlaps(inside)));
            sides.map(|side| report.findings.iter().filter(|finding| finding.span.overlaps(side)).count())
        };
        let end = before.len() + code.len();
        let with = sides(Span::new(before.len(), end), &format!("{before}{code}{after}"));
        let without = sides(Span::new(before.len(), before.len()), &format!("{before}{after}"));
        for (with, without) in with.into_iter().zip(without) {
            assert!(without > 5 && with + 1 >= without, "{with} for {without} with {numbers} numbers");
        }
    }
}

/// Each paragraph of a text in lines of at most so many characters, each behind an indent.
fn wrapped(text: &str, columns: usize, indent: &str) -> String {
    let mut out = String::new();
    for paragraph in text.split("\n\n") {
        let mut column = 0;
        for word in paragraph.split_whitespace() {
            if column > 0 && column + 1 + word.chars().count() > columns {
                (out, column) = (out + "\n", 0);
            }
            out += if column == 0 { indent } else { " " };
            out += word;
            column += 1 + word.chars().count();
        }
        out += "\n\n";
    }
    out
}

#[test]
fn wrapped_text_is_read_as_any_and_stays_wrapped() {
    let plain = SPUN.check(&wrapped(ARTICLE, usize::MAX, "")).findings.len();
    for (columns, indent) in [(38, ""), (38, "      "), (45, "\t"), (72, ""), (72, "  ")] {
        let text = wrapped(ARTICLE, columns, indent);
        let report = SPUN.check(&text);
        assert!(report.findings.len() + 2 >= plain, "{columns}: {} of {plain}", report.findings.len());
        let fixed = report.fix(&text, &Selection::All).text;
        assert_eq!(fixed.lines().count(), text.lines().count(), "{columns}: {fixed}");
        let lines = fixed.lines().filter(|line| !line.is_empty());
        for line in lines {
            assert!(line.starts_with(indent) && line.trim_end() == line, "{columns}: {line:?}");
            assert!(line.trim().chars().count() <= columns + 20, "{columns}: {line:?}");
        }
    }
}

#[test]
fn marks_that_nobody_sees_hide_nothing() {
    let plain = SPUN.check(ARTICLE).findings.len();
    for mark in ['\u{200e}', '\u{200f}', '\u{2068}', '\u{200d}', '\u{200c}', '\u{2060}'] {
        let text: String = ARTICLE.split_inclusive(' ').flat_map(|word| [word.to_owned(), mark.into()]).collect();
        assert_eq!(SPUN.check(&text).findings.len(), plain, "{mark:?}");
    }
}
