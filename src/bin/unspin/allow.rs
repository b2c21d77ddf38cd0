//! The allow list of `unspin.toml`, written to so that comments, order and layout survive.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, ensure};
use toml_edit::{Array, DocumentMut, RawString, Value, value};

use crate::replacement;
use crate::wording::one_line;

/// Adds a phrase to the allow list of a settings file, which is made where there is none. The file is replaced at once,
/// or not at all. Says whether anything changed: a phrase that is there already, in whatever case, is not added again.
pub(crate) fn add(path: &Path, phrase: &str) -> anyhow::Result<bool> {
    let name = || path.display().to_string();
    let phrase = one_line(phrase);
    ensure!(!phrase.is_empty(), "an empty phrase cannot be allowed");
    let text = read(path)?;
    let Some(changed) = with(text.as_deref().unwrap_or_default(), &phrase).with_context(name)? else {
        return Ok(false);
    };
    replacement::replace(path, changed.as_bytes())?;
    Ok(true)
}

/// What a settings file holds, if it is there.
pub(crate) fn read(path: &Path) -> anyhow::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// Makes a settings file hold `before` again, or takes it away where it was not there, if it still holds `after`.
pub(crate) fn put_back(path: &Path, before: Option<&str>, after: Option<&str>) -> anyhow::Result<()> {
    ensure!(
        read(path)?.as_deref() == after,
        "{} was changed by somebody else; take the phrase out of it by hand",
        path.display()
    );
    match before {
        Some(text) => replacement::replace(path, text.as_bytes()),
        None => fs::remove_file(path).with_context(|| path.display().to_string()),
    }
}

/// The settings with the phrase allowed; `None` where it is already.
fn with(text: &str, phrase: &str) -> anyhow::Result<Option<String>> {
    let mut settings: DocumentMut = text.parse()?;
    let item = settings.entry("allow").or_insert_with(|| value(Array::new()));
    let list = item.as_array_mut().context("allow must be a list of phrases")?;
    let same = |value: &Value| value.as_str().is_some_and(|known| known.to_lowercase() == phrase.to_lowercase());
    if list.iter().any(same) {
        return Ok(None);
    }
    push(list, phrase);
    Ok(Some(settings.to_string()))
}

/// Adds to a list in its own layout: on a line of its own where the others are, below a comment on the last one.
fn push(list: &mut Array, phrase: &str) {
    let raw = |raw: Option<&RawString>| raw.and_then(RawString::as_str).unwrap_or_default().to_owned();
    let trailing = raw(Some(list.trailing()));
    let Some(last) = list.len().checked_sub(1).and_then(|last| list.get_mut(last)) else {
        list.push(phrase);
        if trailing.contains('\n') {
            let before = format!("{}\n    ", trailing.trim_end());
            list.iter_mut().for_each(|value| value.decor_mut().set_prefix(before.clone()));
            list.set_trailing("\n");
            list.set_trailing_comma(true);
        }
        return;
    };
    let before = raw(last.decor().prefix());
    let after = raw(last.decor().suffix()) + &trailing;
    let Some((_, indent)) = before.rsplit_once('\n').map(|(head, tail)| (head, tail.to_owned())) else {
        list.push(phrase);
        return;
    };
    last.decor_mut().set_suffix("");
    list.push(phrase);
    if let Some(new) = list.iter_mut().last() {
        new.decor_mut().set_prefix(format!("{}\n{indent}", after.trim_end()));
        new.decor_mut().set_suffix("");
    }
    list.set_trailing("\n");
    list.set_trailing_comma(true);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_and_comments_survive() {
        for (before, after) in [
            ("", "allow = [\"green zone\"]\n"),
            ("allow = []\n", "allow = [\"green zone\"]\n"),
            ("allow = [\"a\"] # why\n", "allow = [\"a\", \"green zone\"] # why\n"),
            (
                "# ours\nmin-confidence = 0.7 # sure\n\n[[override]]\npaths = [\"x\"]\n",
                "# ours\nmin-confidence = 0.7 # sure\nallow = [\"green zone\"]\n\n[[override]]\npaths = [\"x\"]\n",
            ),
            (
                "allow = [\n  \"a\", # one\n  # two\n  \"b\", # three\n]\nprior = 0.1\n",
                "allow = [\n  \"a\", # one\n  # two\n  \"b\", # three\n  \"green zone\",\n]\nprior = 0.1\n",
            ),
            ("allow = [\n\t\"a\" # one\n]\n", "allow = [\n\t\"a\", # one\n\t\"green zone\",\n]\n"),
            ("allow = [\n  # none yet\n]\n", "allow = [\n  # none yet\n    \"green zone\",\n]\n"),
        ] {
            assert_eq!(with(before, "green zone").expect(before).expect("new"), after);
            assert_eq!(with(after, "Green Zone").expect(after), None);
        }
        assert!(with("allow = 1\n", "x").is_err());
        assert!(with("allow = [\n", "x").is_err());
    }

    #[test]
    fn a_file_is_made_and_a_damaged_one_is_left() {
        let root = tempfile::tempdir().expect("a place");
        let path = root.path().join("unspin.toml");
        assert!(add(&path, " green\n zone ").expect("written"));
        assert!(!add(&path, "green zone").expect("read"));
        assert_eq!(fs::read_to_string(&path).expect("there"), "allow = [\"green zone\"]\n");
        assert!(add(&path, " ").is_err());
        fs::write(&path, "allow = [").expect("written");
        let error = format!("{:#}", add(&path, "x").expect_err("damaged"));
        assert!(error.contains("unspin.toml"), "{error}");
        assert_eq!(fs::read_to_string(&path).expect("there"), "allow = [");
    }
}
