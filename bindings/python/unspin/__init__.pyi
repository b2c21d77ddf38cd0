from collections.abc import Sequence
from typing import Literal, final

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

__version__: str

_Family = Literal["thesaurus", "phrasal", "science", "translation"]

class DictionaryError(ValueError):
    """A dictionary is at fault; the message names file, line and column."""

@final
class Unspinner:
    """Checks texts. Good for any number of them, from any number of threads.

    assume_spun: take every text for spun, however short.
    prior: probability, 0 to 1, that a text is spun before it has been looked at (0.02).
    min_confidence: leave out findings with less confidence, 0 to 1 (0.6).
    quotes: what to do inside quotation marks; "auto" lets the text decide.
    families: the families of spinners to look for; all, unless told.
    allow: phrases that are never reported.
    evidence: whether findings tell their reasons, which takes most of their memory.
    model: "full" has a neural encoder read what looks spun, in ten times the time ("fast"); it needs a build with the
        feature `encoder`.
    dictionaries: files of dictionaries to add, contents by path, such as "substitutions/own.csv".
    builtin_dictionaries: whether the built-in dictionaries are used.

    Raises ValueError for settings that there are not, and DictionaryError for dictionaries at fault.
    """

    def __new__(
        cls,
        *,
        assume_spun: bool = False,
        prior: float | None = None,
        min_confidence: float | None = None,
        quotes: Literal["auto", "skip", "check"] | None = None,
        families: Sequence[_Family] | None = None,
        allow: Sequence[str] = ...,
        evidence: bool = True,
        model: Literal["fast", "full"] | None = None,
        dictionaries: dict[str, str | bytes] = ...,
        builtin_dictionaries: bool = True,
    ) -> Unspinner: ...
    def check(self, text: str) -> Report:
        """Checks a text. Other threads go on meanwhile."""

    def check_many(self, texts: Sequence[str], *, threads: int = 0) -> list[Report]:
        """Checks many texts on all cores, or on so many threads: their reports, in order."""

@final
class Report:
    """What a check of one text found."""

    @property
    def spun(self) -> float:
        """Probability, 0 to 1, that the text, or a part of it, is spun."""

    @property
    def is_spun(self) -> bool:
        """Whether it most probably is."""

    @property
    def share(self) -> float:
        """Share of the text, 0 to 1, in stretches that are more probably spun than not; 0 for a clean one."""

    @property
    def family(self) -> _Family | None:
        """The family of spinner, if the text is spun."""

    @property
    def rate(self) -> float:
        """Share of words outside quotation marks that were most probably swapped."""

    @property
    def tokens(self) -> int:
        """Number of tokens in the text."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, in order; none overlap."""

    def fix(
        self, *, automatic: bool = False, confidence: float | None = None, ids: Sequence[str] | None = None
    ) -> Fixed:
        """The text with its findings repaired.

        All of them, or only those that are automatic, that have at least this confidence, or that have these ids.
        """

@final
class Finding:
    """Words that do not stand where the author put them, with what most probably stood there."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def text(self) -> str:
        """The words that stand there."""

    @property
    def correction(self) -> str:
        """The likeliest correction; it is empty where the words are to be removed."""

    @property
    def confidence(self) -> float:
        """Calibrated probability, 0 to 1, that the likeliest correction is right."""

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """The likeliest corrections, the best first."""

    @property
    def severity(self) -> Literal["note", "warning", "error"]: ...
    @property
    def applicability(self) -> Literal["review", "automatic"]: ...
    @property
    def is_automatic(self) -> bool:
        """Whether it is safe to apply unseen."""

    @property
    def rule(self) -> str: ...
    @property
    def family(self) -> _Family: ...
    @property
    def message(self) -> str:
        """One sentence for people."""

    @property
    def evidence(self) -> tuple[Evidence, ...]: ...
    @property
    def sources(self) -> tuple[str, ...]:
        """Where the dictionaries have the substitution from."""

    @property
    def id(self) -> str:
        """Stays the same while the words and their surroundings do."""

@final
class Correction:
    """A replacement for what a finding covers."""

    @property
    def text(self) -> str: ...
    @property
    def confidence(self) -> float: ...

@final
class Evidence:
    """A reason for a finding, with its weight in nats where it has one."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def nats(self) -> float | None: ...

@final
class Fixed:
    """A text with some repairs applied."""

    @property
    def text(self) -> str: ...
    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits, in order; offsets are characters of the original text."""

    def to_fixed(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from start to end of the original text are in the repaired one."""

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from start to end of the repaired text are in the original one."""

@final
class Edit:
    """The replacement of start to end, in characters of the original text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def text(self) -> str: ...
