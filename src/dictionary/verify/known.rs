//! What rows are held against.

use std::collections::{HashMap, HashSet};

use super::english::English;
use super::rows::Rows;
use super::schema::Table;
use crate::text::key;

/// What all tables together say, on top of what is built in.
pub(super) struct Known<'c> {
    pub(super) english: &'c English,
    /// Ids of sources.
    pub(super) sources: HashSet<&'c str>,
    /// Words that are right, though the model lacks them.
    pub(super) words: HashSet<&'c str>,
    /// What each phrase of a table of substitutions stands for there, by its key.
    pub(super) originals: HashMap<String, Vec<&'c str>>,
}

impl<'c> Known<'c> {
    pub(super) fn of(tables: impl Iterator<Item = &'c Rows<'c>>, english: &'c English) -> Self {
        // Sources of one's own stand on the built-in ones.
        let sources = english.dictionary.pack.sources().collect();
        let mut known = Self { english, sources, words: HashSet::new(), originals: HashMap::new() };
        for rows in tables {
            let first = rows.records.iter().map(|record| &record[0]);
            match rows.table {
                Table::Origins => known.sources.extend(first),
                Table::Lexicon => known.words.extend(first),
                Table::Phrases => {}
                table => {
                    let Some(at) = table.original() else { continue };
                    for record in &rows.records {
                        for substitute in table.substitutes(record) {
                            known.originals.entry(key::phrase(substitute)).or_default().push(&record[at]);
                        }
                    }
                }
            }
        }
        known
    }
}
