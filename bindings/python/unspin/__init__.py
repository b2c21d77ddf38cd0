"""Finds and repairs machine-spun English: words an article spinner swapped for synonyms that do not fit.

>>> import unspin
>>> unspinner = unspin.Unspinner(assume_spun=True)
>>> report = unspinner.check("The Protection Secretary stated that the American navy would stay.")
>>> [(finding.text, finding.correction) for finding in report.findings if finding.severity == "error"]
[('Protection', 'Defense')]
>>> report.fix(confidence=0.94).text
'The Defense Secretary stated that the American navy would stay.'

All offsets are characters, as Python counts them.
"""

from ._unspin import (
    Correction,
    DictionaryError,
    Edit,
    Evidence,
    Finding,
    Fixed,
    Report,
    Unspinner,
    __version__,
)

__all__ = [
    "Correction",
    "DictionaryError",
    "Edit",
    "Evidence",
    "Finding",
    "Fixed",
    "Report",
    "Unspinner",
    "__version__",
]
