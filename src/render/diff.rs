//! Unified diffs that `git apply` takes, made record by record so that no file must fit in memory.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt::{self, Write as _};
use std::io::{self, Write};

use anstyle::{AnsiColor, Effects};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::human::paint;

/// Unchanged lines shown around changed ones.
const CONTEXT: usize = 3;

/// Writes the diff of one file.
///
/// # Examples
///
/// ```
/// use unspin::render::diff::Diff;
///
/// let mut diff = Diff::new(Vec::new(), "a.txt", false);
/// diff.record(b"the navy\n", b"the military\n")?;
/// assert_eq!(diff.finish()?, b"--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-the navy\n+the military\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Diff<W: Write> {
    out: W,
    /// As bytes: not every name is text.
    path: Vec<u8>,
    color: bool,
    /// Whether anything was written.
    changed: bool,
    /// What comes behind the last line end of the stretches so far.
    rest: (Vec<u8>, Vec<u8>),
    /// The line numbers that come next, from 1.
    next: (usize, usize),
    /// Unchanged lines that may come before a change.
    before: VecDeque<Vec<u8>>,
    hunk: Option<Hunk>,
}

struct Hunk {
    start: (usize, usize),
    lines: Vec<(Tag, Vec<u8>)>,
    /// Unchanged lines at its end.
    quiet: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Tag {
    Same,
    Old,
    New,
}

impl<W: Write> fmt::Debug for Diff<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = String::from_utf8_lossy(&self.path);
        f.debug_struct("Diff").field("path", &path).field("next", &self.next).finish_non_exhaustive()
    }
}

impl<W: Write> Diff<W> {
    /// Starts the diff of a file.
    pub fn new(out: W, path: impl AsRef<[u8]>, color: bool) -> Self {
        let mut path = path.as_ref();
        while let Some(rest) = path.strip_prefix(b"./").or_else(|| path.strip_prefix(b"/")) {
            path = rest;
        }
        let path = path.to_vec();
        let rest = Default::default();
        Self { out, path, color, changed: false, rest, next: (1, 1), before: VecDeque::new(), hunk: None }
    }

    /// Adds a stretch of the file, before and after; together they are all of it. Stretches end with lines, in UTF-16, too.
    ///
    /// # Errors
    ///
    /// Where the diff cannot be written.
    pub fn record(&mut self, old: &[u8], new: &[u8]) -> io::Result<()> {
        // A line of UTF-16LE ends one byte behind what ends a line of bytes.
        let whole = |rest: &mut Vec<u8>, more| -> (Cow<'_, [u8]>, usize) {
            let all = if rest.is_empty() { Cow::Borrowed(more) } else { Cow::Owned([rest.as_slice(), more].concat()) };
            let end = memchr::memrchr(b'\n', &all).map_or(0, |at| at + 1);
            *rest = all[end..].to_vec();
            (all, end)
        };
        let (old, new) = (whole(&mut self.rest.0, old), whole(&mut self.rest.1, new));
        self.lines(&old.0[..old.1], &new.0[..new.1])
    }

    fn lines(&mut self, old: &[u8], new: &[u8]) -> io::Result<()> {
        let old: Vec<&[u8]> = old.split_inclusive(|&byte| byte == b'\n').collect();
        if new.len() == old.iter().map(|line| line.len()).sum::<usize>() && old.concat() == new {
            return old.into_iter().try_for_each(|line| self.same(line));
        }
        let new: Vec<&[u8]> = new.split_inclusive(|&byte| byte == b'\n').collect();
        if old.len() == new.len() {
            // Edits hardly ever touch line breaks, so lines pair off.
            let mut at = 0;
            while at < old.len() {
                let last = (at..old.len()).find(|&n| old[n] == new[n]).unwrap_or(old.len());
                if last > at {
                    self.change(&old[at..last], &new[at..last]);
                    at = last;
                } else {
                    self.same(old[at])?;
                    at += 1;
                }
            }
            return Ok(());
        }
        for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
            let (was, is) = (op.old_range(), op.new_range());
            match op {
                DiffOp::Equal { .. } => old[was].iter().try_for_each(|line| self.same(line))?,
                _ => self.change(&old[was], &new[is]),
            }
        }
        Ok(())
    }

    /// Writes what is left, and gives the writer back.
    ///
    /// # Errors
    ///
    /// Where the diff cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        let (old, new) = std::mem::take(&mut self.rest);
        self.lines(&old, &new)?;
        self.close()?;
        Ok(self.out)
    }

    fn same(&mut self, line: &[u8]) -> io::Result<()> {
        self.next = (self.next.0 + 1, self.next.1 + 1);
        if let Some(hunk) = &mut self.hunk {
            hunk.lines.push((Tag::Same, line.to_vec()));
            hunk.quiet += 1;
            if hunk.quiet > 2 * CONTEXT {
                self.close()?;
            }
        } else {
            if self.before.len() == CONTEXT {
                self.before.pop_front();
            }
            self.before.push_back(line.to_vec());
        }
        Ok(())
    }

    fn change(&mut self, old: &[&[u8]], new: &[&[u8]]) {
        if self.hunk.is_none() {
            let context = self.before.len();
            let lines = self.before.drain(..).map(|line| (Tag::Same, line)).collect();
            let start = (self.next.0 - context, self.next.1 - context);
            self.hunk = Some(Hunk { start, lines, quiet: 0 });
        }
        if let Some(hunk) = &mut self.hunk {
            hunk.quiet = 0;
            hunk.lines.extend(old.iter().map(|line| (Tag::Old, line.to_vec())));
            hunk.lines.extend(new.iter().map(|line| (Tag::New, line.to_vec())));
        }
        self.next = (self.next.0 + old.len(), self.next.1 + new.len());
    }

    fn close(&mut self) -> io::Result<()> {
        let Some(mut hunk) = self.hunk.take() else { return Ok(()) };
        let keep = hunk.lines.len() - hunk.quiet.saturating_sub(CONTEXT);
        let spare = hunk.lines.split_off(keep);
        let skip = spare.len().saturating_sub(CONTEXT);
        self.before = spare.into_iter().skip(skip).map(|(_, line)| line).collect();

        if !self.changed {
            self.changed = true;
            let bold = paint(self.color, anstyle::Style::new().effects(Effects::BOLD));
            for (mark, side) in [("---", b"a".as_slice()), ("+++", b"b")] {
                writeln!(self.out, "{}{mark} {}{}", bold.0, quoted(&[side, b"/", &self.path].concat()), bold.1)?;
            }
        }
        let count = |tag: Tag| hunk.lines.iter().filter(|(t, _)| *t == Tag::Same || *t == tag).count();
        let cyan = paint(self.color, AnsiColor::Cyan.on_default());
        let (old, new) = (range(hunk.start.0, count(Tag::Old)), range(hunk.start.1, count(Tag::New)));
        writeln!(self.out, "{}@@ -{old} +{new} @@{}", cyan.0, cyan.1)?;
        let mut at = 0;
        while at < hunk.lines.len() {
            if hunk.lines[at].0 == Tag::Same {
                self.line(b' ', &hunk.lines[at].1)?;
                at += 1;
                continue;
            }
            // Changes of records that follow each other are shown as one: all old lines, then all new ones.
            let run = hunk.lines[at..].iter().take_while(|(tag, _)| *tag != Tag::Same).count();
            let changed = &hunk.lines[at..at + run];
            let side = |tag: Tag| changed.iter().filter(move |(t, _)| *t == tag).map(|(_, line)| line.as_slice());
            at += run;
            if self.color && side(Tag::Old).count() == side(Tag::New).count() {
                let pairs: Vec<(Vec<u8>, Vec<u8>)> =
                    side(Tag::Old).zip(side(Tag::New)).map(|(old, new)| emphasized(old, new)).collect();
                pairs.iter().try_for_each(|pair| self.line(b'-', &pair.0))?;
                pairs.iter().try_for_each(|pair| self.line(b'+', &pair.1))?;
            } else {
                side(Tag::Old).try_for_each(|line| self.line(b'-', line))?;
                side(Tag::New).try_for_each(|line| self.line(b'+', line))?;
            }
        }
        Ok(())
    }

    fn line(&mut self, mark: u8, line: &[u8]) -> io::Result<()> {
        let style = match mark {
            b'-' => paint(self.color, AnsiColor::Red.on_default()),
            b'+' => paint(self.color, AnsiColor::Green.on_default()),
            _ => Default::default(),
        };
        let (text, end) =
            line.strip_suffix(b"\n").map_or((line, &b"\n\\ No newline at end of file\n"[..]), |text| (text, b"\n"));
        self.out.write_all(style.0.as_bytes())?;
        self.out.write_all(&[mark])?;
        self.out.write_all(text)?;
        self.out.write_all(style.1.as_bytes())?;
        self.out.write_all(end)
    }
}

/// The parts of two texts, in order, cut between words: what both have, or what one has in place of what the other has.
///
/// # Examples
///
/// ```
/// use unspin::render::diff::compare_words;
///
/// let parts = compare_words("the Washington Put up said", "the Washington Post said");
/// assert_eq!(parts, [("the Washington ", "the Washington "), ("Put up", "Post"), (" said", " said")]);
/// ```
pub fn compare_words<'t>(old: &'t str, new: &'t str) -> Vec<(&'t str, &'t str)> {
    fn cut(text: &str) -> Vec<&[u8]> {
        text.as_bytes().chunk_by(|a, b| a.is_ascii_whitespace() == b.is_ascii_whitespace()).collect()
    }
    fn take<'t>(text: &mut &'t str, words: &[&[u8]]) -> &'t str {
        let (part, rest) = text.split_at(words.iter().map(|word| word.len()).sum());
        *text = rest;
        part
    }
    let (was, is, mut rest) = (cut(old), cut(new), (old, new));
    let ops = capture_diff_slices(Algorithm::Myers, &was, &is).into_iter();
    ops.map(|op| (take(&mut rest.0, &was[op.old_range()]), take(&mut rest.1, &is[op.new_range()]))).collect()
}

/// The lines with the words that differ underlined.
fn emphasized(old: &[u8], new: &[u8]) -> (Vec<u8>, Vec<u8>) {
    const ON: &[u8] = b"\x1b[1;4m";
    const OFF: &[u8] = b"\x1b[22;24m";
    let (old, new) = (words(old), words(new));
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let push = |to: &mut Vec<u8>, words: &[&[u8]], on: bool| {
        let text = words.concat();
        let (text, end) = text.strip_suffix(b"\n").map_or((text.as_slice(), &b""[..]), |text| (text, b"\n"));
        if on && !text.is_empty() {
            to.extend([ON, text, OFF, end].concat());
        } else {
            to.extend([text, end].concat());
        }
    };
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let changed = !matches!(op, DiffOp::Equal { .. });
        push(&mut left, &old[op.old_range()], changed);
        push(&mut right, &new[op.new_range()], changed);
    }
    (left, right)
}

/// A line cut into words and what is between them.
fn words(line: &[u8]) -> Vec<&[u8]> {
    line.chunk_by(|a, b| (a.is_ascii_alphanumeric() || *a >= 0x80) == (b.is_ascii_alphanumeric() || *b >= 0x80))
        .collect()
}

/// A range of lines as a hunk's head has it.
fn range(start: usize, count: usize) -> String {
    match count {
        0 => format!("{},0", start - 1),
        1 => start.to_string(),
        _ => format!("{start},{count}"),
    }
}

/// A path as git writes it: in quotes, with escapes, where it has odd characters.
fn quoted(path: &[u8]) -> String {
    if path.iter().all(|byte| (0x20..0x7f).contains(byte) && !b"\"\\".contains(byte)) {
        // git ends a name at a tab, so that names with spaces need one.
        let tab = if path.contains(&b' ') { "\t" } else { "" };
        return String::from_utf8_lossy(path).into_owned() + tab;
    }
    let mut out = String::from("\"");
    for &byte in path {
        match byte {
            b'"' | b'\\' => out.extend(['\\', byte as char]),
            b'\n' => out.push_str("\\n"),
            b'\t' => out.push_str("\\t"),
            0x20..0x7f => out.push(byte as char),
            _ => {
                let _ = write!(out, "\\{byte:03o}");
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(path: impl AsRef<[u8]>, records: &[(&str, &str)]) -> String {
        let mut diff = Diff::new(Vec::new(), path, false);
        for (old, new) in records {
            diff.record(old.as_bytes(), new.as_bytes()).expect("in memory");
        }
        String::from_utf8(diff.finish().expect("in memory")).expect("text")
    }

    #[test]
    fn hunks_keep_three_lines_of_context() {
        let old = (1..=30).map(|n| format!("line {n}\n")).collect::<Vec<_>>().concat();
        let new =
            old.replace("line 5\n", "LINE 5\n").replace("line 11\n", "LINE 11\n").replace("line 29\n", "LINE 29\n");
        let whole = diff("a.txt", &[(&old, &new)]);
        let heads: Vec<&str> = whole.lines().filter(|line| line.starts_with("@@")).collect();
        assert_eq!(heads, ["@@ -2,13 +2,13 @@", "@@ -26,5 +26,5 @@"]);
        // Line by line it is the same diff.
        let records: Vec<(&str, &str)> = old.split_inclusive('\n').zip(new.split_inclusive('\n')).collect();
        assert_eq!(diff("a.txt", &records), whole);
        assert_eq!(diff("a.txt", &[(&old, &old)]), "");
    }

    #[test]
    fn stretches_of_utf16_end_with_lines() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        // The last line has no end, and in one letter is the byte of one.
        let rows = [("a\n", "b\n"), ("c\n", "c\n"), ("\u{10a}d\n", "\u{10a}e\n"), ("f", "gg")];
        let mut by_row = Diff::new(Vec::new(), "a", false);
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for (before, after) in rows.map(|(before, after)| (utf16(before), utf16(after))) {
            by_row.record(&before, &after).expect("in memory");
            old.extend(before);
            new.extend(after);
        }
        let mut whole = Diff::new(Vec::new(), "a", false);
        whole.record(&old, &new).expect("in memory");
        let by_row = by_row.finish().expect("in memory");
        assert_eq!(by_row, whole.finish().expect("in memory"));
        assert_eq!(memchr::memmem::find_iter(&by_row, b"No newline").count(), 2);
    }

    #[test]
    fn ends_and_names() {
        assert_eq!(
            diff("./d é/a.txt", &[("x\r\nb", "x\r\nc")]),
            "--- \"a/d \\303\\251/a.txt\"\n+++ \"b/d \\303\\251/a.txt\"\n@@ -1,2 +1,2 @@\n x\r\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
        );
        assert_eq!(diff(b"a\xff", &[("a\n", "b\n")]).lines().next(), Some("--- \"a/a\\377\""));
        assert_eq!(diff("/tmp/a b", &[("a\nb\n", "a b\n")]).lines().next(), Some("--- a/tmp/a b\t"));
    }
}
