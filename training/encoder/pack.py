#!/usr/bin/env python3
"""Packs a trained encoder into the file that src/model/encoder/file.rs reads.

    pack.py STATE VOCABULARY OUT

STATE is a safetensors file with the keys of transformers' BertModel without its pooler and those of the heads:
`detect.weight` (1, 384), `detect.bias` (1), `start.weight`, `end.weight` and `embed.weight` (384, 384), `query_bias` and
`embed.bias` (384), `prior.weight` (1, 384). VOCABULARY is a vocab.txt, one piece a line, or a tokenizer.json.

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

MAGIC = b"UNSPNEN1"
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


def read_vocabulary(path):
    if path.suffix == ".json":
        return json.loads(path.read_text(encoding="utf-8"))["model"]["vocab"]
    lines = path.read_text(encoding="utf-8").split("\n")
    return {piece: number for number, piece in enumerate(lines) if piece}


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
    state = {key.removeprefix("bert."): value.astype(np.float32) for key, value in load_file(state_path).items()
             if value.dtype.kind == "f"}
    vocabulary = read_vocabulary(vocabulary_path)
    kept = [piece for piece in vocabulary if reachable(piece)]
    continues = lambda piece: len(piece) > 2 and piece.startswith("##")
    starts = sorted((p for p in kept if not continues(p)), key=lambda p: p.encode())
    continued = sorted((p for p in kept if continues(p)), key=lambda p: p.encode())
    texts = [piece.encode() for piece in starts] + [piece[2:].encode() for piece in continued]
    ends = np.cumsum([len(text) for text in texts]).astype("<u4")
    order = [vocabulary[piece] for piece in CLASSES + starts + continued]

    table = state["embeddings.word_embeddings.weight"][order]
    scales, vectors = quantize(table)
    pieces = b"".join(scale.tobytes() + vector.tobytes() for scale, vector in zip(scales, vectors))

    # Every piece is of the first kind of token, so that its vector is added to the positions here.
    positions = state["embeddings.position_embeddings.weight"][:POSITIONS]
    positions = positions + state["embeddings.token_type_embeddings.weight"][:1]
    numbers = [positions, state["embeddings.LayerNorm.weight"], state["embeddings.LayerNorm.bias"]]
    matrices = []
    layers = 0
    while f"encoder.layer.{layers}.output.dense.weight" in state:
        part = lambda name: state[f"encoder.layer.{layers}.{name}"]
        asked = ["attention.self.query", "attention.self.key", "attention.self.value"]
        matrices.append((np.concatenate([part(f"{name}.weight") for name in asked]), (3 * DIMENSIONS, DIMENSIONS)))
        matrices.append((part("attention.output.dense.weight"), (DIMENSIONS, DIMENSIONS)))
        matrices.append((part("intermediate.dense.weight"), (INNER, DIMENSIONS)))
        matrices.append((part("output.dense.weight"), (DIMENSIONS, INNER)))
        numbers += [part(f"{name}.bias") for name in asked]
        names = ["attention.output.dense.bias", "intermediate.dense.bias", "output.dense.bias"]
        names += ["attention.output.LayerNorm.weight", "attention.output.LayerNorm.bias"]
        names += ["output.LayerNorm.weight", "output.LayerNorm.bias"]
        numbers += [part(name) for name in names]
        layers += 1
    numbers += [state[name] for name in ["detect.weight", "detect.bias", "query_bias", "embed.bias", "prior.weight"]]
    matrices.append((np.concatenate([state["start.weight"], state["end.weight"]]), (2 * DIMENSIONS, DIMENSIONS)))
    matrices.append((state["embed.weight"], (DIMENSIONS, DIMENSIONS)))

    text = b"".join(texts)
    body = [ends.tobytes(), text, pieces]
    body += [number.astype("<f4").tobytes() for number in numbers]
    body += [matrix(rows, shape) for rows, shape in matrices]
    body = b"".join(body)
    fields = [checksum(body), HEADER + len(body), DIMENSIONS, INNER, HEADS, POSITIONS]
    fields += [layers, len(starts), len(continued), len(text)]
    size = HEADER + len(body)
    if size > MOST_BYTES:
        sys.exit(f"pack.py: {size} bytes, more than {MOST_BYTES}; leave out layers")
    out_path.write_bytes(MAGIC + struct.pack("<10Q", *fields) + body)
    left_out = len(vocabulary) - len(order)
    print(f"{out_path}: {size} bytes, {layers} layers, {len(order)} pieces ({left_out} left out)")


if __name__ == "__main__":
    main()
