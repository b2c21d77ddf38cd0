"""Trains the encoder: first on spun stretches of corpora, then on documents with known substitutions.

    python train.py init  --base MINILM --out init.safetensors
    python train.py spins --start init.safetensors --program unspin --encoder init.enc --corpus *.txt --out spins.safetensors
    python train.py gold  --start spins.safetensors --places gold.seg --out encoder.safetensors --heard heard.jsonl.gz
"""

import argparse
import gzip
import itertools
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from model import Encoder, base, layers
from pack import pieces_of
from places import CHANGED, HARD, INSIDE, Segment, Spinning, batch, batches, read
from safetensors.torch import load_file, save_file
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

FOLDS = 5
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
# Share of the places of spun stretches whose right candidate is taken away: the tables lack as many of those of articles.
LACK = 0.2


class Spins(IterableDataset):
    """Batches of spun stretches without end; each worker has programs of its own that spin."""

    def __init__(self, args):
        self.args = args

    def __iter__(self):
        args, info = self.args, get_worker_info()
        worker = info.id if info else 0
        draw, learn = random.Random(args.seed * 1000 + worker), np.random.default_rng(args.seed * 1000 + worker)
        seeds = itertools.count(args.seed * 1_000_000 + worker * 10_000)
        # The first ones end soon, one after the other.
        counts = itertools.chain((200 * (n + 1) for n in range(args.programs)), itertools.repeat(args.stretches))
        start = lambda: Spinning(args.program, args.encoder, args.corpus, next(seeds), next(counts))
        running = [start() for _ in range(args.programs)]
        while True:
            segments = running.pop(0).segments()
            running.append(start())
            for made in batches(segments, args.batch, draw):
                yield batch(made, learn, LACK)


class Gold(IterableDataset):
    """Batches of documents, some passes over them: spun ones, those that are watched twice, and some clean ones."""

    def __init__(self, segments: list[Segment], epochs: int, args):
        self.segments, self.epochs, self.args = segments, epochs, args

    def made(self) -> list[list[Segment]]:
        draw, texts, made = random.Random(self.args.seed), {}, []
        for segment in self.segments:
            texts.setdefault(segment.id, []).append(segment)
        spun_texts = {name for name, parts in texts.items() if any((part.marks & CHANGED).any() for part in parts)}
        clean = sorted(texts.keys() - spun_texts)
        for _ in range(self.epochs):
            watched = [name for name in spun_texts if name.startswith(self.args.watch)]
            drawn = draw.sample(clean, min(len(clean), len(spun_texts) // 2))
            names = [*sorted(spun_texts), *sorted(watched), *drawn]
            made += batches([part for name in names for part in texts[name]], self.args.batch, draw)
        return made

    def __iter__(self):
        worker = get_worker_info()
        learn = np.random.default_rng(self.args.seed * 1000 + (worker.id if worker else 0))
        part = itertools.islice(self.made(), worker.id if worker else 0, None, worker.num_workers if worker else 1)
        return (batch(segments, learn, self.args.lack) for segments in part)


def on_device(made: dict) -> dict:
    return {name: x.to(DEVICE, non_blocking=True) if isinstance(x, torch.Tensor) else x for name, x in made.items()}


def fit(model: Encoder, made, done_at, rates: tuple[float, float], warm: int) -> list[str]:
    """Trains on batches until `done_at`, which says how far it is, comes to 1; the rates fall from first to last."""
    body = [weight for name, weight in model.named_parameters() if name.startswith(("pieces", "positions", "norm", "layers"))]
    known = {id(weight) for weight in body}
    heads = [weight for weight in model.parameters() if id(weight) not in known]
    groups = [{"params": body, "lr": rates[0]}, {"params": heads, "lr": rates[1]}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98), fused=DEVICE == "cuda")
    started, curve, step, told, sums = time.time(), [], 0, 0, torch.zeros(4, device=DEVICE)
    model.train()
    for made_batch in made:
        done = done_at(step)
        if done >= 1:
            break
        rate = min((step + 1) / warm, max(0.02, 1 - done))
        for group, most in zip(optimizer.param_groups, rates):
            group["lr"] = most * rate
        with torch.autocast(DEVICE, torch.bfloat16):
            losses = model.loss(on_device(made_batch))
        optimizer.zero_grad()
        losses[0].backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        sums += torch.stack([loss.detach() for loss in losses])
        step += 1
        if step % 500 == 0 or step in (20, 100):
            shown = " ".join(f"{loss:.4f}" for loss in (sums / (step - told)).tolist())
            curve.append(f"{step} {done:.3f} {time.time() - started:.0f} s: {shown}")
            print(curve[-1], flush=True)
            sums.zero_()
            told = step
    print(f"{step} steps in {time.time() - started:.0f} s", flush=True)
    return curve


@torch.no_grad()
def hear(model: Encoder, segments: list[Segment]) -> list[tuple[Segment, np.ndarray, np.ndarray]]:
    """What the encoder says of segments: candidates' odds and those that words were changed, in nats."""
    model.eval()
    said = []
    segments = sorted(segments, key=lambda segment: len(segment.pieces))
    for at in range(0, len(segments), 64):
        group = segments[at : at + 64]
        made = batch(group)
        detected, odds, _ = model(on_device(made))
        detected, odds = detected.float().cpu().numpy(), odds.float().cpu().numpy()
        word = offer = 0
        for segment in group:
            ends = word + segment.words, offer + len(segment.index)
            said.append((segment, odds[offer : ends[1]], detected[word : ends[0]]))
            word, offer = ends
    return said


def write(said, out) -> None:
    """Writes what is said of texts for `unspin learn weights --heard`."""
    texts = {}
    for segment, odds, detected in said:
        if segment.id not in texts:
            texts[segment.id] = [np.zeros(segment.text_candidates), np.zeros(segment.text_words)]
        fits, words = texts[segment.id]
        fits[segment.index] = odds
        words[segment.first : segment.first + segment.words] = detected
    for name, (fits, words) in texts.items():
        short = lambda numbers: [round(float(x), 2) or 0 for x in numbers]
        out.write(json.dumps({"id": name, "fits": short(fits), "detected": short(words)}, separators=(",", ":")) + "\n")


def quality(said) -> str:
    """How well changed words are told, how often the right candidate is the first of its place, and what it would repair."""
    first = places = edits = 0
    ranks, found = [], []
    for segment, odds, detected in said:
        hard = (segment.marks & HARD > 0).astype(int)
        counted = (segment.marks & CHANGED == 0) | (hard > 0)
        ranks.append(np.stack([detected[counted], hard[counted]]))
        edits += int(((segment.marks & HARD > 0) & (segment.marks & INSIDE == 0)).sum())
        chance = np.exp(np.clip(odds, -30, 30))
        total = np.ones(segment.words)
        np.add.at(total, segment.runs[0], chance)
        for start in np.unique(segment.runs[0]):
            here = np.flatnonzero(segment.runs[0] == start)
            best = here[np.argmax(odds[here])]
            if segment.right[here].any():
                places += 1
                first += int(segment.right[best] > 0)
            found.append((chance[best] / total[start], segment.right[best] > 0, segment.marks[start] & HARD > 0))
    detected, hard = np.concatenate(ranks, axis=1)
    order = np.argsort(detected, kind="stable")
    hard = hard[order]
    before = np.cumsum(1 - hard)
    area = float((hard * before).sum() / max(1, hard.sum() * (1 - hard).sum()))
    table = []
    for least in (0.5, 0.6, 0.7, 0.8, 0.9):
        told = [pair for pair in found if pair[0] >= least]
        right = sum(is_right for _, is_right, _ in told)
        repaired = sum(is_right and is_hard for _, is_right, is_hard in told)
        precision, recall = right / max(1, len(told)), repaired / max(1, edits)
        score = 1.25 * precision * recall / max(1e-9, 0.25 * precision + recall)
        table.append(f"{least}: {recall:.3f}/{precision:.3f} {score:.3f}")
    return f"first {first}/{places} = {first / max(1, places):.4f}; area {area:.4f}; " + "; ".join(table)


def loaded(path: Path) -> Encoder:
    state = load_file(path)
    model = Encoder(len(state["pieces.weight"]), layers(state))
    model.load_state_dict({name: weight.float() for name, weight in state.items()}, strict=False)
    return model.to(DEVICE)


def saved(model: Encoder, path: Path, curve: list[str]) -> None:
    save_file({name: weight.half().contiguous().cpu() for name, weight in model.state_dict().items()}, path,
              {"loss": json.dumps(curve)})  # fmt: skip


def spins(args) -> None:
    model = loaded(args.start)
    loader = DataLoader(Spins(args), batch_size=None, num_workers=args.workers, prefetch_factor=16,
                        pin_memory=DEVICE == "cuda")  # fmt: skip
    started = time.time()
    done = lambda step: step / args.steps if args.steps else (time.time() - started) / args.seconds
    curve = fit(model, loader, done, (args.body, args.heads), 300)
    if args.held_out:
        others = Spinning(args.program, args.encoder, args.corpus, 7, 1000).segments()
        print("spun stretches:", quality(hear(model, others)), flush=True)
    saved(model, args.out, curve)


def gold(args) -> None:
    with open(args.places, "rb") as stream:
        segments = list(read(stream))
    print(len(segments), "segments", flush=True)
    said = []
    for fold in args.folds:
        kept = [segment for segment in segments if segment.is_learned and segment.fold != fold]
        data = Gold(kept, args.epochs, args)
        total = len(data.made())
        model = loaded(args.start)
        loader = DataLoader(data, batch_size=None, num_workers=args.workers, prefetch_factor=8, pin_memory=DEVICE == "cuda")
        curve = fit(model, loader, lambda step: step / total, (args.body, args.heads), 40)
        if fold >= 0:
            heard = hear(model, [segment for segment in segments if segment.fold == fold])
            learned = [pair for pair in heard if pair[0].is_learned]
            print("part", fold, quality(learned), flush=True)
            print("    watched", quality([pair for pair in learned if pair[0].id.startswith(args.watch)]), flush=True)
            said += heard
        elif args.out:
            saved(model, args.out, curve)
    if len(args.folds) > 2:
        print("all", quality([pair for pair in said if pair[0].is_learned]), flush=True)
        print("    watched", quality([pair for pair in said if pair[0].is_learned and pair[0].id.startswith(args.watch)]))
    if args.heard:
        with gzip.open(args.heard, "wt", encoding="utf-8") as out:
            write(said, out)


def init(args) -> None:
    order = pieces_of(args.base / "tokenizer.json")[1]
    torch.manual_seed(args.seed)
    state = base(load_file(args.base / "model.safetensors"), order)
    model = Encoder(len(order), layers(state))
    missing = model.load_state_dict(state, strict=False).missing_keys
    print("new:", *missing)
    saved(model, args.out, [])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    made = commands.add_parser("init", help="an encoder that starts from a BERT's weights")
    made.set_defaults(run=init)
    made.add_argument("--base", type=Path, required=True, help="directory of all-MiniLM-L6-v2")
    made = commands.add_parser("spins", help="train on spun stretches of corpora")
    made.set_defaults(run=spins, body=2.5e-4, heads=1e-3, batch=96)
    made.add_argument("--program", required=True, help="the program, built with its feature `encoder`")
    made.add_argument("--encoder", type=Path, required=True, help="a packed encoder, for its vocabulary")
    made.add_argument("--corpus", type=Path, nargs="+", required=True)
    made.add_argument("--stretches", type=int, default=3000, help="stretches of one run of the program")
    made.add_argument("--programs", type=int, default=3, help="programs that run for each worker")
    made.add_argument("--seconds", type=float, default=300, help="how long to train")
    made.add_argument("--steps", type=int, help="how many steps to train for, instead")
    made.add_argument("--held-out", action="store_true", help="tell the quality on other stretches in the end")
    made = commands.add_parser("gold", help="train on documents with known substitutions")
    made.set_defaults(run=gold, body=1e-4, heads=3e-4, batch=48)
    made.add_argument("--places", type=Path, required=True, help="what `unspin learn places --gold` wrote")
    made.add_argument("--epochs", type=int, default=4)
    made.add_argument("--lack", type=float, default=0.0)
    made.add_argument("--folds", type=int, nargs="+", default=[*range(FOLDS), -1],
                      help="parts of the cross-validation that are left out in turn; -1: none")  # fmt: skip
    made.add_argument("--heard", type=Path, help="where to write what is said of the parts left out (.jsonl.gz)")
    made.add_argument("--watch", default="re", help="how ids start that are taken twice")
    for command in commands.choices.values():
        command.add_argument("--seed", type=int, default=1)
        is_needed = command.get_default("run") is not gold
        command.add_argument("--out", type=Path, required=is_needed, help="where the weights go")
        if command.get_default("run") is not init:
            command.add_argument("--start", type=Path, required=True, help="weights to start from")
            command.add_argument("--workers", type=int, default=4)
            command.add_argument("--batch", type=int, default=command.get_default("batch"))
            command.add_argument("--body", type=float, default=command.get_default("body"), help="rate of the layers")
            command.add_argument("--heads", type=float, default=command.get_default("heads"), help="rate of the heads")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    args.run(args)


if __name__ == "__main__":
    main()
