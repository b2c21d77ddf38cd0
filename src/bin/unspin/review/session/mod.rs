//! What keys do: the state of a review, without terminal and files.

mod decide;

use std::collections::{BTreeSet, HashMap};

use clap::ValueEnum;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unspin::{Applicability, Decision, Finding};

use self::decide::{Action, Rule, folded};
use super::document::{Document, State, disagree};
use super::line::Line;
use super::loader::Request;
use super::sentence::Sentences;

/// Where decisions go. They count only once they are kept.
pub(crate) trait Keep {
    /// Keeps decisions; when this returns they are on the disk.
    fn keep(&mut self, decisions: &[Decision]) -> anyhow::Result<()>;

    /// Puts a phrase into the allow list; says whether it was not there before.
    fn allow(&mut self, phrase: &str) -> anyhow::Result<bool>;

    /// Takes the phrase that was put into the allow list last out again.
    fn disallow(&mut self) -> anyhow::Result<()>;
}

/// In which order suggestions come; the surest first with `Confidence`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Order {
    #[default]
    Place,
    Confidence,
}

/// Which suggestions come, in which order, and who decides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) order: Order,
    pub(crate) only: Option<Applicability>,
    pub(crate) by: Option<String>,
    /// The command that applies what is decided.
    pub(crate) application: String,
}

impl Options {
    /// Whether a finding is among them.
    pub(crate) fn wants(&self, finding: &Finding) -> bool {
        self.only.is_none_or(|only| finding.applicability == only)
    }
}

/// One suggestion: a finding of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Item {
    pub(crate) document: usize,
    pub(crate) finding: usize,
}

/// What the keys mean at the moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Each key is a command.
    #[default]
    Command,
    /// The reader's own words are typed.
    Edit(Line),
    /// What to search for is typed.
    Search(Line),
    /// Help is shown; any key goes back.
    Help,
}

/// Whether the review goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    Continue,
    Quit,
}

/// A review.
#[derive(Default)]
pub(crate) struct Session {
    options: Options,
    documents: Vec<Document>,
    /// All suggestions, in order.
    queue: Vec<Item>,
    /// The one that is shown; past the last one where there is nothing to decide.
    at: usize,
    /// Those that the reader went past without deciding.
    skipped: BTreeSet<Item>,
    /// Whether a key was pressed. Until then a surer suggestion that becomes known takes the place of the one shown; later
    /// on it would come under the hand that is about to decide.
    begun: bool,
    history: Vec<Action>,
    mode: Mode,
    /// What the last key did, or why it did nothing.
    message: String,
    wanted: String,
    /// Whether more documents may come.
    loading: bool,
    /// Documents looked at so far.
    seen: usize,
    /// What was asked for and has yet to be handed on.
    requests: Vec<Request>,
    /// Requests so far.
    numbered: usize,
}

impl Session {
    pub(crate) fn new(options: Options) -> Self {
        Self { options, loading: true, ..Self::default() }
    }

    /// Takes a document in. Suggestions that an earlier "all" covers are decided at once.
    pub(crate) fn add(&mut self, document: Document, keep: &mut dyn Keep) {
        let number = self.documents.len();
        self.documents.push(document);
        self.take_in(number, 0, keep);
        if self.allowed_in(number).next().is_some() {
            self.ask(number);
        }
    }

    /// Takes suggestions of a document in, from one of its findings on. Those that an earlier "all" covers are decided at
    /// once; the reader stays where they are.
    fn take_in(&mut self, number: usize, first: usize, keep: &mut dyn Keep) {
        let Document { people, states, .. } = &mut self.documents[number];
        for (people, state) in people.iter().zip(states).skip(first) {
            // What people disagree about is open, but to the one whose word was the last.
            let mine = people.last().is_some_and(|(by, _)| *by == self.options.by);
            if !mine && disagree(people.iter().map(|(_, state)| state)) {
                *state = None;
            }
        }
        let fresh = self.options.order == Order::Confidence && !self.begun;
        let waiting = self.at == self.queue.len() || fresh;
        let shown = self.current();
        let findings = &self.documents[number].findings;
        let wanted = (first..findings.len()).filter(|&finding| self.options.wants(&findings[finding]));
        for item in wanted.map(|finding| Item { document: number, finding }) {
            let place = |item: Item| (item.document, self.documents[item.document].span(item.finding));
            let confidence = |item: Item| self.documents[item.document].findings[item.finding].confidence();
            let at = self.queue.partition_point(|&other| match self.options.order {
                Order::Place => place(other) <= place(item),
                Order::Confidence => confidence(other).total_cmp(&confidence(item)).is_ge(),
            });
            self.queue.insert(at, item);
        }
        self.at = match shown {
            Some(item) => self.queue.iter().position(|other| *other == item).unwrap_or(self.queue.len()),
            None => self.queue.len(),
        };
        for action in 0..self.history.len() {
            let Some(rule) = self.history[action].rule.clone() else { continue };
            let changes = self.covered(&rule, number);
            if let Err(error) = self.keep(&changes, keep) {
                self.message = format!("not saved: {error:#}");
                continue;
            }
            let before = self.set(changes);
            self.history[action].before.extend(before);
        }
        if waiting {
            self.go_to_undecided(0);
        }
    }

    /// Asks for another check of a document, with what is allowed by now.
    fn ask(&mut self, document: usize) {
        self.numbered += 1;
        let allow = self.allowed().map(|(_, phrase)| phrase.to_owned()).collect();
        let (number, asked) = (self.numbered, &mut self.documents[document]);
        asked.asked = Some(number);
        self.requests.push(Request { number, document, source: asked.source.clone(), allow });
    }

    /// What was asked for since the last call.
    pub(crate) fn requests(&mut self) -> Vec<Request> {
        std::mem::take(&mut self.requests)
    }

    /// Takes in what was found where a document was checked again, unless something else is allowed by now.
    pub(crate) fn again(&mut self, request: &Request, found: Document, keep: &mut dyn Keep) {
        let number = request.document;
        if self.documents[number].asked != Some(request.number) {
            return;
        }
        self.documents[number].asked = None;
        let Some(action) = self.allowed_in(number).last() else { return };
        let known = self.documents[number].findings.len();
        self.documents[number].merge(found);
        if self.documents[number].findings.len() > known {
            self.history[action].grown.push((number, known));
            self.take_in(number, known, keep);
        }
    }

    /// Counts documents that were looked at, with findings or without.
    pub(crate) fn looked_at(&mut self, documents: usize) {
        self.seen += documents;
    }

    /// No more documents come.
    pub(crate) fn loaded(&mut self) {
        self.loading = false;
    }

    /// Shows a message until the next key.
    pub(crate) fn say(&mut self, message: impl Into<String>) {
        self.message = message.into();
    }

    /// Does what a key says.
    pub(crate) fn press(&mut self, key: KeyEvent, keep: &mut dyn Keep) -> Flow {
        self.message.clear();
        self.begun = true;
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match std::mem::take(&mut self.mode) {
            Mode::Command if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
                if control && key.code == KeyCode::Char('c') {
                    return Flow::Quit;
                }
            }
            Mode::Command => return self.command(key.code, keep),
            Mode::Help => {}
            Mode::Edit(_) | Mode::Search(_)
                if key.code == KeyCode::Esc || control && key.code == KeyCode::Char('c') => {}
            Mode::Edit(line) if key.code == KeyCode::Enter => self.accept(line.text().to_owned(), keep),
            Mode::Search(line) if key.code == KeyCode::Enter => self.search(line.text()),
            Mode::Edit(mut line) => {
                line.press(key);
                self.mode = Mode::Edit(line);
            }
            Mode::Search(mut line) => {
                line.press(key);
                self.mode = Mode::Search(line);
            }
        }
        Flow::Continue
    }

    /// Whether a key ends the review.
    pub(crate) fn quits(&self, key: KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        self.mode == Mode::Command && key.code == KeyCode::Char(if control { 'c' } else { 'q' })
    }

    /// Takes pasted text into the line that is typed. Elsewhere it is no command.
    pub(crate) fn paste(&mut self, text: &str) {
        match &mut self.mode {
            Mode::Edit(line) | Mode::Search(line) => line.insert(text),
            _ => self.message = "pasted text is not taken for keys".into(),
        }
    }

    fn command(&mut self, key: KeyCode, keep: &mut dyn Keep) -> Flow {
        match key {
            KeyCode::Char('q') => return Flow::Quit,
            KeyCode::Char('?') | KeyCode::F(1) => self.mode = Mode::Help,
            KeyCode::Char('u') => self.undo(keep),
            KeyCode::Char('j') | KeyCode::Down => {
                self.skipped.extend(self.current());
                self.step(1);
            }
            KeyCode::Char('k') | KeyCode::Up => self.step(-1),
            KeyCode::Char('/') => self.mode = Mode::Search(Line::default()),
            KeyCode::Char(c) => {
                let Some(item) = self.current() else {
                    self.message = "nothing is left to decide; k goes back, u takes back, q ends".into();
                    return Flow::Continue;
                };
                let finding = self.finding(item);
                match c {
                    'y' => self.accept(finding.correction().to_owned(), keep),
                    '1'..='9' => {
                        let number = c as usize - '1' as usize;
                        match finding.corrections.get(number) {
                            Some(correction) => self.accept(correction.text.clone(), keep),
                            None => self.message = format!("there is no alternative {c}; e takes your own words"),
                        }
                    }
                    'n' => drop(self.decide(vec![(item, Some(State::Rejected))], None, false, keep)),
                    'e' => self.mode = Mode::Edit(Line::new(self.proposal(item))),
                    'a' => self.accept_alike(item, keep),
                    'A' => {
                        let rule = Rule::File(self.documents[item.document].place.path.clone());
                        self.decide_by(item, rule, None, keep);
                    }
                    'i' => self.ignore(item, keep),
                    's' => {
                        self.skipped.insert(item);
                        self.go_on();
                    }
                    _ => self.message = format!("{c} is no command; ? shows all keys"),
                }
            }
            _ => {}
        }
        Flow::Continue
    }

    /// Goes to the next undecided suggestion; to the surest one where that is the order, for it may have come to be known
    /// after less sure ones.
    fn go_on(&mut self) {
        let from = self.at;
        let open = |item: &Item| self.state(*item).is_none() && !self.skipped.contains(item);
        if self.options.order == Order::Confidence
            && let Some(at) = self.queue.iter().position(open)
        {
            self.at = at;
            return;
        }
        self.go_to_undecided(from + 1);
        if self.at <= from && self.at < self.queue.len() && !self.is_loading() {
            self.message = "only those that were skipped are left".into();
        }
    }

    /// Goes to the first undecided suggestion from there on, around the end; to none where there is none.
    fn go_to_undecided(&mut self, from: usize) {
        let undecided = |at: &usize| self.state(self.queue[*at]).is_none();
        let all = self.queue.len();
        let next = (from..all).find(undecided).or_else(|| (0..from.min(all)).find(undecided));
        self.at = next.unwrap_or(all);
    }

    fn step(&mut self, by: isize) {
        let last = self.queue.len().saturating_sub(1);
        match self.at.checked_add_signed(by) {
            Some(at) if at <= last && !self.queue.is_empty() => self.at = at,
            _ if self.queue.is_empty() => {}
            Some(_) => self.message = "this is the last one".into(),
            None => self.message = "this is the first one".into(),
        }
    }

    fn search(&mut self, text: &str) {
        if !text.trim().is_empty() {
            text.clone_into(&mut self.wanted);
        }
        let wanted = folded(&self.wanted);
        if wanted.is_empty() {
            self.message = "type the words that are searched for behind the /".into();
            return;
        }
        let (all, at) = (self.queue.len(), self.at);
        let mut sentences: HashMap<usize, Sentences> = HashMap::new();
        let mut hit = |at: &usize| {
            let Item { document: number, finding } = self.queue[*at];
            let document = &self.documents[number];
            let has = |text: &str| folded(text).contains(&wanted);
            let corrections = &document.findings[finding].corrections;
            corrections.iter().any(|correction| has(&correction.text)) || {
                let sentences = sentences.entry(number).or_default();
                has(&document.text()[sentences.around(document.text(), document.span(finding)).range()])
            }
        };
        let found = (at + 1..all).chain(0..(at + 1).min(all)).find(&mut hit);
        match found {
            Some(at) => self.at = at,
            None => self.message = format!("“{}” is in no sentence with a suggestion", self.wanted),
        }
    }

    /// What stands, or would stand, in place of the words of a suggestion.
    pub(crate) fn proposal(&self, item: Item) -> &str {
        match self.state(item) {
            Some(State::Accepted(new)) => new,
            _ => self.finding(item).correction(),
        }
    }

    pub(crate) fn current(&self) -> Option<Item> {
        self.queue.get(self.at).copied()
    }

    pub(crate) fn document(&self, item: Item) -> &Document {
        &self.documents[item.document]
    }

    pub(crate) fn finding(&self, item: Item) -> &Finding {
        &self.documents[item.document].findings[item.finding]
    }

    pub(crate) fn state(&self, item: Item) -> Option<&State> {
        self.documents[item.document].states[item.finding].as_ref()
    }

    /// What the reader themselves had decided when the review began.
    fn recorded(&self, item: Item) -> Option<&State> {
        let people = &self.documents[item.document].people[item.finding];
        people.iter().find(|(by, _)| *by == self.options.by).map(|(_, state)| state)
    }

    /// Who decided what about a suggestion, where people disagree.
    pub(crate) fn disagreement(&self, item: Item) -> Option<Vec<(Option<&str>, &State)>> {
        let people = self.documents[item.document].people[item.finding].iter();
        let others = people.filter(|(by, _)| *by != self.options.by).map(|(by, state)| (by.as_deref(), state));
        let mine = self.state(item).or(self.recorded(item)).map(|state| (self.options.by.as_deref(), state));
        let all: Vec<_> = others.chain(mine).collect();
        disagree(all.iter().map(|(_, state)| *state)).then_some(all)
    }

    pub(crate) fn mode(&self) -> &Mode {
        &self.mode
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The command that applies what was decided.
    pub(crate) fn application(&self) -> &str {
        &self.options.application
    }

    /// Whether more may become known.
    pub(crate) fn is_loading(&self) -> bool {
        self.loading || self.documents.iter().any(|document| document.asked.is_some())
    }

    /// Whether more documents may come.
    pub(crate) fn wants_more(&self) -> bool {
        self.loading
    }

    /// Documents that were looked at.
    pub(crate) fn seen(&self) -> usize {
        self.seen
    }

    /// The place of the current suggestion in the order, from 1, and how many there are so far.
    pub(crate) fn progress(&self) -> (usize, usize) {
        ((self.at + 1).min(self.queue.len()), self.queue.len())
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for item in &self.queue {
            match self.state(*item) {
                Some(State::Accepted(_)) => counts.accepted += 1,
                Some(State::Rejected) => counts.rejected += 1,
                Some(State::Ignored) => counts.ignored += 1,
                None => counts.undecided += 1,
            }
        }
        counts
    }

    /// Undecided suggestions that have not been shown yet, for the reader of files to know how far ahead it is.
    pub(crate) fn ahead(&self) -> usize {
        match self.options.order {
            Order::Place => self.queue.len() - self.at,
            // The surest may be in the last file.
            Order::Confidence => 0,
        }
    }
}

/// How many suggestions are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) accepted: usize,
    pub(crate) rejected: usize,
    pub(crate) ignored: usize,
    pub(crate) undecided: usize,
}

#[cfg(test)]
pub(crate) mod tests;
