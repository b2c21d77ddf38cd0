//! Streams of paragraphs from corpora: `.txt`, `.txt.zst`, `.txt.gz` or standard input, one paragraph a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Calls `visit` with every line of a corpus, bytes that are not UTF-8 replaced. `-` is standard input.
///
/// # Errors
///
/// Where the corpus cannot be read, with its path, or where `visit` fails.
pub(crate) fn for_each_line(path: &Path, mut visit: impl FnMut(&str) -> io::Result<()>) -> io::Result<()> {
    let mut reader = open(path).map_err(|error| named(path, &error))?;
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line).map_err(|error| named(path, &error))? == 0 {
            return Ok(());
        }
        match std::str::from_utf8(&line) {
            Ok(line) => visit(line)?,
            Err(_) => visit(&String::from_utf8_lossy(&line))?,
        }
    }
}

/// An error with the file that it is of.
pub(super) fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// What is said of corpora that there is nothing to learn from.
pub(crate) fn nothing(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("the corpora hold no {what}"))
}

fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    const BUFFER: usize = 1 << 20;
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::with_capacity(BUFFER, io::stdin())));
    }
    let file = File::open(path)?;
    let reader: Box<dyn Read> = match path.extension().and_then(|end| end.to_str()) {
        Some("zst") => Box::new(zstd::Decoder::new(file)?),
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(file)),
        _ => Box::new(file),
    };
    Ok(Box::new(BufReader::with_capacity(BUFFER, reader)))
}
