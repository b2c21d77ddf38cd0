"""50 connections with texts of mixed sizes: answers are right or refused as documented, and memory does not grow."""

import collections
import glob
import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time

CONNECTIONS = 50
program = os.path.abspath(sys.argv[1])
seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 60
root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
spun = [json.load(open(path))["text"] for path in sorted(glob.glob(f"{root}/training/gold/*.json"))]
clean = open(f"{root}/tests/examples/clean-article.txt").read()
server = subprocess.Popen(
    [program, "serve", "--isolated", "--listen", "127.0.0.1:0", "--max-size", "1024", "--queue", "40"], stdout=subprocess.PIPE, text=True
)
host = server.stdout.readline().strip().removeprefix("http://")
answers, faults, times = collections.Counter(), [], []
end = time.monotonic() + seconds


def request(rng):
    """Path, headers, body, and the statuses that may come."""
    kind = rng.choices(["words", "article", "clean", "long", "stream", "tool", "big", "bad", "page", "gone"], [4, 4, 6, 1, 2, 4, 0.3, 1, 2, 1])[0]
    headers, path, right = {"Content-Type": "application/json"}, "/v1/check", {200, 503}
    text = {
        "words": "The navy stays.", "clean": clean * rng.randint(1, 40), "long": "\n\n".join(rng.sample(spun, 12)), "big": "x " * 700_000,
    }.get(kind, rng.choice(spun))
    body = {"text": text}
    if kind == "stream":
        body["stream"] = True
    elif kind == "tool":
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return "/v2/check", headers, "language=en-US&text=" + "".join(f"%{byte:02x}" for byte in text.encode()), right, kind
    elif kind == "big":
        right = {413, 503}
    elif kind == "bad":
        return path, headers, '{"text": 7', {400, 503}, kind
    elif kind == "page":
        return "/metrics", headers, None, {200}, kind
    return path, headers, json.dumps(body), right, kind


def work(seed):
    rng = random.Random(seed)
    connection = http.client.HTTPConnection(host, timeout=120)
    while time.monotonic() < end:
        path, headers, body, right, kind = request(rng)
        start = time.monotonic()
        try:
            connection.request("GET" if body is None else "POST", path, body, headers)
            if kind == "gone":
                # A client that does not wait for its answer.
                connection.close()
                continue
            answer = connection.getresponse()
            text = answer.read()
            answers[answer.status] += 1
            if answer.status not in right:
                faults.append((kind, answer.status, text[:200]))
            if answer.status == 200 and kind == "stream" and b'"type":"document"' not in text.splitlines()[-1]:
                faults.append((kind, "broke off", text[-200:]))
            if answer.status == 503:
                time.sleep(rng.random() * float(answer.headers["Retry-After"]))
            elif answer.status == 200:
                times.append(time.monotonic() - start)
        except (http.client.HTTPException, OSError) as error:
            # A body that is refused before it was read may end its connection; the client asks again.
            if kind != "big":
                faults.append((kind, repr(error)))
            connection.close()


def resident():
    fields = dict(line.split(":", 1) for line in open(f"/proc/{server.pid}/status"))
    return int(fields["VmRSS"].split()[0]) // 1024


threads = [threading.Thread(target=work, args=[seed]) for seed in range(CONNECTIONS)]
for thread in threads:
    thread.start()
memory = []
while any(thread.is_alive() for thread in threads):
    time.sleep(seconds / 20)
    memory.append(resident())
for thread in threads:
    thread.join()
times.sort()
print(f"{sum(answers.values())} answers {dict(sorted(answers.items()))}, {len(faults)} faults")
print(f"time of an answer: median {times[len(times) // 2]:.3f} s, 95 % {times[len(times) * 95 // 100]:.3f} s, longest {times[-1]:.3f} s")
print("resident memory, MiB:", *memory)
server.terminate()
code = server.wait()
assert code == 0 and not faults, (code, faults[:5])
half = len(memory) // 2
assert max(memory[half:]) <= max(memory[:half]) * 1.2, "memory grows"
