//! How things go to other processes of Python and come back.

use pyo3::prelude::*;

/// What `__reduce__` gives: a function of this module that makes the thing anew, and its arguments.
pub(crate) type Pickled<A> = PyResult<(Py<PyAny>, A)>;

/// A thing that the function of this name makes anew.
pub(crate) fn pickled<A>(py: Python<'_>, maker: &str, arguments: A) -> Pickled<A> {
    Ok((py.import("unspin._unspin")?.getattr(maker)?.unbind(), arguments))
}
