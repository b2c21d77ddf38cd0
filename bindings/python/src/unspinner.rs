//! What checks texts.

use std::collections::BTreeMap;
use std::sync::Arc;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyDict;
use rayon::prelude::*;
use unspin::{Config, SourceFile};

use crate::DictionaryError;
use crate::report::Report;

/// Checks texts. Good for any number of them, from any number of threads.
///
/// assume_spun: take every text for spun, however short.
/// prior: probability, 0 to 1, that a text is spun before it has been looked at (0.02).
/// min_confidence: leave out findings with less confidence, 0 to 1 (0.6).
/// quotes: what to do inside quotation marks, "auto", "skip" or "check"; "auto" lets the text decide.
/// families: the families of spinners to look for, "thesaurus", "phrasal", "science" and "translation"; all, unless told.
/// allow: phrases that are never reported.
/// evidence: whether findings tell their reasons, which takes most of their memory.
/// model: "full" has a neural encoder read what looks spun, in ten times the time ("fast"); it needs a build with the
///     feature `encoder`.
/// dictionaries: files of dictionaries to add, contents by path, such as "substitutions/own.csv".
/// builtin_dictionaries: whether the built-in dictionaries are used.
///
/// Raises ValueError for settings that there are not, and DictionaryError for dictionaries at fault.
#[pyclass(frozen, module = "unspin")]
pub(crate) struct Unspinner {
    own: unspin::Unspinner,
    /// The named arguments that it was made with, by which another process makes it anew.
    settings: Py<PyDict>,
}

/// More threads than this are none the faster, and the program has no more either.
const MOST_THREADS: usize = 256;

/// Texts that are checked between two looks at what Python was told meanwhile: a second of work where all are spun.
const BATCH: usize = 256;

/// A share, from 0 to 1.
fn share<T: Into<f64> + Copy>(name: &str, value: T) -> PyResult<T> {
    if (0.0..=1.0).contains(&value.into()) {
        return Ok(value);
    }
    Err(PyValueError::new_err(format!("{name} must be from 0 to 1, got {}", value.into())))
}

pub(crate) fn named<T: std::str::FromStr<Err = unspin::UnknownName>>(name: &str) -> PyResult<T> {
    name.parse().map_err(|error: unspin::UnknownName| PyValueError::new_err(error.to_string()))
}

/// The text of a file of a dictionary, as it is or as bytes.
#[derive(FromPyObject, IntoPyObjectRef)]
enum Contents {
    Text(PyBackedStr),
    Bytes(Vec<u8>),
}

#[pymethods]
impl Unspinner {
    #[new]
    #[pyo3(signature = (
        *, assume_spun = false, prior = None, min_confidence = None, quotes = None, families = None,
        allow = Vec::new(), evidence = true, model = None, dictionaries = BTreeMap::new(), builtin_dictionaries = true,
    ))]
    #[allow(clippy::too_many_arguments, reason = "settings, each with its name")]
    fn new(
        py: Python<'_>,
        assume_spun: bool,
        prior: Option<f64>,
        min_confidence: Option<f32>,
        quotes: Option<&str>,
        families: Option<Vec<PyBackedStr>>,
        allow: Vec<String>,
        evidence: bool,
        model: Option<&str>,
        dictionaries: BTreeMap<String, Contents>,
        builtin_dictionaries: bool,
    ) -> PyResult<Self> {
        let settings = PyDict::new(py);
        settings.set_item("assume_spun", assume_spun)?;
        settings.set_item("prior", prior)?;
        settings.set_item("min_confidence", min_confidence)?;
        settings.set_item("quotes", quotes)?;
        settings.set_item("families", &families)?;
        settings.set_item("allow", &allow)?;
        settings.set_item("evidence", evidence)?;
        settings.set_item("model", model)?;
        settings.set_item("dictionaries", &dictionaries)?;
        settings.set_item("builtin_dictionaries", builtin_dictionaries)?;
        let mut config = Config::default();
        config.assume_spun = assume_spun;
        config.evidence = evidence;
        config.allow = allow;
        // The encoder is read only where it is asked for.
        config.model = model.map_or(Ok(unspin::Model::Fast), named)?;
        if let Some(prior) = prior {
            config.prior = share("prior", prior)?;
        }
        if let Some(confidence) = min_confidence {
            config.min_confidence = share("min_confidence", confidence)?;
        }
        if let Some(quotes) = quotes {
            config.quotes = named(quotes)?;
        }
        if let Some(families) = families {
            if families.is_empty() {
                return Err(PyValueError::new_err("families names no family; leave it out for all"));
            }
            config.families = families.iter().map(|name| named(name)).collect::<PyResult<_>>()?;
        }
        let files: Vec<SourceFile> = dictionaries
            .into_iter()
            .map(|(path, contents)| {
                let bytes = match contents {
                    Contents::Text(text) => text.as_bytes().to_vec(),
                    Contents::Bytes(bytes) => bytes,
                };
                SourceFile { path, bytes }
            })
            .collect();
        let is_full = config.model == unspin::Model::Full;
        let mut builder = unspin::Unspinner::builder().config(config).builtin_dictionaries(builtin_dictionaries);
        if !files.is_empty() {
            builder = builder.dictionaries(files);
        }
        #[cfg(feature = "encoder")]
        if is_full {
            builder = builder.builtin_encoder();
        }
        #[cfg(not(feature = "encoder"))]
        if is_full {
            return Err(PyValueError::new_err("model \"full\" needs unspin built with the feature `encoder`"));
        }
        let built = py.detach(|| builder.try_build());
        let own = built.map_err(|error| DictionaryError::new_err(error.to_string()))?;
        Ok(Self { own, settings: settings.unbind() })
    }

    fn __getnewargs_ex__(&self, py: Python<'_>) -> ((), Py<PyDict>) {
        ((), self.settings.clone_ref(py))
    }

    /// Checks a text. Other threads go on meanwhile.
    fn check(&self, py: Python<'_>, text: PyBackedStr) -> PyResult<Report> {
        let report = py.detach(|| self.own.check(&text));
        Report::new(py, Arc::from(&*text), report)
    }

    /// Checks many texts on all cores, or on so many `threads`: their reports, in order.
    #[pyo3(signature = (texts, *, threads = 0))]
    fn check_many(&self, py: Python<'_>, texts: Vec<PyBackedStr>, threads: usize) -> PyResult<Vec<Report>> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.min(MOST_THREADS)).build();
        let pool = pool.map_err(|error| PyRuntimeError::new_err(format!("cannot start threads: {error}")))?;
        let mut reports = Vec::with_capacity(texts.len());
        for texts in texts.chunks(BATCH) {
            // A corpus takes hours: who interrupts it need not wait for its end.
            py.check_signals()?;
            let checked: Vec<_> =
                py.detach(|| pool.install(|| texts.par_iter().map(|text| self.own.check(text)).collect()));
            for (text, report) in texts.iter().zip(checked) {
                reports.push(Report::new(py, Arc::from(&**text), report)?);
            }
        }
        Ok(reports)
    }
}
