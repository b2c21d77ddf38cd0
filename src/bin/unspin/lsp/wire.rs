//! Messages on standard input and output. A message that makes no sense is answered, and the next one is read.

use std::io::{self, BufRead, Read as _, Write};

use lsp_server::{ErrorCode, Message};
use serde_json::{Value, json};

/// Bytes that a message may have: more is no document that anybody edits.
const LIMIT: u64 = 1 << 30;

/// What was read.
#[derive(Debug)]
pub(super) enum Read {
    Message(Message),
    /// Not a message, with the answer that the protocol has for it.
    Malformed(Value),
    /// The client is gone.
    End,
}

/// Reads the next message.
pub(super) fn read(from: &mut impl BufRead) -> Read {
    let mut length: Option<u64> = None;
    let mut header = Vec::new();
    loop {
        header.clear();
        match from.read_until(b'\n', &mut header) {
            Ok(0) | Err(_) => return Read::End,
            Ok(_) => {}
        }
        let line = header.trim_ascii();
        if line.is_empty() {
            match length {
                Some(_) => break,
                // Blank lines between messages do no harm.
                None => continue,
            }
        }
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { continue };
        if line[..colon].trim_ascii().eq_ignore_ascii_case(b"content-length") {
            length = std::str::from_utf8(line[colon + 1..].trim_ascii()).ok().and_then(|digits| digits.parse().ok());
            if length.is_none_or(|length| length > LIMIT) {
                length = None;
            }
        }
    }
    let mut body = Vec::new();
    let wanted = length.unwrap_or_default();
    match from.take(wanted).read_to_end(&mut body) {
        Ok(got) if got as u64 == wanted => understand(&body),
        _ => Read::End,
    }
}

fn understand(body: &[u8]) -> Read {
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => return Read::Malformed(refusal(Value::Null, ErrorCode::ParseError, &error.to_string())),
    };
    let id = value.get("id").filter(|id| id.is_string() || id.is_number()).cloned().unwrap_or_default();
    match serde_json::from_value(value) {
        Ok(message) => Read::Message(message),
        Err(_) => Read::Malformed(refusal(id, ErrorCode::InvalidRequest, "neither request, notification nor response")),
    }
}

fn refusal(id: Value, code: ErrorCode, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code as i32, "message": message } })
}

/// Writes a message.
pub(super) fn write(message: &Value, to: &mut impl Write) -> io::Result<()> {
    let body = message.to_string();
    write!(to, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    to.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn what_makes_no_sense_is_answered() {
        let request = r#"{"jsonrpc":"2.0","id":1,"method":"shutdown"}"#;
        let stream = [
            framed("{"),
            framed("[1,2]"),
            framed(r#"{"id":7,"method":3}"#),
            "nonsense\r\n\r\nContent-Length: x\r\nContent-Type: y\r\n".into(),
            format!("content-length:{}\n\n{request}", request.len()),
            framed(request)[..30].to_owned(),
        ]
        .concat();
        let mut stream = stream.as_bytes();
        for (id, code) in [(Value::Null, -32700), (Value::Null, -32600), (json!(7), -32600)] {
            let Read::Malformed(answer) = read(&mut stream) else { panic!("taken for a message") };
            assert_eq!((&answer["id"], &answer["error"]["code"]), (&id, &json!(code)));
        }
        assert!(matches!(read(&mut stream), Read::Message(Message::Request(_))));
        assert!(matches!(read(&mut stream), Read::End));
    }
}
