//! The JSON API: check, fix, apply edits. `openapi.json` describes it.

use std::collections::HashSet;
use std::io::Write;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout_at;
use unspin::render::{self, diff::Diff};
use unspin::{Decision, Edit, Finding, Fixed, LineIndex, Report, Selection, Span, Verdict};

use super::body::Kind;
use super::check::{Options, Plan, Text};
use super::queue::{Failure, Limit, Place};
use super::reply::{self, Refusal};
use super::stream::Lines;
use super::{Server, body, check};
use crate::args::FieldFormat;

/// Where the description of the API is.
pub(super) const DESCRIPTION: &str = "/v1/openapi.json";

pub(super) async fn description() -> Response {
    reply::json(include_str!("openapi.json"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {
    text: String,
    #[serde(default)]
    format: FieldFormat,
    #[serde(default, deserialize_with = "object")]
    settings: Options,
    /// Send findings as they are found, as JSON Lines.
    #[serde(default)]
    stream: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fix {
    text: String,
    #[serde(default)]
    format: FieldFormat,
    #[serde(default, deserialize_with = "object")]
    settings: Options,
    #[serde(default)]
    select: Select,
    /// Apply only the findings with these ids.
    ids: Option<Vec<String>>,
    /// Name of the text, for the diff.
    path: Option<String>,
    /// Make a diff as well.
    #[serde(default)]
    diff: bool,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Select {
    #[default]
    All,
    Automatic,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Apply {
    text: String,
    #[serde(deserialize_with = "objects")]
    edits: Vec<Change>,
    #[serde(default)]
    unit: Unit,
    path: Option<String>,
    #[serde(default)]
    diff: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    start: usize,
    end: usize,
    text: String,
}

/// What offsets count.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Unit {
    Byte,
    Char,
    #[default]
    Utf16,
}

pub(super) async fn check(State(server): State<Arc<Server>>, request: Request) -> Response {
    let work = async {
        let (place, bytes) = body::take(&server, &server.queue, request, Kind::Json).await?;
        checked(&server, place, bytes).await
    };
    work.await.unwrap_or_else(|refusal| refusal.answer("/v1/check"))
}

pub(super) async fn fix(State(server): State<Arc<Server>>, request: Request) -> Response {
    answered(server, request, "/v1/fix", fixed).await
}

pub(super) async fn apply(State(server): State<Arc<Server>>, request: Request) -> Response {
    answered(server, request, "/v1/apply", |_, request: Apply, _| applied(&request)).await
}

/// Reads a request and answers it with the JSON that `work` makes of it in another thread.
async fn answered<T: DeserializeOwned>(
    server: Arc<Server>,
    request: Request,
    path: &'static str,
    work: impl FnOnce(&Server, T, &Limit) -> Result<Vec<u8>, Refusal> + Send + 'static,
) -> Response {
    let answer = async {
        let (place, bytes) = body::take(&server, &server.queue, request, Kind::Json).await?;
        place.run(move |limit| work(&server, parsed(&bytes)?, limit)).await.map_err(Refusal::from)?
    };
    answer.await.map_or_else(|refusal: Refusal| refusal.answer(path), reply::json)
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let read = || object(&mut serde_json::Deserializer::from_slice(bytes));
    // The whole must be JSON first, so that nothing stands behind the object.
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).and_then(|_| read()).map_err(|error| {
        let message: String = error.to_string().chars().take(200).collect();
        Refusal::bad(format!("the request is not as the API has it: {message}; see {DESCRIPTION}"))
    })
}

/// Reads an object by the names of its fields; an array of their values, which would do as well, is refused.
fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<T, D::Error> {
    let fields = serde_json::Map::deserialize(deserializer)?;
    serde_json::from_value(Value::Object(fields)).map_err(D::Error::custom)
}

/// As [`object`], for many.
fn objects<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let all = Vec::<serde_json::Map<String, Value>>::deserialize(deserializer)?;
    let read = |fields| serde_json::from_value(Value::Object(fields)).map_err(D::Error::custom);
    all.into_iter().map(read).collect()
}

/// What the answer to a check will be, once the request is understood.
enum Answer {
    Whole(Vec<u8>),
    Stream(mpsc::Receiver<Vec<u8>>),
}

async fn checked(server: &Arc<Server>, place: Place, bytes: axum::body::Bytes) -> Result<Response, Refusal> {
    let (tell, told) = oneshot::channel::<Result<Answer, Refusal>>();
    let (deadline, server, handle) = (place.deadline(), Arc::clone(server), Handle::current());
    let work = move |limit: &Limit| {
        let read = parsed::<Check>(&bytes).and_then(|request| {
            let plan = request.settings.over(&server);
            Ok((Text::new(request.text, request.format)?, plan, request.stream))
        });
        drop(bytes);
        match read {
            Ok((text, plan, true)) => {
                let (sender, receiver) = mpsc::channel(8);
                if tell.send(Ok(Answer::Stream(receiver))).is_ok() {
                    let send = |lines| {
                        // Whoever reads too slowly may not hold the thread for ever.
                        match handle.block_on(timeout_at(limit.deadline(), sender.send(lines))) {
                            Ok(Ok(())) => Ok(()),
                            _ => Err(Failure::Late),
                        }
                    };
                    streamed(&server, &text, &plan, limit, send);
                }
            }
            Ok((text, plan, false)) => {
                let _ = tell.send(whole(&server, &text, &plan, limit).map(Answer::Whole));
            }
            Err(refusal) => drop(tell.send(Err(refusal))),
        }
    };
    let (done, waiting) = place.start(work).await?;
    let answer = timeout_at(deadline, told).await.map_err(|_| Failure::Late)?.map_err(|_| Failure::Broken)?;
    if !matches!(answer, Ok(Answer::Stream(_))) {
        // Whoever has the answer finds the place free that it took.
        done.await?;
    }
    Ok(match answer? {
        Answer::Whole(bytes) => reply::json(bytes),
        Answer::Stream(receiver) => {
            let body = axum::body::Body::new(Lines::new(receiver, waiting));
            ([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response()
        }
    })
}

/// The objects of `unspin check --format json`, as one.
fn whole(server: &Server, text: &Text, plan: &Plan, limit: &Limit) -> Result<Vec<u8>, Refusal> {
    let report = check::check(server, text, plan, limit, |_, _| Ok(()))?;
    let report = text.placed(report);
    let mut out = Vec::new();
    out.extend_from_slice(b"{\"findings\":");
    out.append(&mut findings(text, &report));
    out.extend_from_slice(b",\"document\":");
    out.append(&mut document(text, &report));
    out.extend_from_slice(b"}\n");
    Ok(out)
}

/// The lines of `unspin check --format json` as they are made, with one after each passage that tells how far it is.
/// Before it, where the text has markup, there is one for each finding that tells what its corrections change and what
/// the markup shows.
fn streamed(server: &Server, text: &Text, plan: &Plan, limit: &Limit, send: impl Fn(Vec<u8>) -> Result<(), Failure>) {
    let index = LineIndex::new(text.shown());
    let result = check::check(server, text, plan, limit, |span, report| {
        let mut out = Vec::new();
        let changes: Vec<Value> = if text.has_markup() {
            report.findings.iter().map(|finding| changes(text, finding, &index)).collect()
        } else {
            Vec::new()
        };
        let report = text.placed(report);
        // Writing into memory cannot fail.
        let _ = render::finding_lines(&text.document(&report), &index, &mut out);
        for change in changes {
            let _ = writeln!(out, "{change}");
        }
        let units = [index.utf16(span.start), index.utf16(span.end)];
        let progress = json!({
            "type": "progress", "span": { "byte": [span.start, span.end], "utf16": units }, "of": text.shown().len(),
        });
        let _ = writeln!(out, "{progress}");
        send(out)
    });
    let last = match result {
        Ok(report) => {
            let mut line = document(text, &report);
            line.push(b'\n');
            line
        }
        Err(Refusal { code, message, .. }) => {
            let error = json!({ "type": "error", "error": { "code": code, "message": message } });
            format!("{error}\n").into_bytes()
        }
    };
    let _ = send(last);
}

/// What each correction of a finding changes in a text with markup; null where it cannot be applied. And what the markup
/// shows of the words and around them, as decisions keep it.
fn changes(text: &Text, finding: &Finding, index: &LineIndex<'_>) -> Value {
    let edits = finding.corrections.iter().map(|correction| {
        let edits = text.edits(finding.span, &correction.text)?;
        let edit = |(span, new): (Span, String)| {
            json!({ "start": index.utf16(span.start), "end": index.utf16(span.end), "text": new })
        };
        Some(edits.into_iter().map(edit).collect::<Vec<_>>())
    });
    let Decision { text: words, before, after, .. } =
        Decision::new(&unspin::Place::default(), text.checked(), std::slice::from_ref(finding), 0, Verdict::Undecided);
    json!({
        "type": "edits", "id": finding.id, "edits": edits.collect::<Vec<_>>(),
        "shown": { "text": words, "before": before, "after": after },
    })
}

fn fixed(server: &Server, request: Fix, limit: &Limit) -> Result<Vec<u8>, Refusal> {
    let selection = match (request.ids, request.select) {
        (Some(_), Select::Automatic) => return Err(Refusal::bad("ids and what is automatic cannot be selected both")),
        (Some(ids), Select::All) => Selection::Ids(ids),
        (None, Select::All) => Selection::All,
        (None, Select::Automatic) => Selection::Automatic,
    };
    let plan = request.settings.over(server);
    let text = Text::new(request.text, request.format)?;
    let mut report = check::check(server, &text, &plan, limit, |_, _| Ok(()))?;
    let whole = document(&text, &report);
    let found = report.findings.len();
    if let Selection::Ids(ids) = &selection {
        let known: HashSet<&str> = report.findings.iter().map(|finding| finding.id.as_str()).collect();
        if let Some(id) = ids.iter().find(|id| !known.contains(id.as_str())) {
            return Err(Refusal::bad(format!("no finding has the id {id:?}; /v1/check tells them")));
        }
    }
    let mut edits = Vec::new();
    let is_chosen = selection.chooser();
    let all = text.joint_edits(report.findings.iter().map(|finding| (finding.span, finding.correction())));
    let mut all = all.into_iter();
    report.findings.retain(|finding| {
        let mine = all.next().flatten().filter(|_| is_chosen(finding));
        edits.extend(mine.iter().flatten().map(|(span, new)| Edit { span: *span, text: new.clone() }));
        mine.is_some()
    });
    let left = found - report.findings.len();
    let fixed = Fixed::new(text.shown(), edits);
    let applied = findings(&text, &text.placed(report));
    let mut out = format!("{{\"text\":{},\"applied\":", json!(fixed.text)).into_bytes();
    out.extend_from_slice(&applied);
    out.extend_from_slice(format!(",\"left\":{left},\"document\":").as_bytes());
    out.extend_from_slice(&whole);
    if request.diff {
        out.extend_from_slice(format!(",\"diff\":{}", diff(text.shown(), &fixed.text, request.path)?).as_bytes());
    }
    out.extend_from_slice(b"}\n");
    Ok(out)
}

fn applied(request: &Apply) -> Result<Vec<u8>, Refusal> {
    let text = &request.text;
    let bytes = in_bytes(text, request.edits.iter().flat_map(|edit| [edit.start, edit.end]), request.unit);
    let edits = request.edits.iter().zip(bytes.chunks_exact(2)).map(|(edit, at)| match (at[0], at[1]) {
        (Some(start), Some(end)) if start <= end => Ok(Edit { span: Span::new(start, end), text: edit.text.clone() }),
        _ => Err(Refusal::bad(format!(
            "the edit of {} to {} does not lie between characters of the text",
            edit.start, edit.end
        ))),
    });
    let fixed = Fixed::new(text, edits.collect::<Result<Vec<_>, _>>()?);
    if fixed.edits.len() < request.edits.len() {
        return Err(Refusal::bad("some edits overlap"));
    }
    let mut answer = json!({ "text": fixed.text });
    if request.diff {
        answer["diff"] = diff(text, &fixed.text, request.path.clone())?;
    }
    Ok(format!("{answer}\n").into_bytes())
}

/// Offsets in bytes; `None` for those that lie past the end or inside a character.
fn in_bytes(text: &str, offsets: impl Iterator<Item = usize>, unit: Unit) -> Vec<Option<usize>> {
    let offsets: Vec<usize> = offsets.collect();
    let mut order: Vec<usize> = (0..offsets.len()).collect();
    order.sort_by_key(|&n| offsets[n]);
    let mut found = vec![None; offsets.len()];
    let (mut next, mut count) = (order.into_iter().peekable(), 0);
    let ends = text.char_indices().map(|(at, c)| (at, Some(c))).chain([(text.len(), None)]);
    for (at, c) in ends {
        while let Some(n) = next.next_if(|&n| offsets[n] <= count) {
            found[n] = (offsets[n] == count).then_some(at);
        }
        count += c.map_or(0, |c| match unit {
            Unit::Byte => c.len_utf8(),
            Unit::Char => 1,
            Unit::Utf16 => c.len_utf16(),
        });
    }
    found
}

fn diff(old: &str, new: &str, path: Option<String>) -> Result<Value, Refusal> {
    let mut diff = Diff::new(Vec::new(), path.as_deref().unwrap_or("text.txt"), false);
    let bytes = diff.record(old.as_bytes(), new.as_bytes()).and_then(|()| diff.finish());
    let bytes = bytes.map_err(|_| Failure::Broken)?;
    Ok(String::from_utf8_lossy(&bytes).into())
}

/// The findings as an array; the report's spans lie in all of the text.
fn findings(text: &Text, report: &Report) -> Vec<u8> {
    let mut lines = Vec::new();
    let _ = render::finding_lines(&text.document(report), &LineIndex::new(text.shown()), &mut lines);
    lines.pop();
    let mut out = vec![b'['];
    out.extend(lines.into_iter().map(|byte| if byte == b'\n' { b',' } else { byte }));
    out.push(b']');
    out
}

/// The object of the document, without a line break.
fn document(text: &Text, report: &Report) -> Vec<u8> {
    let mut line = Vec::new();
    let _ = render::document_line(&text.document(report), &mut line);
    line.pop();
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_of_every_unit() {
        let text = "é😀x";
        let at = |unit, offsets: &[usize]| in_bytes(text, offsets.iter().copied(), unit);
        assert_eq!(at(Unit::Utf16, &[4, 0, 1, 2, 3, 5]), [Some(7), Some(0), Some(2), None, Some(6), None]);
        assert_eq!(at(Unit::Char, &[3, 2, 4]), [Some(7), Some(6), None]);
        assert_eq!(at(Unit::Byte, &[1, 2, 7]), [None, Some(2), Some(7)]);
    }
}
