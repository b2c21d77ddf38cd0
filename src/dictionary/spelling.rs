//! British and American spellings of the same words.
//!
//! The tables are in American spelling: British words of a text, and of rows, are looked up as their American twins,
//! and a correction is written as its text spells.

use super::pack::{Pack, Section};
use crate::text::case::{self, Case};

/// Where a pair of spellings counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// In look-up only: the American form is good British English in another sense ("license").
    Lookup,
    /// In what is written too, but for names ("World Trade Center").
    Common,
    /// In names too ("Defence Secretary").
    Names,
}

impl Use {
    pub(crate) const ALL: [Self; 3] = [Self::Lookup, Self::Common, Self::Names];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lookup => "lookup",
            Self::Common => "common",
            Self::Names => "names",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// Whether the American form is a British one too, as Oxford has it ("organize").
fn is_oxford(american: &str) -> bool {
    american.contains("iz")
}

/// The sections of a pack for these pairs: British, American and use.
pub(crate) fn sections(pairs: &[(&str, &str, Use)], id: impl Fn(&str) -> Option<u32>) -> [(Section, Vec<u8>); 4] {
    let mut british: Vec<String> = Vec::new();
    let mut american: Vec<String> = Vec::new();
    let (mut twins, mut marks) = (Vec::new(), Vec::new());
    for &(uk, us, using) in pairs {
        british.push(format!("{uk}\t{us}\t{}", using.name()));
        if using != Use::Lookup {
            american.push(format!("{us}\t{uk}\t{}", using.name()));
        }
        let (Some(uk), Some(id_us)) = (id(uk), id(us)) else { continue };
        twins.push([uk, id_us, u32::from(using != Use::Lookup)]);
        if using != Use::Lookup && !is_oxford(us) {
            marks.push(id_us);
        }
    }
    british.sort();
    american.sort();
    twins.sort_unstable();
    marks.sort_unstable();
    let bytes = |numbers: &mut dyn Iterator<Item = u32>| numbers.flat_map(u32::to_le_bytes).collect::<Vec<u8>>();
    [
        (Section::British, british.join("\n").into_bytes()),
        (Section::American, american.join("\n").into_bytes()),
        (Section::Twins, bytes(&mut twins.into_iter().flatten())),
        (Section::Marks, bytes(&mut marks.into_iter())),
    ]
}

/// What only British English writes as several words ("per cent"), and the one word that American English has.
pub(crate) struct Parted {
    pub(crate) parts: Vec<u32>,
    pub(crate) american: u32,
}

impl Parted {
    /// All of those whose words are known.
    pub(super) fn all<'d>(
        spellings: impl Iterator<Item = (&'d str, &'d str, Use)>,
        id: impl Fn(&str) -> Option<u32>,
    ) -> Vec<Self> {
        let pairs = spellings.filter(|(british, _, using)| british.contains(' ') && *using != Use::Lookup);
        let parted = |(british, american, _): (&str, &str, _)| {
            Some(Self { parts: british.split(' ').map(&id).collect::<Option<_>>()?, american: id(american)? })
        };
        pairs.filter_map(parted).collect()
    }
}

impl Pack {
    /// Every pair of spellings: British, American and use.
    pub(crate) fn spellings(&self) -> impl Iterator<Item = (&str, &str, Use)> {
        self.lines(Section::British).filter_map(fields)
    }

    /// The American spelling of a word in its look-up form, where it is British.
    pub(crate) fn american(&self, british: &str) -> Option<&str> {
        self.find(Section::British, british).map(|(american, _)| american)
    }

    /// The id of a word's American twin, or its own.
    pub(crate) fn twin(&self, word: u32) -> u32 {
        self.twins(word).map_or(word, |[_, american, _]| american)
    }

    /// 1 for a word that only British English spells like this, -1 for American, else 0.
    pub(crate) fn spelling(&self, word: u32) -> i32 {
        if self.twins(word).is_some_and(|twins| twins[2] > 0) {
            return 1;
        }
        let marks = self.section(Section::Marks).as_chunks::<4>().0;
        -i32::from(marks.binary_search_by_key(&word, |mark| u32::from_le_bytes(*mark)).is_ok())
    }

    fn twins(&self, word: u32) -> Option<[u32; 3]> {
        let twins = self.section(Section::Twins).as_chunks::<12>().0;
        let number = |record: &[u8; 12], at: usize| u32::from_le_bytes(record.as_chunks::<4>().0[at]);
        let at = twins.binary_search_by_key(&word, |record| number(record, 0)).ok()?;
        Some([0, 1, 2].map(|field| number(&twins[at], field)))
    }

    /// A phrase as a British text writes it.
    ///
    /// Words of a name keep their spelling, but for those that are spelled anew in names too; `opens` tells that the
    /// phrase starts a sentence, where a capital proves nothing.
    pub(crate) fn write_british(&self, phrase: &str, opens: bool) -> String {
        let mut out = String::with_capacity(phrase.len());
        let mut rest = phrase;
        let mut first = opens;
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            let shape = case::of(word);
            let common = first || !matches!(shape, Case::Title);
            match self.find(Section::American, &word.to_lowercase()) {
                Some((british, using)) if common || using == Use::Names => match shape {
                    Case::Upper => out.push_str(&british.to_uppercase()),
                    Case::Title => out.push_str(&case::capitalize(british)),
                    _ => out.push_str(british),
                },
                _ => out.push_str(word),
            }
            first &= word.is_empty();
            let between = after.find(char::is_alphabetic).unwrap_or(after.len());
            out.push_str(&after[..between]);
            rest = &after[between..];
        }
        out
    }

    /// The line of a sorted section that starts with this word: its second field and its use.
    fn find(&self, section: Section, word: &str) -> Option<(&str, Use)> {
        let lines = self.section(section);
        let (mut low, mut high) = (0, lines.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let line_end = |byte: &u8| *byte == b'\n';
            let start = lines[low..middle].iter().rposition(line_end).map_or(low, |at| low + at + 1);
            let end = lines[middle..high].iter().position(line_end).map_or(high, |at| middle + at);
            let (found, second, using) = fields(std::str::from_utf8(&lines[start..end]).ok()?)?;
            match found.cmp(word) {
                std::cmp::Ordering::Equal => return Some((second, using)),
                std::cmp::Ordering::Less => low = (end + 1).min(high),
                std::cmp::Ordering::Greater => high = start,
            }
        }
        None
    }
}

fn fields(line: &str) -> Option<(&str, &str, Use)> {
    let (first, rest) = line.split_once('\t')?;
    let (second, using) = rest.split_once('\t')?;
    Some((first, second, Use::from_name(using)?))
}

#[cfg(test)]
mod tests {
    use crate::dictionary::Dictionary;

    #[test]
    fn corrections_follow_the_spelling_of_their_text() {
        let dictionary = Dictionary::builtin();
        for (american, opens, british) in [
            ("the color of labor", false, "the colour of labour"),
            ("Defense Secretary", false, "Defence Secretary"),
            ("World Trade Center", false, "World Trade Center"),
            ("Centers across town", true, "Centres across town"),
            ("organized", false, "organised"),
            ("ORGANIZED", false, "ORGANISED"),
            ("license", false, "license"),
            ("plain words", false, "plain words"),
            ("1.2 percent", false, "1.2 per cent"),
            ("", false, ""),
        ] {
            assert_eq!(dictionary.pack.write_british(american, opens), british, "{american}");
        }
    }

    #[test]
    fn words_are_british_american_or_neither() {
        let dictionary = Dictionary::builtin();
        let spelling = |word: &str| dictionary.ngrams.id(word).map(|id| dictionary.pack.spelling(id));
        let words = ["colour", "color", "organise", "organize", "license", "house"];
        assert_eq!(words.map(spelling), [1, -1, 1, 0, 0, 0].map(Some));
        let id = |word: &str| dictionary.ngrams.id(word).expect("a word");
        assert_eq!(dictionary.pack.twin(id("defence")), id("defense"));
        assert_eq!(dictionary.pack.american("honoured"), Some("honored"));
        assert_eq!(dictionary.pack.american("aardvark"), None);
    }
}
