//! The input that is being read: whether what it holds is what was asked for is known at its end.

use serde::{Deserialize, Serialize};
use unspin::input::{Format, Source};

use super::Event;
use super::check::Counted;
use crate::args::Common;

/// What is known of the input that is being read.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Current {
    /// It has records that hold something.
    records: bool,
    /// Some of them have texts, or the field, with none in it.
    texts: bool,
    /// Those that have none.
    #[serde(default)]
    textless: u64,
    /// Those with a text that looks like HTML and is read as it is.
    #[serde(default)]
    html: u64,
    /// Something was said of a word that was to be a directive.
    #[serde(default)]
    misspelled: bool,
}

/// What is wrong with an input at its end.
pub(super) struct Lack {
    pub(super) message: String,
    /// The input was only found, and nobody said which field is text.
    pub(super) unasked: bool,
}

/// Records without a text that a part of an input may well consist of.
const FEW: u64 = 20;

/// Follows the input that is being read.
pub(super) struct Reading {
    source: Option<Source>,
    pub(super) current: Current,
    /// An input began in this run: what is known of one that began before is kept for the first.
    begun: bool,
    /// The run reads a part of the records, which may well be one without texts, if they are few.
    sharded: bool,
}

impl Reading {
    /// Goes on with what is known of the input that the run begins in.
    pub(super) fn new(current: Current, sharded: bool) -> Self {
        Self { source: None, current, begun: false, sharded }
    }

    /// What is worth a word about an input, mostly at its end, and no trouble.
    pub(super) fn remarks<T>(&self, event: &Event<T>, counted: &Counted, common: Common) -> Vec<String> {
        if let Some(misspelled) = counted.misspelled.as_ref().filter(|_| !self.current.misspelled) {
            return vec![misspelled.clone()];
        }
        let (Event::End, Some(source)) = (event, &self.source) else { return Vec::new() };
        let Current { textless, html, .. } = self.current;
        let (name, fields) = (source.name(), source.fields.join(" or "));
        let mut remarks = Vec::new();
        if html > 0 && !common.quiet {
            let looks = if html == 1 { "record looks" } else { "records look" };
            remarks.push(format!(
                "{name}: the text in {fields:?} of {html} {looks} like HTML, and tags and scripts in it are read as text; \
                 say --field-format html, or text"
            ));
        }
        if textless > 0 && common.verbose {
            let have = if textless == 1 { "record has" } else { "records have" };
            remarks.push(format!("{name}: {textless} {have} no text in {fields:?}"));
        }
        remarks
    }

    /// Takes an event in; says what is wrong with an input at its end.
    pub(super) fn follow<T>(&mut self, event: &Event<T>, counted: &Counted) -> Option<Lack> {
        match event {
            Event::Start(source, _) => {
                if std::mem::replace(&mut self.begun, true) {
                    self.current = Current::default();
                }
                self.source = Some(source.clone());
            }
            Event::Record(_) => {
                self.current.records |= counted.filled;
                self.current.texts |= counted.field || counted.figures.documents > 0;
                self.current.textless += counted.figures.textless;
                self.current.html += u64::from(counted.html);
                self.current.misspelled |= counted.misspelled.is_some();
            }
            Event::End => {
                let source = self.source.take()?;
                let Current { records, texts, textless, .. } = std::mem::take(&mut self.current);
                // A table that lacks a column was refused, and one that has it may have nothing in it.
                let may_lack = self.sharded && textless < FEW;
                if source.format == Format::Jsonl && records && !texts && !may_lack {
                    let message = format!(
                        "{}: no record has a text in {:?}; name the field with --field",
                        source.name(),
                        source.fields.join(" or ")
                    );
                    return Some(Lack { message, unasked: source.found && !source.asked });
                }
            }
            // What was known of it is nothing to the next, also where it began before this run.
            Event::Broken => (self.source, self.begun, self.current) = (None, true, Current::default()),
            _ => {}
        }
        None
    }
}
