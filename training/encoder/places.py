"""Reads the segments that `unspin learn places` writes (src/learn/segments.rs), and puts them into batches."""

import random
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

CHANGED, HARD, INSIDE = 8, 16, 32
LOOKS = 3


@dataclass
class Segment:
    id: str
    # Part of the cross-validation, or -1; whether it is to learn from.
    fold: int
    is_learned: bool
    # Words and candidates of the whole text, and the segment's first word in it.
    text_words: int
    text_candidates: int
    first: int
    pieces: np.ndarray
    owner: np.ndarray
    marks: np.ndarray
    # Start, end, phrase and own phrase of each offer.
    runs: np.ndarray
    channel: np.ndarray
    posterior: np.ndarray
    index: np.ndarray
    right: np.ndarray
    lengths: np.ndarray
    flat: np.ndarray
    # Start, end and phrase of each truth.
    truths: np.ndarray

    @property
    def words(self) -> int:
        return len(self.marks)


def segment(data: bytes) -> Segment:
    wide = np.frombuffer(data, "<i4", 5)
    pieces, words, offers, phrases, flat, truths, name = np.frombuffer(data, "<u2", 7, 20).tolist()
    at = 34

    def take(kind: str, count: int) -> np.ndarray:
        nonlocal at
        taken = np.frombuffer(data, kind, count, at)
        at += taken.nbytes
        return taken

    made = Segment(
        "", int(wide[0]), bool(wide[1]), int(wide[2]), int(wide[3]), int(wide[4]),
        take("<u2", pieces), take("<u2", pieces), take("u1", words), take("<u2", 4 * offers).reshape(4, -1),
        take("<f4", offers), take("<f4", offers), take("<u4", offers), take("u1", offers), take("<u2", phrases),
        take("<u2", flat), take("<u2", 3 * truths).reshape(3, -1),
    )  # fmt: skip
    made.id = data[at : at + name].decode()
    return made


def read(stream):
    """The segments of a file or of a program's output, one after the other."""
    while size := stream.read(4):
        yield segment(stream.read(int.from_bytes(size, "little")))


class Spinning:
    """A program that spins stretches of corpora."""

    def __init__(self, program: str, encoder: Path, corpora: list[Path], seed: int, stretches: int):
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name, "spins.seg")
        command = [program, "learn", "places", "--encoder", encoder, "--stretches", str(stretches), "--seed", str(seed)]
        self.process = subprocess.Popen([*command, "--out", self.path, "--corpus", *corpora])

    def segments(self) -> list[Segment]:
        """What it has made, once it is done."""
        if self.process.wait() != 0:
            raise RuntimeError(f"{self.process.args} ended with {self.process.returncode}")
        with self.folder, open(self.path, "rb") as stream:
            return list(read(stream))


def batches(segments: list[Segment], size: int, draw: random.Random) -> list[list[Segment]]:
    """Batches of segments of like length, in any order."""
    segments = sorted(segments, key=lambda segment: len(segment.pieces) + draw.random() * 20)
    made = [segments[at : at + size] for at in range(0, len(segments), size)]
    draw.shuffle(made)
    return made


def batch(segments: list[Segment], learn: np.random.Generator | None = None, lack: float = 0.0) -> dict:
    """Tensors of some segments.

    To learn from spun stretches, where the tables lack nothing and the language model has seen everything, what truly
    stood there is taken away in a share of the places (`lack`), and posteriors are made less sure.
    """
    length = max(len(segment.pieces) for segment in segments) + 2
    length = (length + 7) // 8 * 8
    ids, mask = np.zeros((len(segments), length), np.int64), np.zeros((len(segments), length), bool)
    parts = {name: [] for name in "at owner count first marks start last phrase own channel posterior right offset flat "
             "changed weight place true_start true_last true_phrase".split()}  # fmt: skip
    words = phrases = flat = 0
    for row, segment in enumerate(segments):
        count = len(segment.pieces)
        ids[row, 1 : count + 1] = segment.pieces
        # The pieces that start and end a segment have the first two numbers.
        ids[row, count + 1] = 1
        mask[row, : count + 2] = True
        kept = None
        posterior = segment.posterior
        if learn is not None and lack > 0:
            hidden = learn.random(segment.words) < lack
            kept = ~((segment.right > 0) & hidden[segment.runs[0]])
            sure = np.clip(posterior, 1e-3, 0.999)
            odds = np.log(sure / (1 - sure)) * learn.uniform(0.4, 1.0) + learn.normal(0, 0.4)
            posterior = 1 / (1 + np.exp(-odds))
        runs = segment.runs.astype(np.int64)
        take = (lambda numbers: numbers) if kept is None else (lambda numbers: numbers[..., kept])
        runs, posterior = take(runs), take(posterior)
        total = np.zeros(segment.words, np.float32)
        np.add.at(total, runs[0], posterior)
        over = total[runs[0]] if len(posterior) else posterior
        posterior = (posterior / np.maximum(over, 1)).astype(np.float32)
        marks = np.zeros((segment.words, LOOKS + 2), np.float32)
        for look in range(LOOKS):
            marks[:, look] = segment.marks >> look & 1
        np.add.at(marks[:, LOOKS], runs[0], posterior)
        steps = np.zeros(segment.words + 1, np.float32)
        np.add.at(steps, runs[0], posterior)
        np.add.at(steps, runs[1], -posterior)
        marks[:, LOOKS + 1] = np.cumsum(steps)[:-1]
        owner = segment.owner.astype(np.int64)
        at = row * length + 1 + np.arange(count)
        parts["at"].append(at)
        parts["owner"].append(owner + words)
        parts["count"].append(np.bincount(owner, minlength=segment.words))
        parts["first"].append(at[np.r_[True, owner[1:] != owner[:-1]]])
        parts["marks"].append(marks)
        parts["start"].append(runs[0] + words)
        parts["last"].append(runs[1] - 1 + words)
        parts["phrase"].append(runs[2] + phrases)
        parts["own"].append(runs[3] + phrases)
        parts["channel"].append(take(segment.channel))
        parts["posterior"].append(posterior)
        parts["right"].append(take(segment.right))
        parts["offset"].append(np.cumsum(segment.lengths, dtype=np.int64) - segment.lengths + flat)
        parts["flat"].append(segment.flat)
        is_changed, is_hard = segment.marks & CHANGED > 0, segment.marks & HARD > 0
        parts["changed"].append(is_changed)
        parts["weight"].append(np.where(is_changed & ~is_hard, 0.5, 1.0))
        # Of candidates inside a longer change nothing can be learned.
        place = np.zeros(segment.words, np.float32)
        place[runs[0]] = 1
        rights = np.zeros(segment.words, bool)
        rights[runs[0][take(segment.right) > 0]] = True
        place[(segment.marks & INSIDE > 0) & ~rights] = 0
        parts["place"].append(place)
        truths = segment.truths.astype(np.int64)
        parts["true_start"].append(truths[0] + words)
        parts["true_last"].append(truths[1] - 1 + words)
        parts["true_phrase"].append(truths[2] + phrases)
        words += segment.words
        phrases += len(segment.lengths)
        flat += len(segment.flat)
    whole = {"marks", "channel", "posterior", "right", "changed", "weight", "place", "count"}
    tensors = {
        name: torch.from_numpy(np.concatenate(arrays).astype(np.float32 if name in whole else np.int64, copy=False))
        for name, arrays in parts.items()
    }
    tensors["offsets"] = tensors.pop("offset")
    tensors |= {"ids": torch.from_numpy(ids), "mask": torch.from_numpy(mask)}
    return tensors | {"words": words}
