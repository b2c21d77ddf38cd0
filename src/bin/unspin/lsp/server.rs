//! What the server knows, and how it answers.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    CodeActionKind, CodeActionOptions, ExecuteCommandOptions, InitializeResult, PublishDiagnosticsParams,
    ServerCapabilities, ServerInfo, TextDocumentSyncKind, TextDocumentSyncOptions, WorkspaceFoldersServerCapabilities,
    WorkspaceOptions,
};
use serde_json::{Value, json};

use super::check::{Job, Outcome};
use super::document::Document;
use super::params::{
    ActionParams, Allowed, ChangeParams, CloseParams, CommandParams, Fault, FoldersParams, Named, OpenParams, Opened,
    PlaceParams, parse,
};
use super::position::Units;
use super::workspace::{self, Workspace};
use super::{Event, View, action, show, wire};
use crate::allow;
use crate::args::Checking;

/// How long nothing must have been typed before a text is checked.
const PAUSE: Duration = Duration::from_millis(250);

/// How far the client is in the life of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Waiting,
    Serving,
    ShutDown,
}

/// The documents and all that is known of the client.
pub(super) struct Server<W> {
    out: W,
    jobs: Sender<Job>,
    phase: Phase,
    checking: Checking,
    workspace: Workspace,
    view: View,
    /// The client can be asked to tell of changed files.
    watches: bool,
    documents: BTreeMap<String, Document>,
    revision: u64,
    /// A text is being checked.
    busy: bool,
}

/// An answer to a request: the result, or what is wrong with it.
type Answer = Result<Value, Fault>;

impl<W: Write> Server<W> {
    pub(super) fn new(checking: Checking, jobs: Sender<Job>, out: W) -> Self {
        Self {
            out,
            jobs,
            phase: Phase::Waiting,
            workspace: Workspace::new(checking.clone(), Vec::new()),
            checking,
            view: View::default(),
            watches: false,
            documents: BTreeMap::new(),
            revision: 0,
            busy: false,
        }
    }

    /// Whether the client said `shutdown`.
    pub(super) fn was_shut_down(&self) -> bool {
        self.phase == Phase::ShutDown
    }

    /// When a text is to be checked next.
    pub(super) fn due(&self) -> Option<Instant> {
        if self.busy { None } else { self.documents.values().filter_map(|document| document.due).min() }
    }

    /// Gives the text that waits longest to the thread that checks.
    pub(super) fn start(&mut self) -> anyhow::Result<()> {
        let now = Instant::now();
        let waits = |document: &&mut Document| document.due.is_some_and(|due| due <= now);
        if self.busy {
            return Ok(());
        }
        let Some(document) = self.documents.values_mut().filter(waits).min_by_key(|document| document.due) else {
            return Ok(());
        };
        document.due = None;
        let Some(format) = document.format() else { return Ok(()) };
        let path = workspace::path(&document.uri);
        let (settings, complaint) = match self.workspace.settings(path.as_deref()) {
            Ok(settings) => (Some(settings), None),
            Err(fault) => (fault.last, (!fault.told).then_some(fault.message)),
        };
        if let Some(settings) = settings {
            let job = Job {
                uri: document.uri.clone(),
                revision: document.revision,
                text: document.text.clone(),
                format,
                path: path.unwrap_or_default(),
                settings,
            };
            self.busy = self.jobs.send(job).is_ok();
        }
        complaint.map_or(Ok(()), |message| self.message("window/showMessage", 1, &message))
    }

    /// Takes in what happened; says whether it was the last.
    pub(super) fn take(&mut self, event: Event) -> anyhow::Result<bool> {
        match event {
            Event::Message(Message::Request(request)) => self.request(request)?,
            Event::Message(Message::Notification(notification)) if notification.method == "exit" => return Ok(true),
            Event::Message(Message::Notification(notification)) => self.notification(notification)?,
            // Nothing is asked of clients that they could refuse with harm.
            Event::Message(Message::Response(_)) => {}
            Event::Malformed(answer) => wire::write(&answer, &mut self.out)?,
            Event::Checked(outcome) => self.checked(outcome)?,
            Event::Gone => return Ok(true),
        }
        Ok(false)
    }

    fn request(&mut self, request: Request) -> anyhow::Result<()> {
        let Request { id, method, params } = request;
        let answer = match (self.phase, method.as_str()) {
            (Phase::Waiting, "initialize") => Ok(self.initialize(&params)),
            (Phase::Waiting, _) => Err((ErrorCode::ServerNotInitialized, "send initialize first".into())),
            (_, "initialize") => Err((ErrorCode::InvalidRequest, "is initialized already".into())),
            (Phase::ShutDown, _) => Err((ErrorCode::InvalidRequest, "is shut down".into())),
            (_, "shutdown") => {
                self.phase = Phase::ShutDown;
                Ok(Value::Null)
            }
            (_, "textDocument/codeAction") => parse(params).map(|params| self.actions(&params)),
            (_, "textDocument/hover") => parse(params).map(|params| self.hover(&params)),
            (_, "workspace/executeCommand") => match parse(params) {
                Ok(command) => self.execute(command)?,
                Err(fault) => Err(fault),
            },
            _ => Err((ErrorCode::MethodNotFound, format!("no method {method:?}"))),
        };
        self.answer(id, answer)
    }

    fn answer(&mut self, id: RequestId, answer: Answer) -> anyhow::Result<()> {
        let response = match answer {
            Ok(result) => Response::new_ok(id, result),
            Err((code, message)) => Response::new_err(id, code as i32, message),
        };
        self.send(response.into())
    }

    fn initialize(&mut self, params: &Value) -> Value {
        let can = |pointer: &str| params.pointer(&format!("/capabilities/{pointer}"));
        let strings = |value: Option<&Value>| -> Vec<String> {
            let list = value.and_then(Value::as_array).into_iter().flatten();
            list.filter_map(|one| one.as_str().map(str::to_owned)).collect()
        };
        let yes = |pointer: &str| can(pointer).and_then(Value::as_bool).unwrap_or_default();
        let offers = strings(can("general/positionEncodings"));
        self.view = View {
            units: Units::negotiate(offers.iter().map(String::as_str)),
            versioned: yes("workspace/workspaceEdit/documentChanges"),
            markdown: strings(can("textDocument/hover/contentFormat")).first().is_some_and(|first| first == "markdown"),
        };
        self.watches = yes("workspace/didChangeWatchedFiles/dynamicRegistration");
        let folders = params.get("workspaceFolders").and_then(Value::as_array).into_iter().flatten();
        let mut folders = strings(Some(&folders.filter_map(|folder| folder.get("uri")).cloned().collect()));
        if folders.is_empty() {
            folders.extend(params.get("rootUri").and_then(Value::as_str).map(str::to_owned));
        }
        let folders = folders.iter().filter_map(|uri| workspace::path(uri)).collect();
        self.workspace = Workspace::new(self.checking.clone(), folders);
        self.phase = Phase::Serving;
        json!(InitializeResult {
            capabilities: capabilities(self.view.units),
            server_info: Some(ServerInfo { name: "unspin".into(), version: Some(env!("CARGO_PKG_VERSION").into()) }),
        })
    }

    fn actions(&self, params: &ActionParams) -> Value {
        let Some(document) = self.documents.get(&params.text_document.uri) else { return json!([]) };
        let lines = document.lines(self.view.units);
        let span = lines.span(params.range);
        let allows = !self.checking.isolated;
        json!(action::actions(document, &lines, span, params.context.only.as_deref(), allows, self.view))
    }

    fn hover(&self, params: &PlaceParams) -> Value {
        let Some(document) = self.documents.get(&params.text_document.uri) else { return Value::Null };
        let lines = document.lines(self.view.units);
        let at = lines.offset(params.position);
        let under =
            document.found.iter().find(|found| found.span.start <= at && at < found.span.end.max(found.span.start + 1));
        under.map_or(Value::Null, |found| json!(show::hover(&lines, found, self.view.markdown)))
    }

    /// Carries out a command; what it changes shows in all texts.
    fn execute(&mut self, params: CommandParams) -> anyhow::Result<Answer> {
        if params.command != action::ALLOW {
            return Ok(Err((ErrorCode::InvalidParams, format!("no command {:?}", params.command))));
        }
        let arguments = params.arguments.into_iter().next().unwrap_or_default();
        let Allowed { phrase, uri } = match parse(arguments) {
            Ok(arguments) => arguments,
            Err(fault) => return Ok(Err(fault)),
        };
        let Some(file) = self.workspace.file_for(uri.as_deref().and_then(workspace::path).as_deref()) else {
            let message = "no settings are read with --isolated, so nothing can be allowed";
            return Ok(Err((ErrorCode::RequestFailed, message.into())));
        };
        match allow::add(&file, &phrase) {
            Ok(_) => {
                self.again();
                Ok(Ok(Value::Null))
            }
            Err(error) => {
                let message = format!("{error:#}");
                self.message("window/showMessage", 1, &message)?;
                Ok(Err((ErrorCode::RequestFailed, message)))
            }
        }
    }

    fn notification(&mut self, notification: Notification) -> anyhow::Result<()> {
        if self.phase != Phase::Serving {
            return Ok(());
        }
        let Notification { method, params } = notification;
        let result = match method.as_str() {
            "initialized" => return self.register(),
            "textDocument/didOpen" => parse(params).map(|params| self.open(params)),
            "textDocument/didChange" => parse(params).and_then(|params| self.change(params)),
            "textDocument/didClose" => match parse(params) {
                Ok(params) => return self.close(&params),
                Err(fault) => Err(fault),
            },
            "workspace/didChangeWorkspaceFolders" => parse(params).map(|params| self.folders(&params)),
            "workspace/didChangeWatchedFiles" | "workspace/didChangeConfiguration" => {
                self.again();
                Ok(())
            }
            _ => Ok(()),
        };
        match result {
            Ok(()) => Ok(()),
            Err((_, message)) => self.message("window/logMessage", 2, &format!("{method}: {message}")),
        }
    }

    /// Asks to be told when settings change.
    fn register(&mut self) -> anyhow::Result<()> {
        if !self.watches {
            return Ok(());
        }
        let options = json!({ "watchers": [{ "globPattern": "**/unspin.toml" }] });
        let registration =
            json!({ "id": "unspin-settings", "method": "workspace/didChangeWatchedFiles", "registerOptions": options });
        let params = json!({ "registrations": [registration] });
        self.send(Request::new("unspin-settings".to_owned().into(), "client/registerCapability".into(), params).into())
    }

    fn open(&mut self, params: OpenParams) {
        let Opened { uri, language_id, version, text } = params.text_document;
        self.revision += 1;
        let document = Document::new(uri.clone(), language_id, version, self.revision, text);
        self.documents.insert(uri, document);
    }

    fn change(&mut self, params: ChangeParams) -> Result<(), Fault> {
        let uri = params.text_document.uri;
        let Some(document) = self.documents.get_mut(&uri) else {
            return Err((ErrorCode::InvalidParams, format!("{uri} is not open")));
        };
        document.change(params.content_changes, self.view.units);
        self.revision += 1;
        document.revision = self.revision;
        document.version = params.text_document.version.unwrap_or(document.version);
        document.due = Some(Instant::now() + PAUSE);
        Ok(())
    }

    fn close(&mut self, params: &CloseParams) -> anyhow::Result<()> {
        let uri = &params.text_document.uri;
        if self.documents.remove(uri).is_none() {
            return Ok(());
        }
        self.publish(PublishDiagnosticsParams { uri: uri.as_str().into(), version: None, diagnostics: Vec::new() })
    }

    fn folders(&mut self, params: &FoldersParams) {
        let paths = |folders: &[Named]| -> Vec<PathBuf> {
            folders.iter().filter_map(|folder| workspace::path(&folder.uri)).collect()
        };
        self.workspace.change(paths(&params.event.added), &paths(&params.event.removed));
        self.again();
    }

    /// Checks all texts again, with settings read anew.
    fn again(&mut self) {
        self.workspace.refresh();
        for document in self.documents.values_mut() {
            self.revision += 1;
            document.revision = self.revision;
            document.due = Some(Instant::now());
        }
    }

    /// Shows what was found, unless the text has changed since.
    fn checked(&mut self, outcome: Outcome) -> anyhow::Result<()> {
        self.busy = false;
        let current = self.documents.get_mut(&outcome.uri).filter(|document| document.revision == outcome.revision);
        let Some(document) = current else { return Ok(()) };
        let Ok(found) = outcome.found else {
            let message = format!("{}: cannot be checked, which is a bug; please report it", outcome.uri);
            return self.message("window/logMessage", 1, &message);
        };
        document.found = found;
        let lines = document.lines(self.view.units);
        let diagnostics = document.found.iter().map(|found| show::diagnostic(&lines, found)).collect();
        let params = PublishDiagnosticsParams {
            uri: document.uri.as_str().into(),
            version: Some(document.version),
            diagnostics,
        };
        self.publish(params)
    }

    fn publish(&mut self, params: PublishDiagnosticsParams) -> anyhow::Result<()> {
        self.send(Notification::new("textDocument/publishDiagnostics".into(), params).into())
    }

    /// Tells the person at the editor, or its log, something; `kind` is 1 for an error and 2 for a warning.
    fn message(&mut self, method: &str, kind: u8, message: &str) -> anyhow::Result<()> {
        let params = json!({ "type": kind, "message": format!("unspin: {message}") });
        self.send(Notification::new(method.into(), params).into())
    }

    fn send(&mut self, message: Message) -> anyhow::Result<()> {
        let mut value = serde_json::to_value(message)?;
        value["jsonrpc"] = "2.0".into();
        Ok(wire::write(&value, &mut self.out)?)
    }
}

fn capabilities(units: Units) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(units.name().into()),
        text_document_sync: Some(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::Incremental),
                ..TextDocumentSyncOptions::default()
            }
            .into(),
        ),
        hover_provider: Some(true.into()),
        code_action_provider: Some(
            CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QuickFix, CodeActionKind::new(action::FIX_ALL)]),
                ..CodeActionOptions::default()
            }
            .into(),
        ),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: vec![action::ALLOW.into()],
            ..ExecuteCommandOptions::default()
        }),
        workspace: Some(WorkspaceOptions {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(true.into()),
            }),
            ..WorkspaceOptions::default()
        }),
        ..ServerCapabilities::default()
    }
}
