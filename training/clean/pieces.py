#!/usr/bin/env python3
"""Prints clean texts to fit on, one a line: what was written for it here, and pieces cut from other texts.

    pieces.py --corpus DIR --crates ~/.cargo/registry/src/* [--articles FILE] > CLEAN

The pieces are the same each time for the same files.
"""

import argparse
import pathlib
import random
import re
import sys

HERE = pathlib.Path(__file__).parent


def of_corpus(path, count):
    """Pieces of 150 to 300 words of a text that has a paragraph a line, from places drawn by the file's name."""
    draw = random.Random(path.name)
    size = path.stat().st_size
    pieces = []
    with path.open("rb") as file:
        for _ in range(50 * count):
            if len(pieces) == count:
                break
            file.seek(draw.randrange(max(1, size - 20_000)))
            file.readline()
            least, piece = draw.randint(150, 300), []
            while len(piece) < least:
                line = file.readline().decode("utf-8", "replace").split()
                if not line:
                    break
                piece += line
            if 150 <= len(piece) <= 600:
                pieces.append(" ".join(piece))
    return pieces


def of_crates(folders):
    """Pieces of 120 to 350 words of the Markdown and of the module documentation of crates' sources."""
    pieces = []
    for folder in folders:
        for crate in sorted(folder.iterdir()):
            prose = []
            for path in sorted(crate.rglob("*.md")) + sorted(crate.glob("src/*.rs")):
                text = path.read_text("utf-8", "replace")
                if path.suffix == ".rs":
                    text = "\n".join(line.lstrip("/!").strip() for line in text.splitlines() if line.startswith("//!"))
                text = re.sub(r"^```.*?^```|^    .*?$|<[^>]*>", "", text, flags=re.MULTILINE | re.DOTALL)
                prose += [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
            words = " ".join(part for part in prose if len(part.split()) >= 12 and part[0] not in "|[#").split()
            # No more than three of a crate, or a few large ones would be most of it.
            draw = random.Random(crate.name)
            for _ in range(3):
                least = draw.randint(120, 350)
                if len(words) >= least:
                    pieces.append(" ".join(words[:least]))
                words = words[least:]
    return pieces


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--corpus", type=pathlib.Path, help="folder of the texts that the n-gram model was trained on")
    options.add_argument("--crates", type=pathlib.Path, nargs="*", default=[], help="folders of crates' sources")
    options.add_argument("--articles", type=pathlib.Path, help="further articles, one a line: every second is taken")
    options.add_argument("--count", type=int, default=80, help="pieces of each text of the corpus")
    options = options.parse_args()

    texts = [line for path in sorted(HERE.glob("*.txt")) for line in path.read_text("utf-8").splitlines()]
    if options.articles:
        texts += options.articles.read_text("utf-8").splitlines()[::2]
    if options.corpus:
        for path in sorted(options.corpus.glob("*.txt")):
            texts += of_corpus(path, options.count)
    texts += of_crates(options.crates)
    sys.stdout.writelines(text + "\n" for text in texts if text.strip())


if __name__ == "__main__":
    main()
