//! What clients send, as far as it matters here; the rest may be as it likes.

use lsp_server::ErrorCode;
use lsp_types::{Position, Range, TextDocumentContentChangeEvent};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Why something cannot be done, as the protocol has it.
pub(super) type Fault = (ErrorCode, String);

/// Makes sense of what came with a message.
pub(super) fn parse<P: DeserializeOwned>(params: Value) -> Result<P, Fault> {
    serde_json::from_value(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))
}

#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) uri: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ActionParams {
    pub(super) text_document: Named,
    pub(super) range: Range,
    #[serde(default)]
    pub(super) context: ActionContext,
}

#[derive(Default, Deserialize)]
pub(super) struct ActionContext {
    pub(super) only: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlaceParams {
    pub(super) text_document: Named,
    pub(super) position: Position,
}

#[derive(Deserialize)]
pub(super) struct CommandParams {
    pub(super) command: String,
    #[serde(default)]
    pub(super) arguments: Vec<Value>,
}

#[derive(Deserialize)]
pub(super) struct Allowed {
    pub(super) phrase: String,
    pub(super) uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OpenParams {
    pub(super) text_document: Opened,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Opened {
    pub(super) uri: String,
    #[serde(default)]
    pub(super) language_id: String,
    #[serde(default)]
    pub(super) version: i32,
    pub(super) text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangeParams {
    pub(super) text_document: Versioned,
    pub(super) content_changes: Vec<TextDocumentContentChangeEvent>,
}

#[derive(Deserialize)]
pub(super) struct Versioned {
    pub(super) uri: String,
    pub(super) version: Option<i32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CloseParams {
    pub(super) text_document: Named,
}

#[derive(Deserialize)]
pub(super) struct FoldersParams {
    pub(super) event: FoldersChange,
}

#[derive(Deserialize)]
pub(super) struct FoldersChange {
    #[serde(default)]
    pub(super) added: Vec<Named>,
    #[serde(default)]
    pub(super) removed: Vec<Named>,
}
