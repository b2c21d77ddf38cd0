#!/usr/bin/env python3
"""Measures unspin, typos and codespell on the same texts, and prints CSV. See README.md beside it."""

import argparse
import csv
import datetime
import hashlib
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

START = 4096


def program(name):
    """Where a program is; a shim of pyenv would be measured with it, so what it starts is named instead."""
    found = shutil.which(name) or sys.exit(f"{name}: not found; install it, or leave it out with --only")
    if "shims" in found:
        found = subprocess.run(["pyenv", "which", name], check=True, capture_output=True, text=True).stdout.strip()
    return found


def once(command):
    """Processor seconds, seconds on the clock and peak memory in MiB of one run."""
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    # 65 is what codespell says where it found something; typos says 2.
    if child.returncode not in (0, 1, 2, 65) or ("unspin" in command[0] and child.returncode == 2):
        sys.exit(f"{' '.join(command)}: ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def machine():
    with open("/proc/cpuinfo") as lines:
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f"{model}, {os.cpu_count()} cores"


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--clean", required=True, help="clean English, plain text")
    options.add_argument("--spun", required=True, help="spun English, plain text")
    options.add_argument("--unspin", default="target/release/unspin")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--only", nargs="*", default=["unspin", "typos", "codespell"])
    options = options.parse_args()

    where = {name: options.unspin if name == "unspin" else program(name) for name in options.only}
    arguments = {
        "unspin": ["check", "--isolated", "--format", "json", "-j", "1"],
        "typos": ["--isolated", "--format", "json", "-j", "1"],
        "codespell": [],
    }
    versions = {
        name: subprocess.run([path, "--version"], capture_output=True, text=True).stdout.split()[-1]
        for name, path in where.items()
    }
    with tempfile.TemporaryDirectory() as place:
        texts = {}
        for kind, path in [("clean", options.clean), ("spun", options.spun)]:
            with open(path, "rb") as file:
                whole = file.read()
            texts[kind] = (path, len(whole), hashlib.sha256(whole).hexdigest(), 1)
            start = os.path.join(place, f"start-{kind}.txt")
            first = whole[:START].rsplit(b" ", 1)[0]
            with open(start, "wb") as file:
                file.write(first)
            texts[f"start-{kind}"] = (start, len(first), hashlib.sha256(first).hexdigest(), 20)
        # A child starts with the memory of this process, which must be little.
        del whole, first
        runs = {}
        for _ in range(options.rounds):
            for kind, (path, _, _, times) in texts.items():
                for name in where:
                    command = [where[name], *arguments[name], path]
                    runs.setdefault((kind, name), []).extend(once(command) for _ in range(times))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(
        ["date", "machine", "tool", "version", "text", "bytes", "sha256", "seconds", "wall", "mb_per_s", "peak_mib", "command"]
    )
    today = datetime.date.today().isoformat()
    for (kind, name), figures in runs.items():
        _, size, digest, _ = texts[kind]
        seconds, wall, peak = (statistics.median(column) for column in zip(*figures))
        command = " ".join([name, *arguments[name], f"{kind}.txt"])
        speed = f"{size / seconds / 1e6:.3g}" if seconds and not kind.startswith("start") else ""
        row = [today, machine(), name, versions[name], kind, size, digest[:12]]
        out.writerow([*row, f"{seconds:.4f}", f"{wall:.4f}", speed, f"{peak:.1f}", command])


if __name__ == "__main__":
    main()
