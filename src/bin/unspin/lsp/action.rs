//! What may be done about a finding, as an editor offers it.

use std::cell::OnceCell;
use std::collections::HashMap;

use lsp_types::{
    CodeAction, CodeActionKind, Command, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit,
    TextDocumentIdentifier, TextEdit, Uri, WorkspaceEdit,
};
use serde_json::json;
use unspin::Span;
use unspin::render::percent;

use super::document::{Document, Found};
use super::language::{self, Comment};
use super::position::Lines;
use super::show::diagnostic;
use super::{View, check};
use crate::wording::one_line;

/// The command that adds a phrase to the allow list.
pub(super) const ALLOW: &str = "unspin.allow";
/// The kind of the action that applies everything that is safe.
pub(super) const FIX_ALL: &str = "source.fixAll.unspin";

/// Lines that may be ignored, of those that are asked about: each takes a few looks at the whole document.
const IGNORED: usize = 3;

/// What may be done about the findings in a span; `only` names the kinds that are asked for, `allows` says whether there
/// are settings to add phrases to.
pub(super) fn actions(
    document: &Document,
    lines: &Lines<'_>,
    span: Span,
    only: Option<&[String]>,
    allows: bool,
    view: View,
) -> Vec<CodeAction> {
    let asked = |kind: &str| {
        let holds = |asked: &String| {
            kind.strip_prefix(asked.as_str())
                .is_some_and(|rest| asked.is_empty() || rest.is_empty() || rest.starts_with('.'))
        };
        only.is_none_or(|only| only.iter().any(holds))
    };
    let mut actions = Vec::new();
    if asked("quickfix") {
        let here: Vec<&Found> = document
            .found
            .iter()
            .filter(|found| found.span.start <= span.end && span.start <= found.span.end)
            .collect();
        for found in &here {
            actions.extend(replacements(document, lines, found, view));
        }
        let (mut ignored, shown): (Vec<Span>, _) = (Vec::new(), OnceCell::new());
        for found in &here {
            let line = lines.line(found.span.start);
            if ignored.last() != Some(&line) && ignored.len() < IGNORED {
                ignored.push(line);
                actions.extend(ignore(document, lines, found, &shown, view));
            }
        }
        if allows {
            actions.extend(here.iter().map(|found| allow(document, lines, found)));
        }
    }
    if asked(FIX_ALL) {
        actions.extend(fix_all(document, lines, view));
    }
    actions
}

/// One for each correction.
fn replacements(document: &Document, lines: &Lines<'_>, found: &Found, view: View) -> Vec<CodeAction> {
    let old = one_line(&found.words);
    let action = |n: usize, correction: &unspin::Correction| {
        let edits = found.edits.get(n)?.as_deref()?;
        let sure = percent(f64::from(correction.confidence));
        let title = match one_line(&correction.text).as_str() {
            "" => format!("Remove “{old}” ({sure})"),
            new => format!("Replace “{old}” with “{new}” ({sure})"),
        };
        let preferred = n == 0 && found.automatic().is_some();
        Some(CodeAction {
            title,
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![diagnostic(lines, found)]),
            is_preferred: preferred.then_some(true),
            edit: Some(edit(document, lines, edits, view)),
            ..CodeAction::default()
        })
    };
    found.finding.corrections.iter().enumerate().filter_map(|(n, correction)| action(n, correction)).collect()
}

/// Puts a directive where no reader of the finished text sees it, as far as the language lets that be. `before` is for what
/// readers see without it, once that is known.
fn ignore(
    document: &Document,
    lines: &Lines<'_>,
    found: &Found,
    before: &OnceCell<Option<String>>,
    view: View,
) -> Option<CodeAction> {
    let format = document.format()?;
    let text = &document.text;
    let line = lines.line(found.span.start);
    let insertions = match language::ignore(&document.language, format) {
        Comment::Above(comment) => {
            let ending = if text[line.end..].starts_with("\r\n") { "\r\n" } else { "\n" };
            vec![(line.start, format!("{comment}{ending}"))]
        }
        Comment::Behind(comment) => {
            let end = line.start + text[line.range()].trim_end().len();
            // The line may end inside a tag, a script or code, where the comment would be none.
            vec![(end, format!(" {comment}")), (found.span.end, format!(" {comment}"))]
        }
    };
    let shown = |text: &str| Some(one_line(check::record(text, format)?.text(0)));
    let before = before.get_or_init(|| shown(text));
    let is_seen = |at: usize, inserted: &str| {
        let mut text = text.clone();
        text.insert_str(at, inserted);
        shown(&text) != *before
    };
    // Where readers see what is put there, save for a comment. Plain text and MDX have none that is known here.
    let prose: Vec<&(usize, String)> = insertions.iter().filter(|(at, _)| is_seen(*at, " unspin")).collect();
    let hidden = prose.iter().find(|(at, comment)| !is_seen(*at, comment));
    let (at, comment) = hidden.or_else(|| prose.first().filter(|(_, comment)| !comment.contains("<!--")))?;
    Some(CodeAction {
        title: format!("Ignore line {} (adds {})", lines.position(line.start).line + 1, comment.trim()),
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![diagnostic(lines, found)]),
        edit: Some(edit(document, lines, &[(Span::new(*at, *at), comment.clone())], view)),
        ..CodeAction::default()
    })
}

fn allow(document: &Document, lines: &Lines<'_>, found: &Found) -> CodeAction {
    let phrase = one_line(&found.words);
    let title = format!("Allow “{phrase}” everywhere (in unspin.toml)");
    CodeAction {
        title: title.clone(),
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![diagnostic(lines, found)]),
        command: Some(Command {
            title,
            command: ALLOW.into(),
            arguments: Some(vec![json!({ "phrase": phrase, "uri": document.uri })]),
            tooltip: None,
        }),
        ..CodeAction::default()
    }
}

/// Applies all that is safe to apply unseen.
fn fix_all(document: &Document, lines: &Lines<'_>, view: View) -> Option<CodeAction> {
    let safe: Vec<&[(Span, String)]> = document.found.iter().filter_map(Found::automatic).collect();
    let (count, edits) = (safe.len(), safe.concat());
    let fixes = if count == 1 { "the automatic fix" } else { "all automatic fixes" };
    (count > 0).then(|| CodeAction {
        title: format!("Apply {fixes} of unspin ({count})"),
        kind: Some(CodeActionKind::new(FIX_ALL)),
        edit: Some(edit(document, lines, &edits, view)),
        ..CodeAction::default()
    })
}

fn edit(document: &Document, lines: &Lines<'_>, edits: &[(Span, String)], view: View) -> WorkspaceEdit {
    let edits = edits.iter().map(|(span, new)| TextEdit { range: lines.range(*span), new_text: new.clone() });
    let uri = Uri::from(document.uri.as_str());
    if view.versioned {
        let change = TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier {
                version: Some(document.version),
                text_document_identifier: TextDocumentIdentifier { uri },
            },
            edits: edits.map(Into::into).collect(),
        };
        return WorkspaceEdit { document_changes: Some(vec![change.into()]), ..WorkspaceEdit::default() };
    }
    WorkspaceEdit { changes: Some(HashMap::from([(uri, edits.collect())])), ..WorkspaceEdit::default() }
}
