"""The matches that language_tool_python gets are the findings of `unspin check --format json`."""

import glob
import json
import os
import subprocess
import sys

import language_tool_python

program = os.path.abspath(sys.argv[1])
root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
server = subprocess.Popen([program, "serve", "--isolated", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
try:
    address = server.stdout.readline().strip()
    tool = language_tool_python.LanguageTool("en-US", remote_server=address)
    texts = []
    for path in sorted(glob.glob(f"{root}/training/gold/*.json")):
        text = json.load(open(path))["text"]
        wide = "\U0001f600\U0001f600 Cafe\u0301 \U0001f469\u200d\U0001f469\u200d\U0001f467 e\u0301\u0302 \U0001d518 " + text
        texts += [text, wide.replace(". ", ". \U0001f389 ", 5), text.replace("\n", "\r\n")]
    total = 0
    for text in texts:
        command = [program, "check", "--isolated", "--exit-zero", "--format", "json", "-"]
        lines = subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout.decode().splitlines()
        findings = [line for line in map(json.loads, lines) if line["type"] == "finding"]
        wanted = [
            (one["span"]["char"], one["text"], [correction["text"] for correction in one["corrections"]], one["message"])
            for one in findings
        ]
        # The client turns the offsets of the protocol into those of Python, which count characters.
        got = [
            ([one.offset, one.offset + one.error_length], text[one.offset : one.offset + one.error_length], one.replacements, one.message)
            for one in tool.check(text)
        ]
        assert got == wanted, [pair for pair in zip(got, wanted) if pair[0] != pair[1]][:1]
        total += len(got)
    print(f"{len(texts)} texts, {total} matches: the same findings at the same places")
finally:
    server.terminate()
    assert server.wait() == 0
