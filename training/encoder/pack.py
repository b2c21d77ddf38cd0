#!/usr/bin/env python3
"""Packs a trained encoder into the file that src/model/encoder/file.rs reads.

    pack.py STATE VOCABULARY OUT

STATE is a safetensors file that train.py wrote, VOCABULARY the tokenizer.json of the BERT that it started from.

Pieces that no word is cut into are left out: unused ones, those with letters of other scripts, and those that join
punctuation to something. The others are numbered anew: the piece that starts a segment, the one that ends it, the
unknown one, then pieces that start a run of characters, then those that continue one, both in the order of their bytes.

Needs numpy and safetensors.
"""

import json
import struct
import sys
import unicodedata
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

MAGIC = b"UNSPNEN2"
DIMENSIONS, INNER, HEADS = 384, 1536, 12
POSITIONS = 192
CLASSES = ["[CLS]", "[SEP]", "[UNK]"]
# Steps from nought to the largest number of a row.
STEPS = 127
# What two neighbors of a matrix's row come to at most if they have the same sign: with 255, the largest activation, the
# sum of both products is still within 16 bits, which is where processors without an instruction for such sums take it.
MOST_OF_TWO = 128
HEADER = 88
MOST_BYTES = 24 << 20
WORD = (1 << 64) - 1


def mix(key):
    """Murmur's finaliser."""
    key ^= key >> 33
    key = key * 0xFF51AFD7ED558CCD & WORD
    key ^= key >> 33
    key = key * 0xC4CEB9FE1A85EC53 & WORD
    return key ^ key >> 33


def checksum(data):
    """As src/dictionary/ngrams.rs has it."""
    whole = len(data) // 32 * 32
    words = np.frombuffer(data, "<u8", whole // 8).reshape(-1, 4)
    total = len(data)
    lanes = []
    for lane in range(4):
        value = lane + 1
        for word in words[:, lane].tolist():
            value = (value ^ word) * 0x9E3779B97F4A7C15 & WORD
            value = (value << 29 | value >> 35) & WORD
        lanes.append(value)
    for lane in lanes:
        total = mix(total ^ lane)
    for byte in data[whole:]:
        total = mix(total ^ byte)
    return total


def reachable(piece):
    """Whether a word can be cut into this piece among others."""
    if piece.startswith("[") and piece.endswith("]") and len(piece) > 2:
        return False
    text = piece.removeprefix("##") if len(piece) > 2 else piece
    alone = len(piece) == 1
    for c in text:
        category = unicodedata.category(c)[0]
        latin = c.isascii() or "LATIN" in unicodedata.name(c, "") or category not in "LM"
        if not latin or not (c.isalnum() or alone):
            return False
    return True


def pieces_of(tokenizer):
    """The pieces that words are cut into, those that start a run and those that continue one, and for each number that
    a piece has here the one that it has in the tokenizer."""
    vocabulary = json.loads(Path(tokenizer).read_text(encoding="utf-8"))["model"]["vocab"]
    kept = [piece for piece in vocabulary if reachable(piece)]
    continues = lambda piece: len(piece) > 2 and piece.startswith("##")
    starts = sorted((p for p in kept if not continues(p)), key=lambda p: p.encode())
    continued = sorted((p for p in kept if continues(p)), key=lambda p: p.encode())
    return (starts, continued), [vocabulary[piece] for piece in CLASSES + starts + continued]


def quantize(rows):
    scales = (np.maximum(np.abs(rows).max(axis=1), 1e-9) / STEPS).astype("<f4")
    return scales, np.rint(rows / scales[:, None]).astype(np.int8)


def quantize_matrix(rows):
    """The scales, of some for each row, with which the least is lost though neighbors are kept small."""
    largest = np.maximum(np.abs(rows).max(axis=1), 1e-9)
    least = np.full(len(rows), np.inf)
    scales, whole = np.zeros(len(rows), "<f4"), np.zeros(rows.shape, np.int8)
    for steps in range(MOST_OF_TWO // 2, STEPS + 1, 3):
        tried = (largest / steps).astype("<f4")
        pairs = np.rint(rows / tried[:, None]).astype(np.int32).reshape(len(rows), -1, 2)
        together = np.where(pairs[..., 0] * pairs[..., 1] > 0, np.abs(pairs).sum(axis=2), 0)
        excess = np.maximum(together - MOST_OF_TWO, 0)
        cut = np.stack([excess // 2, excess - excess // 2], axis=2)
        pairs = (np.sign(pairs) * (np.abs(pairs) - cut)).reshape(rows.shape)
        lost = ((pairs * tried[:, None] - rows) ** 2).sum(axis=1)
        better = lost < least
        least[better], scales[better], whole[better] = lost[better], tried[better], pairs[better]
    return scales, whole


def matrix(rows, shape):
    if rows.shape != shape:
        sys.exit(f"pack.py: matrix: expected {shape}, got {rows.shape}")
    scales, rows = quantize_matrix(rows)
    return scales.tobytes() + rows.tobytes()


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    state_path, vocabulary_path, out_path = map(Path, sys.argv[1:])
    state = {name: weight.astype(np.float32) for name, weight in load_file(state_path).items()}
    (starts, continued), order = pieces_of(vocabulary_path)
    texts = [piece.encode() for piece in starts] + [piece[2:].encode() for piece in continued]
    ends = np.cumsum([len(text) for text in texts]).astype("<u4")
    if len(state["pieces.weight"]) != len(order):
        sys.exit(f"pack.py: pieces: expected {len(order)}, got {len(state['pieces.weight'])}; take the right tokenizer.json")
    scales, vectors = quantize(state["pieces.weight"])
    pieces = b"".join(scale.tobytes() + vector.tobytes() for scale, vector in zip(scales, vectors))

    numbers = [state["positions"], state["norm.weight"], state["norm.bias"]]
    matrices = []
    layers = 0
    while f"layers.{layers}.norm.weight" in state:
        part = lambda name: state[f"layers.{layers}.{name}"]
        shapes = {"asked": (3 * DIMENSIONS, DIMENSIONS), "gathered": (DIMENSIONS, DIMENSIONS),
                  "inner": (INNER, DIMENSIONS), "outer": (DIMENSIONS, INNER)}  # fmt: skip
        for name, shape in shapes.items():
            matrices.append((part(f"{name}.weight"), shape))
            numbers.append(part(f"{name}.bias"))
        for name in ("attention_norm", "norm"):
            numbers += [part(f"{name}.weight"), part(f"{name}.bias")]
        layers += 1
    names = ["detect.weight", "detect.bias", "query_bias", "embed.bias", "prior.weight"]
    numbers += [state[name] for name in names]
    numbers += [state["marks.weight"].T, state["odds"]]
    matrices.append((np.concatenate([state["start.weight"], state["end.weight"]]), (2 * DIMENSIONS, DIMENSIONS)))
    matrices += [(state[f"{name}.weight"], (DIMENSIONS, DIMENSIONS)) for name in ("embed", "offered")]

    text = b"".join(texts)
    body = [ends.tobytes(), text, pieces]
    body += [np.ascontiguousarray(number, "<f4").tobytes() for number in numbers]
    body += [matrix(rows, shape) for rows, shape in matrices]
    body = b"".join(body)
    fields = [checksum(body), HEADER + len(body), DIMENSIONS, INNER, HEADS, POSITIONS]
    fields += [layers, len(starts), len(continued), len(text)]
    size = HEADER + len(body)
    if size > MOST_BYTES:
        sys.exit(f"pack.py: {size} bytes, more than {MOST_BYTES}; leave out layers")
    out_path.write_bytes(MAGIC + struct.pack("<10Q", *fields) + body)
    print(f"{out_path}: {size} bytes, {layers} layers, {len(order)} pieces")


if __name__ == "__main__":
    main()
