//! Are the dictionaries' sources in order? Form, duplicates, sources, and what clean English has to say.

mod canonical;
mod english;
mod fault;
mod figures;
mod form;
mod known;
mod rows;
mod schema;
mod substitution;
mod values;

use self::english::English;
pub use self::fault::{DictionaryFault, FaultKind};
pub use self::figures::FileFigures;
use self::known::Known;
use self::rows::Rows;
use super::source::SourceFile;

impl SourceFile {
    /// What is wrong with the sources of dictionaries, in order of place.
    ///
    /// Rows are held against the built-in language model: an original that it lacks cannot be proposed, and a published
    /// phrase that clean English says more often than its correction needs a condition, with which it weighs less.
    ///
    /// Costs about a second for 200,000 substitutions.
    ///
    /// # Examples
    ///
    /// ```
    /// use unspin::{FaultKind, SourceFile};
    ///
    /// let file = |path: &str, text: &str| SourceFile { path: path.into(), bytes: text.into() };
    /// let sources = file("sources.csv", "id,title,license,origin,date\nown,Mine,MIT,own,2026-11\n");
    /// let words = file("substitutions/own.csv", "original,substitutes,source\nsay,state|state|tell,own\n");
    /// let fault = &SourceFile::verify(&[sources, words.clone()])[0];
    /// assert_eq!((fault.kind, fault.line, fault.column), (FaultKind::Duplicate, 2, 5));
    /// assert!(fault.to_string().starts_with("substitutions/own.csv:2:5: "));
    ///
    /// // What is in the wrong form is repaired by writing it anew.
    /// assert!(fault.kind.is_repaired());
    /// let words = SourceFile { bytes: words.canonical()?, ..words };
    /// assert_eq!(words.bytes, b"original,substitutes,source\nsay,state|tell,own\n");
    /// assert_eq!(words.figures()?.pairs, 2);
    /// # Ok::<(), unspin::DictionaryError>(())
    /// ```
    pub fn verify(files: &[Self]) -> Vec<DictionaryFault> {
        let english = English::builtin();
        let tables: Vec<Result<Rows<'_>, Box<DictionaryFault>>> = files.iter().map(Rows::read).collect();
        let known = Known::of(tables.iter().flatten(), &english);
        let mut faults = Vec::new();
        for rows in tables.iter().flatten() {
            faults.extend(check(rows, &known));
        }
        faults.extend(tables.into_iter().filter_map(Result::err).map(|fault| *fault));
        faults.sort();
        faults
    }
}

/// What is wrong with a table.
fn check(rows: &Rows<'_>, known: &Known<'_>) -> Vec<DictionaryFault> {
    let mut faults = Vec::new();
    form::check(rows, &mut faults);
    for record in &rows.records {
        values::check(rows, record, known, &mut faults);
        substitution::check(rows, record, known, &mut faults);
    }
    if !faults.iter().any(|fault| fault.kind.is_repaired()) {
        faults.extend(form::unlike_canonical(rows.file));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.into(), bytes: text.into() }
    }

    fn sources() -> SourceFile {
        file("sources.csv", "id,title,license,origin,date\nown,Mine,MIT,own,2026-11\n")
    }

    #[test]
    fn faults_are_named_with_their_place() {
        let header = "original,substitutes,source\n";
        let attested = "spun,original,family,count,pages,source\n";
        let phrases = "phrase,correction,source\n";
        let published = "spun,original,papers,required,excluded,source\n";
        let conflict = Some(FaultKind::Conflict);
        for (path, text, line, column, kind) in [
            ("substitutions/a.csv", format!("{header}say,state|tell,own\n"), 0, 0, None),
            ("substitutions/a.csv", format!("{header}say,state|state,own\n"), 2, 5, Some(FaultKind::Duplicate)),
            ("substitutions/a.csv", format!("{header}say,state|Say,own\n"), 2, 5, Some(FaultKind::Identity)),
            ("substitutions/a.csv", format!("{header}say,state (so),own\n"), 2, 5, Some(FaultKind::Brackets)),
            (
                "substitutions/a.csv",
                format!("{header}say (so),state (so)|tell,own\n"),
                2,
                10,
                Some(FaultKind::Brackets),
            ),
            ("phrases/a.csv", format!("{phrases}Dail Post,Daily Post (DP),own\n"), 2, 1, Some(FaultKind::Brackets)),
            ("substitutions/a.csv", format!("{header}say,state| tell,own\n"), 2, 5, Some(FaultKind::Form)),
            ("substitutions/a.csv", format!("{header}say,state,own\nsay,tell,own\n"), 3, 1, Some(FaultKind::Duplicate)),
            ("phrases/a.csv", format!("{phrases}Daily Post,mail,own\ndaily post,news,own\n"), 3, 1, conflict),
            ("allowed.csv", "phrase,reason\nGreen Zone,a\ngreen zone,b\n".into(), 3, 1, conflict),
            ("allowed.csv", "phrase,reason\nGreen Zone,a\ngreen zone,a\n".into(), 3, 1, Some(FaultKind::Duplicate)),
            (
                "substitutions/published.csv",
                format!("{published}navy gathering,military group,1,,,own\nnavy gathering,military group,2,,,own\n"),
                3,
                1,
                conflict,
            ),
            ("examples/a.csv", "text,flagged,expected\nIt is so.,no,\nIt is so.,yes,\n".into(), 3, 1, conflict),
            ("substitutions/a.csv", format!("{header}say,state,own\nask,beg,own\n"), 3, 1, Some(FaultKind::Form)),
            ("substitutions/a.csv", format!("{header}say,state,other\n"), 2, 11, Some(FaultKind::Unknown)),
            ("substitutions/a.csv", format!("{header}\"say, so\",state,other\n"), 2, 17, Some(FaultKind::Unknown)),
            ("substitutions/a.csv", format!("{header}xqzzt,state,own\n"), 2, 1, Some(FaultKind::Lexicon)),
            ("substitutions/a.csv", format!("{header}say,state\n"), 2, 1, Some(FaultKind::Malformed)),
            ("substitutions/a.csv", format!("{header}say, |,own\n"), 2, 1, Some(FaultKind::Malformed)),
            ("substitutions/seen.csv", format!("{attested},say,science,1,1,own\n"), 2, 1, Some(FaultKind::Malformed)),
            ("phrases/a.csv", format!("{phrases}Daily Post,,own\n"), 2, 1, Some(FaultKind::Malformed)),
            ("substitutions/a.csv", header.replace("source", "from"), 1, 1, Some(FaultKind::Malformed)),
            ("substitutions/a.csv", format!("{header}say,state,own\r\n"), 2, 1, Some(FaultKind::Form)),
            (
                "substitutions/attested.csv",
                format!("{attested}state,say,news,1,1,own\n"),
                2,
                11,
                Some(FaultKind::Unknown),
            ),
            (
                "substitutions/attested.csv",
                format!("{attested}state,say,science,x,1,own\n"),
                2,
                1,
                Some(FaultKind::Malformed),
            ),
            ("words.csv", String::new(), 1, 1, Some(FaultKind::Malformed)),
            ("allowed.csv", "phrase,reason\ngreen zone,\n".to_owned(), 2, 12, Some(FaultKind::Unknown)),
            ("seldom.csv", "word,stood,swapped,source\nthe,200,3,own\n".to_owned(), 0, 0, None),
            ("seldom.csv", "word,stood,swapped,source\nthe,200,4,own\n".to_owned(), 2, 9, Some(FaultKind::Unknown)),
            ("seldom.csv", "word,stood,swapped,source\nthe,199,0,own\n".to_owned(), 2, 9, Some(FaultKind::Unknown)),
        ] {
            let faults = SourceFile::verify(&[sources(), file(path, &text)]);
            let found = faults.first().map(|fault| (fault.line, fault.column, fault.kind));
            assert_eq!(found, kind.map(|kind| (line, column, kind)), "{text:?}: {faults:?}");
            assert!(faults.len() <= 1, "{text:?}: {faults:?}");
        }
        // A mark inside of a field quotes nothing.
        let marked = file("substitutions/a.csv", &format!("{header}say,5\" state,other\n"));
        let faults = SourceFile::verify(&[sources(), marked]);
        assert!(
            faults.iter().any(|fault| (fault.line, fault.column, fault.kind) == (2, 14, FaultKind::Unknown)),
            "{faults:?}"
        );
        // A word that is right may be named; what clean English says needs a condition, what it never says does not.
        let rare = file("substitutions/a.csv", &format!("{header}xqzzt,state,own\n"));
        assert_eq!(SourceFile::verify(&[sources(), rare, file("lexicon.csv", "word,reason\nxqzzt,a name\n")]), []);
        let phrases = "phrase,correction,source\n";
        for (phrase, kind) in [("the people", Some(FaultKind::Common)), ("navy tribunal people", None)] {
            let row = file("phrases/a.csv", &format!("{phrases}{phrase},walrus inflammation,own\n"));
            let found = SourceFile::verify(&[sources(), row]);
            assert_eq!(found.first().map(|fault| fault.kind), kind, "{phrase}");
        }
        // Neither of two sources and licenses is dropped.
        let rows = "id,title,license,origin,date\nmine,Mine,MIT,,\nmine,Mine,own,,\ntheirs,Theirs,MIT,,\n";
        let substitutes = file("substitutions/a.csv", &format!("{header}say,state,mine\nsay,tell,theirs\n"));
        let both = [file("sources.csv", rows), substitutes];
        let found = SourceFile::verify(&both);
        assert_eq!(
            found.iter().map(|fault| (fault.line, fault.kind)).collect::<Vec<_>>(),
            [(3, FaultKind::Conflict); 2]
        );
        for file in &both {
            assert_eq!(file.canonical().expect("a table"), file.bytes);
        }
        // What is said to have one original has no other, but for its spelling and its acronym.
        for (correction, another, kind) in [
            ("High Court", "Supreme Court", Some(FaultKind::Ambiguous)),
            ("High Court", "High Court", None),
            ("Department of Defense", "Department of Defence", None),
            ("denial of service", "denial-of-service", None),
            ("European Central Bank", "ECB", None),
        ] {
            let certain = file("phrases/a.csv", &format!("{phrases}Grommet Sprocket,{correction},own\n"));
            let table = file("substitutions/a.csv", &format!("{header}{another},Big|grommet sprocket,own\n"));
            let found = SourceFile::verify(&[sources(), certain, table]);
            assert_eq!(found.first().map(|fault| fault.kind), kind, "{another}: {found:?}");
        }
        let unlicensed = file("sources.csv", "id,title,license,origin,date\nown,Mine,,own,2026-11\n");
        let fault = &SourceFile::verify(&[unlicensed])[0];
        assert_eq!(fault.kind, FaultKind::License);
        assert_eq!(fault.to_string(), format!("sources.csv:2:10: {}; {}", fault.message, fault.remedy));
    }
}
