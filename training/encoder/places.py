"""Reads what `unspin learn places` writes, cut into word pieces and segments, and puts it into batches."""

import json
import random
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

# Word pieces of a segment, the two marks around it not counted; the same as in the program.
SEGMENT = 190
# Words of the vocabulary beside the phrases of a batch.
OTHERS = 1000
# Word pieces of a word that are looked at.
WORD = 16
# A run of letters and digits, or any other character.
RUNS = re.compile(r"[^\W_]+|\S")


class Pieces:
    """Cuts words, in lower case, into word pieces: the longest that fits, from the left (Devlin et al., 2019)."""

    def __init__(self, tokenizer: Path):
        self.vocabulary = json.loads(tokenizer.read_text())["model"]["vocab"]
        self.first, self.last, self.unknown = (self.vocabulary[mark] for mark in ("[CLS]", "[SEP]", "[UNK]"))
        self.known: dict[str, tuple[int, ...]] = {}

    def word(self, word: str) -> tuple[int, ...]:
        if word not in self.known:
            pieces = [piece for run in RUNS.findall(word) for piece in self.run(run)]
            self.known[word] = tuple(pieces[:WORD]) or (self.unknown,)
        return self.known[word]

    def run(self, run: str) -> list[int]:
        pieces, at = [], 0
        while at < len(run):
            ends = range(len(run), at, -1)
            found = ((self.vocabulary.get(("##" if at else "") + run[at:end]), end) for end in ends)
            piece, at = next((pair for pair in found if pair[0] is not None), (None, 0))
            if piece is None:
                return [self.unknown]
            pieces.append(piece)
        return pieces

    def phrase(self, words: str) -> list[int]:
        return [piece for word in words.split(" ") for piece in self.word(word)] if words else [self.unknown]


@dataclass
class Segment:
    """Whole sentences, as many as fit."""

    pieces: np.ndarray
    # The word of each piece, -1 for the marks.
    words: np.ndarray
    start: int
    end: int


@dataclass
class Text:
    """A text with its candidates: start, end, words, ln of the channel, posterior."""

    id: str
    fold: int | None
    words: list[str]
    segments: list[Segment]
    # Whether each word was changed, and how much that counts.
    changed: np.ndarray
    weight: np.ndarray
    hard: np.ndarray
    # What stood at a run of words, by start and end.
    truth: dict[tuple[int, int], set[str]]
    # Words inside a longer change, where nothing can be learned of candidates.
    inside: set[int]
    candidates: list[tuple[int, int, str, float, float]]
    right: np.ndarray
    by_start: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))


def shared(own: list[str], other: list[str]) -> tuple[int, int]:
    """Words that two runs share at their starts and ends."""
    before = after = 0
    while before < min(len(own), len(other)) and own[before] == other[before]:
        before += 1
    while after < min(len(own), len(other)) - before and own[-1 - after] == other[-1 - after]:
        after += 1
    return before, after


def read(path: Path, pieces: Pieces, limit: int | None = None) -> list[Text]:
    """Reads the texts of a file."""
    texts = []
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number == limit:
                break
            texts.append(text(json.loads(line), pieces))
    return texts


def text(line: dict, pieces: Pieces) -> Text:
    words = line["words"]
    changed, weight = np.zeros(len(words), np.float32), np.ones(len(words), np.float32)
    hard = np.zeros(len(words), bool)
    truth, inside = defaultdict(set), set()
    for start, end, is_hard, corrections in line["edits"]:
        changed[start:end] = 1
        hard[start:end] = is_hard
        weight[start:end] = 1 if is_hard else 0.5
        inside.update(range(start + 1, end))
        for correction in corrections:
            other = correction.split(" ") if correction else []
            before, after = shared(words[start:end], other)
            truth[start + before, end - after].add(" ".join(other[before : len(other) - after]))
            truth[start, end].add(correction)
    candidates = [tuple(candidate) for candidate in line["candidates"]]
    right = [words in truth.get((start, end), ()) for start, end, words, _, _ in candidates]
    made = Text(
        line["id"], line["fold"], words, segments(words, line["ends"], pieces), changed, weight, hard, dict(truth),
        inside - {start for start, _ in truth}, candidates, np.array(right, bool),
    )  # fmt: skip
    for index, candidate in enumerate(candidates):
        made.by_start[candidate[0]].append(index)
    return made


def segments(words: list[str], ends: list[int], pieces: Pieces) -> list[Segment]:
    cut = [pieces.word(word) for word in words]
    runs, run, size, start = [], [], 0, 0
    for end in ends:
        if run and size + sum(len(cut[at]) for at in range(start, end)) > SEGMENT:
            runs.append(run)
            run, size = [], 0
        for at in range(start, end):
            if run and size + len(cut[at]) > SEGMENT:
                runs.append(run)
                run, size = [], 0
            run.append(at)
            size += len(cut[at])
        start = end
    if run:
        runs.append(run)
    made = []
    for run in runs:
        ids = [pieces.first, *(piece for at in run for piece in cut[at]), pieces.last]
        owners = [-1, *(at for at in run for _ in cut[at]), -1]
        made.append(Segment(np.array(ids), np.array(owners), run[0], run[-1] + 1))
    return made


def batches(items: list[tuple[Text, Segment]], size: int, random: random.Random) -> list[list[tuple[Text, Segment]]]:
    """Batches of segments of like length, in any order."""
    items = sorted(items, key=lambda item: len(item[1].pieces) + random.random() * 30)
    made = [items[at : at + size] for at in range(0, len(items), size)]
    random.shuffle(made)
    return made


def batch(
    items: list[tuple[Text, Segment]],
    pieces: Pieces,
    learn: float | None,
    random: random.Random,
    vocabulary: list[str] | None = None,
) -> dict:
    """Tensors of some segments. `learn` is the share of the unchanged places to learn from; none takes all candidates.

    Some words of the vocabulary are put beside all the phrases of the batch, for what stood at a place to be told from.
    """
    length = max(len(segment.pieces) for _, segment in items)
    ids, mask = np.zeros((len(items), length), np.int64), np.zeros((len(items), length), np.int64)
    owner = np.full((len(items), length), -1, np.int64)
    phrases, flat, offsets = {}, [], []
    spans, starts, ends = {}, [], []
    rows, sites = [], []

    def phrase(words: str) -> int:
        if words not in phrases:
            phrases[words] = len(offsets)
            offsets.append(len(flat))
            flat.extend(pieces.phrase(words))
        return phrases[words]

    first = 0
    for number, (text, segment) in enumerate(items):
        count = len(segment.pieces)
        ids[number, :count], mask[number, :count] = segment.pieces, 1
        owner[number, :count] = np.where(segment.words >= 0, segment.words - segment.start + first, -1)
        begins = set(text.by_start) | ({start for start, _ in text.truth} if learn is not None else set())
        for start in sorted(begin for begin in begins if segment.start <= begin < segment.end):
            changed = text.changed[start] > 0
            if learn is not None and (start in text.inside or not changed and random.random() > learn):
                continue
            offers = [
                (*text.candidates[index][:4], text.right[index], index)
                for index in text.by_start[start]
                if text.candidates[index][1] <= segment.end
            ]
            if learn is not None and changed and not any(offer[4] for offer in offers):
                # What truly stood there is put beside the candidates where they lack it.
                lacking = [(end, words) for (begin, end), words in text.truth.items() if begin == start < end]
                if not lacking or lacking[0][0] > segment.end:
                    continue
                offers.append((start, lacking[0][0], min(lacking[0][1]), -5.0, True, -1))
            if not offers:
                continue
            for start, end, words, channel, right, index in offers:
                span = (start - segment.start + first, end - segment.start + first)
                if span not in spans:
                    spans[span] = len(starts)
                    starts.append(span[0])
                    ends.append(span[1])
                own = " ".join(text.words[start:end])
                rows.append((spans[span], phrase(words), phrase(own), len(sites), channel, right, index))
            sites.append(not changed)
        first += segment.end - segment.start
    others = random.sample(vocabulary, min(len(vocabulary), OTHERS)) if vocabulary else []
    for word in others:
        phrase(word)
    span, words, own, site, channel, right, index = zip(*rows) if rows else [()] * 7
    whole = lambda numbers: torch.tensor(numbers, dtype=torch.long)
    parts = lambda name: np.concatenate([getattr(text, name)[segment.start : segment.end] for text, segment in items])
    return {
        "ids": torch.from_numpy(ids), "mask": torch.from_numpy(mask), "owner": torch.from_numpy(owner), "words": first,
        "changed": torch.from_numpy(parts("changed")), "weight": torch.from_numpy(parts("weight")),
        "starts": whole(starts), "ends": whole(ends), "flat": whole(flat), "offsets": whole(offsets),
        "span": whole(span), "phrase": whole(words), "own": whole(own), "site": whole(site),
        "channel": torch.tensor(channel, dtype=torch.float), "right": torch.tensor(right, dtype=torch.float),
        "kept": torch.tensor(sites, dtype=torch.float), "index": index,
    }  # fmt: skip
