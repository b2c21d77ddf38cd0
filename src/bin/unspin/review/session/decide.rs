//! Suggestions decided, one or many at a time, and decisions taken back.

use std::collections::BTreeSet;

use super::{Item, Keep, Session};
use crate::review::document::{Document, State};
use crate::wording::one_line;

/// Decisions about suggestions, some of which may have yet to come.
#[derive(Clone, Debug)]
pub(super) enum Rule {
    /// Accept this correction of these words, both in small letters.
    Accept { words: String, correction: String },
    /// Accept the first correction in this file.
    File(String),
    /// Leave these words.
    Ignore(String),
}

/// Something that can be undone.
pub(super) struct Action {
    /// Where the reader was.
    pub(super) item: Item,
    pub(super) before: Vec<(Item, Option<State>)>,
    /// What goes on for suggestions that come later.
    pub(super) rule: Option<Rule>,
    /// A phrase was put into the allow list.
    pub(super) allowed: bool,
    /// Documents in which that let something else be found, each with how many findings it had before.
    pub(super) grown: Vec<(usize, usize)>,
}

impl Session {
    /// Accepts a replacement of the current suggestion.
    pub(super) fn accept(&mut self, new: String, keep: &mut dyn Keep) {
        if let Some(item) = self.current() {
            self.decide(vec![(item, Some(State::Accepted(new)))], None, false, keep);
        }
    }

    /// Accepts the current correction wherever the same words have it.
    pub(super) fn accept_alike(&mut self, item: Item, keep: &mut dyn Keep) {
        let words = folded(self.documents[item.document].words(item.finding));
        let rule = Rule::Accept { words, correction: folded(self.proposal(item)) };
        let own = State::Accepted(self.proposal(item).to_owned());
        self.decide_by(item, rule, Some(own), keep);
    }

    /// Allows the words of the current suggestion for good.
    pub(super) fn ignore(&mut self, item: Item, keep: &mut dyn Keep) {
        let words = self.documents[item.document].words(item.finding);
        let phrase = one_line(words);
        match keep.allow(&phrase) {
            Err(error) => self.message = format!("not saved: {error:#}"),
            Ok(new) => {
                let rule = Rule::Ignore(folded(&phrase));
                let changes = self.changes(item, &rule, Some(State::Ignored));
                if self.decide(changes, Some(rule), new, keep) {
                    self.holding(&folded(&phrase)).into_iter().for_each(|document| self.ask(document));
                    self.message = format!("“{phrase}” is allowed from now on; u takes it back");
                } else if new && let Err(error) = keep.disallow() {
                    self.message = format!("{}; “{phrase}” stays allowed: {error:#}", self.message);
                }
            }
        }
    }

    /// The phrases that were allowed since the start, in small letters, each with its place in the history.
    pub(super) fn allowed(&self) -> impl Iterator<Item = (usize, &str)> {
        self.history.iter().enumerate().filter_map(|(n, action)| match &action.rule {
            Some(Rule::Ignore(words)) => Some((n, words.as_str())),
            _ => None,
        })
    }

    /// Which of them a document holds, by their places in the history.
    pub(super) fn allowed_in(&self, document: usize) -> impl Iterator<Item = usize> {
        let mut text = None;
        self.allowed().filter_map(move |(n, phrase)| {
            let text = text.get_or_insert_with(|| folded(self.documents[document].text()));
            text.contains(phrase).then_some(n)
        })
    }

    /// The documents that hold such a phrase.
    fn holding(&self, phrase: &str) -> Vec<usize> {
        (0..self.documents.len()).filter(|&n| folded(self.documents[n].text()).contains(phrase)).collect()
    }

    pub(super) fn decide_by(&mut self, item: Item, rule: Rule, own: Option<State>, keep: &mut dyn Keep) {
        let changes = self.changes(item, &rule, own);
        let count = changes.len();
        if count == 0 {
            self.message = "nothing of that kind is undecided".into();
        } else if self.decide(changes, Some(rule), false, keep) {
            self.message = format!("{count} accepted; u takes {} back", if count == 1 { "it" } else { "them" });
        }
    }

    /// What a rule decides about all suggestions, and `own` about the current one.
    pub(super) fn changes(&self, item: Item, rule: &Rule, own: Option<State>) -> Vec<(Item, Option<State>)> {
        let mut changes: Vec<(Item, Option<State>)> =
            own.into_iter().filter(|own| self.state(item) != Some(own)).map(|own| (item, Some(own))).collect();
        for document in 0..self.documents.len() {
            changes.extend(self.covered(rule, document).into_iter().filter(|(other, _)| *other != item));
        }
        // A rule without a state of its own for the current one covers it like any other.
        if changes.iter().all(|(other, _)| *other != item) {
            let mine = self.covered(rule, item.document).into_iter().filter(|(other, _)| *other == item);
            changes.splice(0..0, mine.collect::<Vec<_>>());
        }
        changes
    }

    /// What a rule decides about the undecided suggestions of a document.
    pub(super) fn covered(&self, rule: &Rule, document: usize) -> Vec<(Item, Option<State>)> {
        let Document { place, findings, .. } = &self.documents[document];
        let decide = |finding: usize| match rule {
            Rule::File(path) => (place.path == *path).then(|| State::Accepted(findings[finding].correction().into())),
            Rule::Ignore(words) => {
                (folded(self.documents[document].words(finding)) == *words).then_some(State::Ignored)
            }
            Rule::Accept { words, correction } => {
                let alike = folded(self.documents[document].words(finding)) == *words;
                let same = findings[finding].corrections.iter().find(|other| folded(&other.text) == *correction);
                same.filter(|_| alike).map(|same| State::Accepted(same.text.clone()))
            }
        };
        (0..findings.len())
            .filter(|&finding| self.options.wants(&findings[finding]))
            .map(|finding| Item { document, finding })
            .filter(|item| self.state(*item).is_none())
            .filter_map(|item| Some((item, Some(decide(item.finding)?))))
            .collect()
    }

    /// Decides, keeps it, and goes on to the next undecided suggestion. Says whether it was kept.
    pub(super) fn decide(
        &mut self,
        changes: Vec<(Item, Option<State>)>,
        rule: Option<Rule>,
        allowed: bool,
        keep: &mut dyn Keep,
    ) -> bool {
        let Some(item) = self.current() else { return false };
        if let Err(error) = self.keep(&changes, keep) {
            self.message = format!("not saved: {error:#}");
            return false;
        }
        let before = self.set(changes);
        self.history.push(Action { item, before, rule, allowed, grown: Vec::new() });
        self.go_on();
        true
    }

    pub(super) fn undo(&mut self, keep: &mut dyn Keep) {
        let Some(action) = self.history.last() else {
            self.message = "nothing was decided since the start".into();
            return;
        };
        let (item, count) = (action.item, action.before.len());
        let (mut before, allowed) = (action.before.clone(), action.allowed);
        // What was found only because of it goes along; an "all" from before it may have decided that.
        let grown = action.grown.clone();
        let goes = |item: &Item| grown.iter().any(|(n, first)| item.document == *n && item.finding >= *first);
        let earlier = self.history.iter().rev().skip(1).flat_map(|action| &action.before);
        before.extend(earlier.clone().filter(|(item, _)| goes(item)).cloned());
        // What was decided before the review may be another's: back comes what the reader said.
        let mut touched: BTreeSet<Item> = BTreeSet::new();
        touched.extend(earlier.map(|(item, _)| *item));
        let own = before.iter().map(|(item, state)| {
            (*item, if touched.contains(item) { state.clone() } else { self.recorded(*item).cloned() })
        });
        if let Err(error) = self.keep(&own.collect::<Vec<_>>(), keep) {
            self.message = format!("not saved: {error:#}");
            return;
        }
        let rule = self.history.pop().and_then(|action| action.rule);
        self.set(before);
        if !grown.is_empty() {
            grown.iter().for_each(|&(document, first)| self.documents[document].truncate(first));
            let stays = |item: &Item| item.finding < self.documents[item.document].findings.len();
            self.history.iter_mut().for_each(|action| action.before.retain(|(item, _)| stays(item)));
            self.queue.retain(stays);
            self.skipped.retain(stays);
        }
        if let Some(Rule::Ignore(phrase)) = rule {
            for document in self.holding(&phrase) {
                self.documents[document].asked = None;
                if self.allowed_in(document).next().is_some() {
                    self.ask(document);
                }
            }
        }
        self.at = self.queue.iter().position(|other| *other == item).unwrap_or(self.at);
        self.message = if count == 1 { "taken back".into() } else { format!("{count} taken back") };
        if allowed && let Err(error) = keep.disallow() {
            self.message = format!("{}, but {error:#}", self.message);
        }
    }

    pub(super) fn keep(&self, changes: &[(Item, Option<State>)], keep: &mut dyn Keep) -> anyhow::Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let by = self.options.by.as_deref();
        let mut counted = (usize::MAX, Vec::new());
        let decision = |(item, state): &(Item, Option<State>)| {
            let document = &self.documents[item.document];
            if counted.0 != item.document {
                counted = (item.document, document.numbers());
            }
            document.decision(item.finding, counted.1[item.finding], state.as_ref(), by)
        };
        keep.keep(&changes.iter().map(decision).collect::<Vec<_>>())
    }

    /// Sets states, and gives those that were.
    pub(super) fn set(&mut self, changes: Vec<(Item, Option<State>)>) -> Vec<(Item, Option<State>)> {
        let mut swap = |(item, state): (Item, Option<State>)| {
            (item, std::mem::replace(&mut self.documents[item.document].states[item.finding], state))
        };
        changes.into_iter().map(&mut swap).collect()
    }
}

/// Words for comparison: small letters, single spaces.
pub(super) fn folded(words: &str) -> String {
    one_line(words).to_lowercase()
}
