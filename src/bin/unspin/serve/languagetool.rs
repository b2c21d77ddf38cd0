//! LanguageTool's HTTP protocol, version 2, so that its many clients can ask.
//!
//! <https://languagetool.org/http-api/> describes it. Offsets count UTF-16 units.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{RawQuery, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use unspin::{Finding, LineIndex, Report, Rule, Severity, Span};

use super::annotated::Annotated;
use super::body::Kind;
use super::check::{self, Options, Text};
use super::guard::{Guard, bearer};
use super::queue::Limit;
use super::reply::{self, Refusal};
use super::{Server, body};
use crate::args::FieldFormat;

const CHECK: &str = "/v2/check";
/// The one category of all rules.
const CATEGORY: &str = "UNSPIN";
/// Characters of context on either side of a match.
const CONTEXT: usize = 40;
/// Characters of a sentence on either side of a match, at most: where no sentence ends, it would be the whole text, with
/// every match anew.
const SENTENCE: usize = 500;
/// Every variety of English; the text is not held against the rules of any of them.
const LANGUAGES: [(&str, &str); 7] = [
    ("English", "en"),
    ("English (Australian)", "en-AU"),
    ("English (Canadian)", "en-CA"),
    ("English (GB)", "en-GB"),
    ("English (New Zealand)", "en-NZ"),
    ("English (South African)", "en-ZA"),
    ("English (US)", "en-US"),
];

pub(super) async fn languages() -> Response {
    let all = LANGUAGES.map(|(name, code)| json!({ "name": name, "code": "en", "longCode": code }));
    reply::json(json!(all).to_string())
}

pub(super) async fn info() -> Response {
    reply::json(json!({ "software": software() }).to_string())
}

pub(super) async fn max_text_length(State(server): State<Arc<Server>>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], server.max_size.to_string()).into_response()
}

pub(super) async fn check_form(State(server): State<Arc<Server>>, request: Request) -> Response {
    let secret = secret(&request);
    let work = async {
        let known = match admit(&server, secret.as_deref(), b"") {
            Err(error) if secret.is_some() => return Err(error),
            admitted => admitted.is_ok(),
        };
        let queue = if known { &server.queue } else { &server.hall };
        let (mut place, bytes) = body::take(&server, queue, request, Kind::Form).await?;
        if !known {
            admit(&server, secret.as_deref(), &bytes)?;
            place = server.queue.enter(place.deadline())?;
        }
        let server = Arc::clone(&server);
        place.run(move |limit| answer(&server, &bytes, limit)).await?
    };
    finished(work.await)
}

pub(super) async fn check_query(
    State(server): State<Arc<Server>>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let secret = secret(&request);
    let work = async {
        let query = query.unwrap_or_default();
        admit(&server, secret.as_deref(), query.as_bytes())?;
        let place = server.queue.enter(tokio::time::Instant::now() + server.time_limit)?;
        let server = Arc::clone(&server);
        place.run(move |limit| answer(&server, query.as_bytes(), limit)).await?
    };
    finished(work.await)
}

fn finished(result: Result<Value, Refusal>) -> Response {
    result.map_or_else(|refusal| refusal.answer(CHECK), |answer| reply::json(answer.to_string()))
}

fn secret(request: &Request) -> Option<String> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    bearer(value).map(str::to_owned)
}

/// Refuses a request with the token neither in its header nor, where that has none, in its form.
fn admit(server: &Server, secret: Option<&str>, form: &[u8]) -> Result<(), Refusal> {
    let key = || form_urlencoded::parse(form).find(|(name, _)| name == "apiKey").map(|(_, key)| key);
    let secret = secret.map(Cow::from).or_else(key).unwrap_or_default();
    if server.guard.is_token(&secret) { Ok(()) } else { Err(Guard::no_token()) }
}

/// What a request asks for.
struct Asked {
    text: Annotated,
    language: (&'static str, &'static str),
    /// The language was to be found out.
    detected: bool,
    rules: Choice,
    categories: Choice,
    /// Only what is enabled by name counts.
    only: bool,
    picky: bool,
}

/// Names that are switched on or off.
struct Choice {
    on: Vec<String>,
    off: Vec<String>,
}

impl Asked {
    fn read(fields: &HashMap<String, String>) -> Result<Self, Refusal> {
        let field = |name: &str| fields.get(name).map(String::as_str);
        let list = |name: &str| -> Vec<String> {
            let names = field(name).unwrap_or_default().split(',').map(str::trim);
            names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
        };
        let yes = |name: &str| field(name).is_some_and(|value| value == "true" || value == "yes");
        let text = match (field("text"), field("data")) {
            (Some(text), None) => Annotated::plain(text.to_owned()),
            (None, Some(data)) => Annotated::parse(data).map_err(Refusal::bad)?,
            (None, None) => return Err(Refusal::bad("Missing 'text' or 'data' parameter")),
            (Some(_), Some(_)) => return Err(Refusal::bad("Set only 'text' or 'data' parameter, not both")),
        };
        let code =
            field("language").ok_or_else(|| Refusal::bad("Missing 'language' parameter, e.g. 'language=en-US'"))?;
        let detected = code.eq_ignore_ascii_case("auto");
        let wanted = if detected { "en-US" } else { code };
        let language =
            LANGUAGES.into_iter().find(|(_, known)| known.eq_ignore_ascii_case(wanted)).ok_or_else(|| {
                let known = LANGUAGES.map(|(_, code)| code).join(", ");
                Refusal::bad(format!("'language' is not one that is known here: {known} and auto are"))
            })?;
        let asked = Self {
            text,
            language,
            detected,
            rules: Choice { on: list("enabledRules"), off: list("disabledRules") },
            categories: Choice { on: list("enabledCategories"), off: list("disabledCategories") },
            only: yes("enabledOnly"),
            picky: match field("level") {
                None | Some("default") => false,
                Some("picky") => true,
                Some(_) => return Err(Refusal::bad("'level' must be 'default' or 'picky'")),
            },
        };
        if asked.only && asked.rules.on.is_empty() && asked.categories.on.is_empty() {
            let message = "You must specify enabledRules or enabledCategories when using enabledOnly=true";
            return Err(Refusal::bad(message));
        }
        if asked.only && !(asked.rules.off.is_empty() && asked.categories.off.is_empty()) {
            let message = "You cannot specify disabledRules or disabledCategories using enabledOnly=true";
            return Err(Refusal::bad(message));
        }
        Ok(asked)
    }

    /// Whether findings of a rule are asked for.
    fn wants(&self, rule: Rule) -> bool {
        let id = rule_id(rule);
        let has = |names: &[String], name: &str| names.iter().any(|known| known == name);
        if has(&self.rules.on, &id) || has(&self.categories.on, CATEGORY) {
            return true;
        }
        !self.only && !has(&self.rules.off, &id) && !has(&self.categories.off, CATEGORY)
    }
}

fn answer(server: &Server, form: &[u8], limit: &Limit) -> Result<Value, Refusal> {
    let fields: HashMap<String, String> = form_urlencoded::parse(form).into_owned().collect();
    let asked = Asked::read(&fields)?;
    drop(fields);
    let text = Text::new(asked.text.text().to_owned(), FieldFormat::Text)?;
    let plan = Options::assuming_spun(asked.picky).over(server);
    let report = check::check(server, &text, &plan, limit, |_, _| Ok(()))?;
    Ok(rendered(&asked, &report))
}

fn rendered(asked: &Asked, report: &Report) -> Value {
    let text = asked.text.text();
    let index = LineIndex::new(text);
    let matches: Vec<Value> = (report.findings.iter())
        .filter(|finding| asked.wants(finding.rule))
        .map(|finding| one_match(asked, finding, text, &index))
        .collect();
    let (name, code) = asked.language;
    let source = if asked.detected { "unspin checks English only" } else { "" };
    json!({
        "software": software(),
        "warnings": { "incompleteResults": false },
        "language": {
            "name": name, "code": code,
            "detectedLanguage": { "name": name, "code": code, "confidence": 1.0, "source": source },
        },
        "matches": matches,
    })
}

fn one_match(asked: &Asked, finding: &Finding, text: &str, index: &LineIndex<'_>) -> Value {
    let place = asked.text.place(finding.span, index);
    let replacements: Vec<Value> = if place.is_plain {
        finding.corrections.iter().map(|correction| json!({ "value": correction.text })).collect()
    } else {
        // What the client would put in the place of the whole would lose the markup inside.
        Vec::new()
    };
    let rule = finding.rule;
    let (context, before) = context(text, finding);
    json!({
        "message": finding.message,
        "shortMessage": short(rule),
        "replacements": replacements,
        "offset": place.offset,
        "length": place.length,
        "context": {
            "text": context, "offset": before,
            "length": index.utf16(finding.span.end) - index.utf16(finding.span.start),
        },
        "sentence": sentence(text, finding),
        "type": { "typeName": if finding.severity == Severity::Error { "UnknownWord" } else { "Other" } },
        "rule": {
            "id": rule_id(rule),
            "description": rule.summary(),
            "issueType": issue(finding),
            "category": { "id": CATEGORY, "name": "Machine-spun words" },
            "isPremium": false,
            "confidence": finding.confidence(),
        },
        "ignoreForIncompleteSentence": false,
        "contextForSureMatch": -1,
    })
}

/// The id of a rule as LanguageTool's are: `UNSPIN_SWAPPED_WORD`.
fn rule_id(rule: Rule) -> String {
    format!("{CATEGORY}_{}", rule.name().replace('-', "_").to_ascii_uppercase())
}

fn short(rule: Rule) -> &'static str {
    match rule {
        Rule::BrokenExpression => "Broken name or term",
        Rule::BrokenPhrase => "Broken phrase",
        Rule::SwappedFunctionWord => "Swapped small word",
        Rule::InsertedWords => "Inserted words",
        _ => "Swapped word",
    }
}

/// The type of the Internationalization Tag Set, by which clients choose colors.
fn issue(finding: &Finding) -> &'static str {
    match (finding.severity, finding.rule) {
        (Severity::Note, _) => "style",
        (_, Rule::BrokenExpression) => "terminology",
        (_, Rule::SwappedFunctionWord) => "grammar",
        (_, Rule::InsertedWords) => "addition",
        _ => "mistranslation",
    }
}

/// What stands around a finding, on one line, and where it starts in it, in UTF-16 units.
fn context(text: &str, finding: &Finding) -> (String, usize) {
    let Span { start, end } = around(text, finding, CONTEXT);
    let line = |text: &str| text.replace(['\n', '\r', '\t'], " ");
    let dots = |cut: bool| if cut { "..." } else { "" };
    let before = dots(start > 0).to_owned() + &line(&text[start..finding.span.start]);
    let rest = line(&text[finding.span.start..end]) + dots(end < text.len());
    let offset = before.encode_utf16().count();
    (before + &rest, offset)
}

/// The sentence that a finding stands in, more or less.
fn sentence<'t>(text: &'t str, finding: &Finding) -> &'t str {
    let ends = |window: &str| window.ends_with(['.', '!', '?', '\n']);
    let Span { start, end } = around(text, finding, SENTENCE);
    let before = &text[start..finding.span.start];
    let first = before
        .char_indices()
        .rev()
        .find(|&(at, c)| c == '\n' || (c.is_whitespace() && ends(&before[..at])))
        .map_or(start, |(at, c)| start + at + c.len_utf8());
    let after = &text[finding.span.end..end];
    let last = after
        .char_indices()
        .find(|&(at, c)| c == '\n' || (c.is_whitespace() && ends(&after[..at])))
        .map_or(end, |(at, _)| finding.span.end + at);
    text[first..last].trim()
}

/// A finding and so many characters on either side of it, where there are as many.
fn around(text: &str, finding: &Finding, chars: usize) -> Span {
    let Span { start, end } = finding.span;
    let first = text[..start].char_indices().rev().take(chars).last().map_or(start, |(at, _)| at);
    let last = text[end..].char_indices().nth(chars).map_or(text.len(), |(at, _)| end + at);
    Span::new(first, last)
}

fn software() -> Value {
    json!({
        "name": "unspin", "version": env!("CARGO_PKG_VERSION"), "buildDate": null, "apiVersion": 1,
        "premium": false, "premiumHint": "", "status": "",
    })
}
