//! Corpora in memory, in stretches of some paragraphs that are drawn at random.

use std::io;
use std::path::{Path, PathBuf};

use super::corpus::{for_each_line, nothing};
use super::random::Random;

/// Paragraphs are read together until they have this many bytes.
const BYTES: usize = 1200;
/// Least words of a stretch; shorter ones say little.
const LEAST_WORDS: usize = 40;
/// Stretches drawn in a row without anything to learn from after which there is no more to hope for.
const FRUITLESS: usize = 5000;
/// News, science, wikipedia: as often as text is drawn from each.
const GROUPS: [usize; 5] = [0, 0, 0, 1, 2];

/// Stretches of news, science and wikipedia.
pub(super) struct Stretches {
    groups: [Vec<Box<str>>; 3],
    /// How far a walk through each group is.
    next: [usize; 3],
}

impl Stretches {
    /// Reads corpora, each into the group that its name says.
    ///
    /// # Errors
    ///
    /// Where a corpus cannot be read, or where there is no text.
    pub(super) fn read(paths: &[PathBuf]) -> io::Result<Self> {
        let mut groups: [Vec<Box<str>>; 3] = Default::default();
        for path in paths {
            let group = &mut groups[group(path)];
            let mut stretch = String::new();
            for_each_line(path, |line| {
                stretch.push_str(line);
                if stretch.len() > BYTES {
                    group.push(stretch.as_str().into());
                    stretch.clear();
                }
                Ok(())
            })?;
            if !stretch.is_empty() {
                group.push(stretch.into());
            }
        }
        if groups.iter().all(Vec::is_empty) {
            return Err(nothing("text; give at least one non-empty file"));
        }
        Ok(Self { groups, next: [0; 3] })
    }

    /// Number of stretches.
    pub(super) fn len(&self) -> usize {
        self.groups.iter().map(Vec::len).sum()
    }

    /// Any one of them.
    #[cfg(feature = "encoder")]
    pub(super) fn draw(&self, random: &mut Random) -> &str {
        let group = &self.groups[self.draw_group(random)];
        &group[random.below(group.len())]
    }

    /// The next one of a walk through each group, in an order drawn anew each time.
    pub(super) fn draw_next(&mut self, random: &mut Random) -> &str {
        let drawn = self.draw_group(random);
        let (group, next) = (&mut self.groups[drawn], &mut self.next[drawn]);
        let at = *next;
        let with = at + random.below(group.len() - at);
        group.swap(at, with);
        *next = (at + 1) % group.len();
        &group[at]
    }

    /// A group that holds anything.
    fn draw_group(&self, random: &mut Random) -> usize {
        loop {
            let group = GROUPS[random.below(GROUPS.len())];
            if !self.groups[group].is_empty() {
                return group;
            }
        }
    }
}

/// The group of a corpus.
fn group(path: &Path) -> usize {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.contains("science") {
        1
    } else if name.contains("wikipedia") {
        2
    } else {
        0
    }
}

/// Gives up where there is nothing to learn from.
#[derive(Default)]
pub(super) struct Patience {
    fruitless: usize,
}

impl Patience {
    /// Whether a stretch of so many words, with or without anything to learn from, is one to use.
    ///
    /// # Errors
    ///
    /// Where it is not, as all before it for long.
    pub(super) fn takes(&mut self, words: usize, anything: bool) -> io::Result<bool> {
        if anything && words >= LEAST_WORDS {
            self.fruitless = 0;
            return Ok(true);
        }
        self.fruitless += 1;
        if self.fruitless == FRUITLESS {
            return Err(nothing(&format!("stretch of {LEAST_WORDS} English words; give longer texts")));
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_says_nothing_of_what_is_in_a_corpus() {
        for (path, expected) in [("science.txt", 1), ("a/wikipedia_en.txt.zst", 2), ("science/news.txt", 0), ("-", 0)] {
            assert_eq!(group(Path::new(path)), expected, "{path}");
        }
    }
}
