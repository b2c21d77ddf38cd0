//! A repaired text.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::characters::Characters;
use crate::pickle::{Pickled, pickled};
use crate::report::tuple;

/// A text with some repairs applied.
#[pyclass(frozen, module = "unspin")]
pub(crate) struct Fixed {
    fixed: unspin::Fixed,
    /// The text before the repairs.
    before: Arc<str>,
    original: Characters,
    repaired: Characters,
    /// The edits, in order; offsets are characters of the original text.
    #[pyo3(get)]
    edits: Py<PyTuple>,
}

/// The replacement of `start` to `end`, in characters of the original text.
#[pyclass(frozen, get_all, eq, hash, module = "unspin")]
#[derive(PartialEq, Hash)]
pub(crate) struct Edit {
    start: usize,
    end: usize,
    text: String,
}

impl Fixed {
    pub(crate) fn new(py: Python<'_>, before: Arc<str>, fixed: unspin::Fixed) -> PyResult<Self> {
        let (original, repaired) = (Characters::of(&before), Characters::of(&fixed.text));
        let edits = fixed.edits.iter().map(|edit| {
            let (start, end) = original.span(edit.span);
            Edit { start, end, text: edit.text.clone() }
        });
        Ok(Self { edits: tuple(py, edits)?, fixed, before, original, repaired })
    }
}

#[pymethods]
impl Fixed {
    #[getter]
    fn text(&self) -> &str {
        &self.fixed.text
    }

    /// Where the characters from `start` to `end` of the original text are in the repaired one.
    fn to_fixed(&self, start: usize, end: usize) -> (usize, usize) {
        let there = self.fixed.map.to_fixed(self.original.bytes((start, end)));
        self.repaired.span(there)
    }

    /// Where the characters from `start` to `end` of the repaired text are in the original one.
    fn to_original(&self, start: usize, end: usize) -> (usize, usize) {
        let there = self.fixed.map.to_original(self.repaired.bytes((start, end)));
        self.original.span(there)
    }

    fn __reduce__(&self, py: Python<'_>) -> Pickled<(&str, String)> {
        let edits =
            serde_json::to_string(&self.fixed.edits).map_err(|error| PyValueError::new_err(error.to_string()))?;
        pickled(py, "_fixed", (&self.before, edits))
    }

    fn __repr__(&self) -> String {
        format!("<Fixed: {} edits>", self.fixed.edits.len())
    }
}

#[pyfunction]
pub(crate) fn _fixed(py: Python<'_>, text: &str, edits: &str) -> PyResult<Fixed> {
    let edits: Vec<unspin::Edit> =
        serde_json::from_str(edits).map_err(|error| PyValueError::new_err(error.to_string()))?;
    Fixed::new(py, text.into(), unspin::Fixed::new(text, edits))
}

#[pyfunction]
pub(crate) fn _edit(start: usize, end: usize, text: String) -> Edit {
    Edit { start, end, text }
}

#[pymethods]
impl Edit {
    fn __reduce__(&self, py: Python<'_>) -> Pickled<(usize, usize, &str)> {
        pickled(py, "_edit", (self.start, self.end, &self.text))
    }

    fn __repr__(&self) -> String {
        format!("Edit(start={}, end={}, text={:?})", self.start, self.end, self.text)
    }
}
