"""Trains the encoder: first on spun stretches of corpora, then on documents with known substitutions.

    python train.py spins --base MINILM --places spins-*.jsonl --out spins.safetensors
    python train.py gold  --base MINILM --places gold.jsonl --start spins.safetensors --out encoder.safetensors
    python train.py gold  ... --fold 0 3 --heard heard-0.jsonl    what is said of parts that were left out
"""

import argparse
import json
import random
import time
from pathlib import Path

import torch
from model import Encoder
from places import Pieces, Text, batch, batches, read
from safetensors.torch import load_file, save_file

SPINS = {"batch": 16, "body": 1.5e-4, "heads": 1e-3, "warm": 100, "learn": 0.6}
GOLD = {"batch": 12, "body": 8e-5, "heads": 3e-4, "warm": 40, "learn": 0.5}


def items(texts: list[Text]):
    return [(text, segment) for text in texts for segment in text.segments]


def gold_items(texts: list[Text], watch: str, draw: random.Random):
    """One pass over the documents: spun ones, those that are watched twice, and a quarter as many clean ones."""
    spun = [text for text in texts if text.truth]
    clean = [text for text in texts if not text.truth]
    watched = [text for text in spun if text.id.startswith(watch)]
    return items(spun + watched + draw.sample(clean, min(len(clean), len(spun) // 4)))


def fit(model: Encoder, runs: list, pieces: Pieces, how: dict, draw: random.Random, vocabulary: list[str]):
    """Trains on the batches that each of the runs makes when it is its turn; the rates fall from first to last."""
    body = list(model.bert.parameters())
    heads = [weight for name, weight in model.named_parameters() if not name.startswith("bert.")]
    groups = [{"params": body, "lr": how["body"]}, {"params": heads, "lr": how["heads"]}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    highest = [group["lr"] for group in groups]
    started, mean, curve, step = time.time(), 0.0, [], 0
    model.train()
    for number, run in enumerate(runs):
        made = run()
        for at, segments in enumerate(made):
            done = (number + at / len(made)) / len(runs)
            rate = min((step + 1) / how["warm"], max(0.04, 1 - done))
            for group, most in zip(optimizer.param_groups, highest):
                group["lr"] = most * rate
            loss = model.loss(batch(segments, pieces, how["learn"], draw, vocabulary))
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
            mean = 0.98 * mean + 0.02 * loss.item()
            if step % 50 == 0:
                curve.append(round(mean / (1 - 0.98**step), 3))
                print(f"{step}  {done:.0%}  {time.time() - started:.0f} s  loss {curve[-1]}", flush=True)
    return curve, step


@torch.no_grad()
def hear(model: Encoder, texts: list[Text], pieces: Pieces, out: Path) -> list:
    """Writes and returns what the encoder says of texts, for `unspin learn weights --heard`."""
    model.eval()
    said = []
    with open(out, "w", encoding="utf-8") as lines:
        for text in texts:
            made = batch(items([text]), pieces, None, random.Random(0))
            detected, found, _ = model(made)
            fits = [0.0] * len(text.candidates)
            for index, fit in zip(made["index"], found.tolist()):
                fits[index] = round(fit, 3)
            odds = [round(x, 3) for x in detected.tolist()]
            lines.write(json.dumps({"id": text.id, "fits": fits, "detected": odds}) + "\n")
            said.append((text, fits, odds))
    return said


def quality(said) -> str:
    """How often what stood there is the first of a place's candidates, and how well changed words are told."""
    first = places = 0
    words = []
    for text, fits, detected in said:
        if not text.truth:
            continue
        for indexes in text.by_start.values():
            if text.right[indexes].any():
                best = max(indexes, key=lambda index: fits[index] + 0.6 * text.candidates[index][3])
                places += 1
                first += bool(text.right[best])
        counted = ~(text.changed.astype(bool) & ~text.hard)
        words += [pair for pair, taken in zip(zip(detected, text.hard), counted) if taken]
    ranks = [hard for _, hard in sorted(words)]
    hard, before, above = sum(ranks), 0, 0
    for is_hard in ranks:
        above += before * is_hard
        before += not is_hard
    area = above / max(1, hard * before)
    return f"{first}/{places} = {first / max(1, places):.3f} first of their places; changed words told with area {area:.4f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("spins", "gold"))
    parser.add_argument("--base", type=Path, required=True, help="directory of all-MiniLM-L6-v2")
    parser.add_argument("--places", type=Path, nargs="+", required=True, help="what `unspin learn places` wrote")
    parser.add_argument("--start", type=Path, help="weights to start from")
    parser.add_argument("--limit", type=int, help="texts to take of the file")
    parser.add_argument("--epochs", type=int, default=3, help="passes over documents with known substitutions")
    parser.add_argument("--fold", type=int, nargs="+", default=[], help="parts of the cross-validation to leave out")
    parser.add_argument("--heard", type=Path, help="where to write what is said of the parts left out")
    parser.add_argument("--vocabulary", type=Path, help="words, one a line, that what stood there is told from")
    parser.add_argument("--watch", default="re", help="how ids start that are taken twice")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="where the weights go")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    draw = random.Random(args.seed)
    pieces = Pieces(args.base / "tokenizer.json")
    vocabulary = args.vocabulary.read_text(encoding="utf-8").split() if args.vocabulary else []
    model = Encoder(args.base)
    if args.start:
        model.load_state_dict(load_file(args.start))
    how = SPINS if args.what == "spins" else GOLD
    if args.what == "spins":
        # One file after the other, as ten thousand stretches take 10 GB of memory.
        run = lambda path: lambda: batches(items(read(path, pieces, args.limit)), how["batch"], draw)
        texts, runs = [], [run(path) for path in args.places]
    else:
        texts = [text for path in args.places for text in read(path, pieces, args.limit)]
        kept = [text for text in texts if text.fold not in args.fold]
        runs = [lambda: batches(gold_items(kept, args.watch, draw), how["batch"], draw)] * args.epochs
    curve, steps = fit(model, runs, pieces, how, draw, vocabulary)
    if args.heard:
        print("left out:", quality(hear(model, [text for text in texts if text.fold in args.fold], pieces, args.heard)))
    if args.out:
        save_file(model.state_dict(), args.out, {"steps": str(steps), "loss": json.dumps(curve)})


if __name__ == "__main__":
    main()
