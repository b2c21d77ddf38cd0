//! unspin for Python: its public interface, with offsets in characters, as Python counts them.

mod characters;
mod fixed;
mod pickle;
mod report;
mod unspinner;

use pyo3::prelude::*;

pyo3::create_exception!(unspin, DictionaryError, pyo3::exceptions::PyValueError, "A dictionary is at fault.");

#[pymodule]
fn _unspin(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("DictionaryError", module.py().get_type::<DictionaryError>())?;
    // Those by which pickles are made anew.
    module.add_function(wrap_pyfunction!(report::_report, module)?)?;
    module.add_function(wrap_pyfunction!(report::_finding, module)?)?;
    module.add_function(wrap_pyfunction!(report::_correction, module)?)?;
    module.add_function(wrap_pyfunction!(report::_evidence, module)?)?;
    module.add_function(wrap_pyfunction!(fixed::_fixed, module)?)?;
    module.add_function(wrap_pyfunction!(fixed::_edit, module)?)?;
    module.add_class::<unspinner::Unspinner>()?;
    module.add_class::<report::Report>()?;
    module.add_class::<report::Finding>()?;
    module.add_class::<report::Correction>()?;
    module.add_class::<report::Evidence>()?;
    module.add_class::<fixed::Fixed>()?;
    module.add_class::<fixed::Edit>()
}
