#!/usr/bin/env python3
"""Prints what is known of real spun pages as gold documents, one a page: fragments around substitutions that were seen.

    pages.py attested_pairs.csv > PAGES

The table has a substitution a row, with its family, the words around it (six at most) and the page. Rows of a page are in
its order, so fragments that follow each other are joined where the end of one is the start of the next. What is seen once
in a page holds for its other places, too; what is marked by no row is unknown, and an edit without corrections.
"""

import argparse
import collections
import csv
import json
import re

# Too common to tell by themselves that two fragments follow each other.
COMMON = set("a an and are as at be by for from in is it of on that the this to was with".split())


def squeeze(text):
    """One space between words, and none before what ends or after what opens."""
    text = re.sub(r"\s+([,.;:!?%’”)\]])", r"\1", " ".join(text.split()))
    return re.sub(r"([“‘(\[$£€])\s+", r"\1", text)


def holds(words, part):
    return any(words[at:at + len(part)] == part for at in range(len(words) - len(part) + 1))


def common(first, second):
    """How many words the end of one fragment and the start of another have in common."""
    most = min(len(first), len(second))
    return next((n for n in range(most, 0, -1) if first[-n:] == second[:n]), 0)


def fragments(contexts):
    joined = []
    for words in contexts:
        last = joined[-1] if joined else []
        overlap = common(last, words)
        if not words or holds(last, words):
            continue
        if last and holds(words, last):
            joined[-1] = words
        elif overlap > 1 or overlap == 1 and words[0].lower() not in COMMON:
            joined[-1] = last + words[overlap:]
        else:
            joined.append(words)
    return [f for n, f in enumerate(joined) if not any(holds(g, f) and (len(g) > len(f) or m < n)
                                                        for m, g in enumerate(joined) if m != n)]


def written(spun, original):
    """The original as it is, and with the capital that its place gives or takes."""
    forms = [original]
    if spun[:1].isupper() and original[:1].islower():
        forms.append(original[:1].upper() + original[1:])
    if spun[:1].islower() and original[:1].isupper() and original[1:] == original[1:].lower():
        forms.append(original[:1].lower() + original[1:])
    return forms + [form.replace("'", "’") for form in forms if "'" in form]


def edits(fragment, pairs):
    """The substitutions of a page in one of its fragments, the longest first where they overlap."""
    found = []
    for spun, originals in pairs.items():
        for match in re.finditer(r"(?<!\w)" + re.escape(spun) + r"(?!\w)", fragment, re.IGNORECASE):
            found.append((match.start(), match.end(), originals))
    kept = []
    for start, end, originals in sorted(found, key=lambda edit: (edit[0] - edit[1], edit[0])):
        if all(end <= other or start >= to for other, to, _ in kept):
            spun = fragment[start:end]
            forms = dict.fromkeys(form for original in originals for form in written(spun, original))
            kept.append((start, end, [form for form in forms if form != spun]))
    return sorted(kept)


def document(number, rows):
    squeezed = [{name: squeeze(row[name]) for name in ("spun", "original", "context")} for row in rows]
    family = collections.Counter(row["family"] for row in rows).most_common(1)[0][0]
    pairs = collections.defaultdict(collections.Counter)
    for row in squeezed:
        if row["spun"] and row["spun"].lower() != row["original"].lower():
            pairs[row["spun"].lower()][row["original"]] += 1
    pairs = {spun: [original for original, _ in counts.most_common()] for spun, counts in pairs.items()}
    text, marked = "", []
    contexts = dict.fromkeys(row["context"] for row in squeezed)
    for words in fragments([context.split() for context in contexts]):
        text += "\n\n" if text else ""
        fragment, base = " ".join(words), len(text)
        text += fragment
        at = 0
        for start, end, corrections in [*edits(fragment, pairs), (len(fragment), len(fragment), None)]:
            unknown = fragment[at:start]
            if unknown.strip():
                marked.append((base + at + len(unknown) - len(unknown.lstrip()), base + at + len(unknown.rstrip()), []))
            if corrections:
                marked.append((base + start, base + end, corrections))
            at = end
    return {
        "id": f"page{number:03}_{family}",
        "family": family,
        "text": text,
        "edits": [
            {"start": start, "end": end, "spun": text[start:end], "corrections": corrections, "severity": "hard"}
            for start, end, corrections in marked
        ],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", help="CSV with the columns spun, original, family, context and source")
    pages = collections.defaultdict(list)
    with open(parser.parse_args().pairs, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            pages[row["source"]].append(row)
    for number, rows in enumerate(pages.values()):
        print(json.dumps(document(number, rows), ensure_ascii=False))


if __name__ == "__main__":
    main()
