// A spun article of 2,000 words, reviewed from start to clean text by keys alone; what comes out is what the same
// decisions make of the findings of the command line.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { article, check, download, findings, open, program, scratch, serve, written } from "./harness.mjs";

const server = await serve();
const { browser, page } = await open(server.url);
// Characters of two UTF-16 units and of several code points come before everything else.
const text = `😀 Cafe\u0301 👩‍👩‍👧\r\n\n${article(2000)}`;
// So does the byte order mark, which is none of the text.
const file = `\uFEFF${text}`;
const path = written("article.txt", file);
const found = findings(path);
await check(page, path);
const state = () => page.evaluate(() => ({
  old: document.getElementById("old").textContent, now: document.getElementById("new").textContent,
  number: document.getElementById("number").textContent, counts: document.getElementById("counts").textContent,
  state: document.getElementById("state").textContent,
}));
const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());

assert.equal((await state()).number, `1 of ${found.length}`);
assert.equal((await state()).old, found[0].text);

// The marks on the page are the findings, in their places.
const marks = await page.evaluate(() => [...document.querySelectorAll("#text [data-n]")].map((mark) => mark.textContent));
assert.deepEqual(marks, found.map((finding) => finding.text));

// Decide and take back: everything is as it was.
await press("y", "n", "u", "u");
assert.deepEqual(await state(), { ...(await state()), number: `1 of ${found.length}`, state: "", counts: `0 of ${found.length} decided, 0 accepted` });

// All automatic ones at once, and back.
const automatic = found.filter(({ applicability }) => applicability === "automatic").length;
if (automatic) {
  await press("A");
  assert.match((await state()).counts, new RegExp(`^${automatic} of`));
  await press("u");
  assert.match((await state()).counts, /^0 of/);
}

// Every way to decide, in turn, until nothing is open.
const ways = [["y"], ["n"], ["2"], ["e", "own", "Enter"], ["a"], ["y"], ["1"], ["s"], ["n", "u"], ["i"], ["k", "j"], ["e", "", "Enter"]];
let steps = 0;
for (; !/^(\d+) of \1 decided/.test((await state()).counts); steps++) {
  assert.ok(steps < 5 * found.length, "the review comes to its end");
  const way = ways[steps % ways.length];
  if (way[0] === "e") {
    await press("e");
    // What stands there is selected.
    if (way[1]) await page.keyboard.type(`own & <words> ${steps}`);
    else await press("Backspace");
    await press("Enter");
  } else {
    await press(...way);
  }
  if (steps % ways.length === 2 && !found.some(({ corrections }) => corrections.length > 1)) await press("y");
}

const corrected = await download(page, "t");
const diff = await download(page, "f");
const record = await download(page, "r");
assert.equal(corrected.name, "article.unspun.txt");

// The same decisions over the findings of the command line.
const decisions = record.text.trim().split("\n").map((line) => JSON.parse(line));
assert.equal(decisions.length, found.length);
const seen = new Map();
const bytes = Buffer.from(text);
let expected = [], at = 0;
for (const finding of found) {
  const nth = seen.get(finding.id) ?? 0;
  seen.set(finding.id, nth + 1);
  const decision = decisions.find((one) => one.id === finding.id && one.nth === nth);
  let [start, end] = finding.span.byte;
  assert.equal(decision.text, finding.text);
  assert.ok(bytes.subarray(0, start).toString().endsWith(decision.before));
  assert.ok(bytes.subarray(end).toString().startsWith(decision.after));
  assert.equal(Array.from(decision.before).length, Math.min(40, Array.from(bytes.subarray(0, start).toString()).length));
  // Words that go take the space after them along, at the end of a line the one before them.
  const next = found[found.indexOf(finding) + 1]?.span.byte[0];
  const before = bytes.subarray(0, start).toString(), after = bytes.subarray(end).toString();
  if (decision.replacement === "" && /(^|\s)$/.test(before)) {
    if (/^[ \t]/.test(after) && next !== end) end++;
    else if (/[ \t]$/.test(before) && /^[\r\n]|^$/.test(after) && at < start) start--;
  }
  expected.push(bytes.subarray(at, start));
  // A finding that takes the space beside its words along gives it back for words of one's own.
  const own = decision.replacement?.startsWith("own ");
  const [, front, back] = own ? /^(\s*).*?(\s*)$/s.exec(finding.text) : ["", "", ""];
  expected.push(Buffer.from(decision.decision === "accept" ? front + decision.replacement + back : finding.text));
  at = end;
}
expected.push(bytes.subarray(at));
assert.equal(corrected.text, `\uFEFF${Buffer.concat(expected)}`);
const kinds = new Set(decisions.map(({ decision }) => decision));
assert.deepEqual([...kinds].sort(), ["accept", "ignore", "reject"]);

// The diff gives the same text.
execFileSync("git", ["apply", "--unsafe-paths", `--directory=${scratch}`, written("article.diff", diff.text)], { cwd: scratch });
assert.equal(readFileSync(path, "utf8"), corrected.text);
written("article.txt", file);

// So do the decisions, applied by `unspin review`.
const applying = ["review", "--isolated", "--quiet", "--apply", "--decisions", written("applied.jsonl", record.text), "article.txt"];
execFileSync(program, applying, { cwd: scratch, stdio: ["ignore", "ignore", "inherit"] });
assert.equal(readFileSync(path, "utf8"), corrected.text);
written("article.txt", file);

// Decisions outlive a reload, and are taken up from their record. What it says about other texts is not, nor is the line
// that was being written when somebody was killed.
await page.reload();
await page.waitForFunction(() => document.getElementById("judged").textContent.startsWith("Spun"));
assert.match((await state()).counts, /^(\d+) of \1 decided/);
await page.click("#again");
const others = record.text.replaceAll('"path":"', '"path":"b/other-').replaceAll('"decision":"accept"', '"decision":"reject"');
await page.setInputFiles("#resume", written("record.jsonl", `${record.text}${others}{"type":"deci`));
await check(page, path);
assert.match((await state()).counts, /^(\d+) of \1 decided/);
assert.equal((await download(page, "t")).text, corrected.text);

// The three views show the same text.
const shown = () => page.evaluate(() => document.getElementById("text").innerText.replace(/\s+/g, " "));
await page.click("#again");
await check(page, path);
for (const mode of ["inline", "sides", "marks"]) {
  await press("v");
  assert.ok(await page.locator(`#text.${mode}`).count(), mode);
  assert.ok((await shown()).includes(found[0].text), mode);
}
// Marks can be clicked, and buttons do what keys do.
await page.locator("[data-n='5']").first().click();
assert.equal((await state()).number, `6 of ${found.length}`);
await page.click("#accept");
assert.match((await state()).counts, /^1 of .* 1 accepted/);
await page.click("#undo");
await page.locator("#choices button").last().click();
assert.match((await state()).counts, /^1 of .* 1 accepted/);

// Where the browser cannot keep the decisions, leaving the page asks.
const leave = async () => {
  page.asked = 0;
  await page.reload();
  await page.waitForFunction(() => document.getElementById("judged").textContent.startsWith("Spun"));
  return page.asked;
};
assert.equal(await leave(), 0);
await press("A", "y");
await page.evaluate(() => {
  for (let size = 1 << 22, n = 0; size; size >>= 1) {
    try {
      for (;;) sessionStorage.setItem(`full.${n++}`, "x".repeat(size));
    } catch {
      // Less, then.
    }
  }
});
await press("n", "n", "n", "n");
assert.equal(await leave(), 1);
await page.evaluate(() => sessionStorage.clear());
await page.click("#again");

// A long file is checked as it is: the field, which shows its beginning, cannot be changed.
const long = `${file}${"And so on. ".repeat(2000)}`;
await page.setInputFiles("#open", written("long.txt", long));
await page.waitForSelector("#away:visible");
assert.match(await page.textContent("#opened"), /all of it will be checked/);
await page.focus("#paste");
await page.keyboard.type("x");
await page.keyboard.press("Control+Enter");
await page.waitForFunction(() => /^(Spun|Most)/.test(document.getElementById("judged").textContent));
assert.equal((await download(page, "t")).text, long);
await page.click("#again");
await page.setInputFiles("#open", path);
await page.click("#away");
await page.keyboard.type("A text of mine.");
assert.equal(await page.inputValue("#paste"), "A text of mine.");

// What a record says stays in it where its findings are not there, with the names of those who decided.
const short = "The Protection Secretary stated that the American navy would stay.";
const lost = { type: "decision", path: "r.txt", record: null, field: null, id: "zz", nth: 0, text: "navy", before: "the American ", after: " would stay", decision: "accept", replacement: "fleet", by: "anna" };
const one = findings(written("r.txt", short), "--assume-spun")[0];
const there = { ...lost, id: one.id, text: one.text, before: "The ", after: short.slice(4 + one.text.length).slice(0, 40), decision: "reject", replacement: null };
const says = (pattern) => page.waitForFunction((wanted) => new RegExp(wanted).test(document.getElementById("says").textContent), pattern);
await page.setInputFiles("#resume", written("bad.jsonl", `${JSON.stringify({ ...lost, decision: "maybe" })}\n`));
await says("bad.jsonl is no record of decisions");
await page.setInputFiles("#resume", written("one.jsonl", `${JSON.stringify(lost)}\n`));
await says("^1 decision will be taken up");
await page.setInputFiles("#resume", written("r.jsonl", [lost, there].map((line) => `${JSON.stringify(line)}\n`).join("")));
await page.check("#assume");
await check(page, join(scratch, "r.txt"));
await says("; 1 of 2 decisions found again");
await page.reload();
await page.waitForFunction(() => document.getElementById("judged").textContent === "Taken for spun");
const kept = (await download(page, "r")).text.trim().split("\n").map((line) => JSON.parse(line));
assert.deepEqual(kept, [there, lost]);

// Steps can be taken back after a reload, too.
await press("y", "n");
await page.reload();
await page.waitForFunction(() => document.getElementById("judged").textContent === "Taken for spun");
await press("u", "u");
assert.match((await state()).counts, /^1 of .* 0 accepted/);
assert.equal(await page.isDisabled("#undo"), true);
await page.click("#again");

// Nor is the finding that was looked at, or the view.
await page.fill("#paste", text);
await page.keyboard.press("Control+Enter");
const spun = () => page.waitForFunction(() => document.getElementById("judged").textContent.startsWith("Spun"));
await spun();
await press("j", "j", "j", "v");
await page.reload();
await spun();
assert.equal((await state()).number, `4 of ${found.length}`);
assert.equal(await page.locator("#text.inline").count(), 1);
// Own words start from the correction; Esc brings it back.
const { now } = await state();
await press("e");
await page.keyboard.type("halfway");
await press("Escape", "e", "Enter", "k");
assert.deepEqual([(await state()).now, (await state()).state], [now, "accepted"]);
// What was decided goes only when that is meant, or it was taken away. Without the clipboard, copying works, too.
const asks = async () => {
  page.asked = 0;
  await page.click("#again");
  return page.asked;
};
await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
await press("d", "c");
await says("^Copied$");
assert.equal(await asks(), 0);
await page.fill("#paste", text);
await page.keyboard.press("Control+Enter");
await spun();
assert.equal(await asks(), 0);
await page.fill("#paste", text);
await page.keyboard.press("Control+Enter");
await spun();
await press("y");
assert.equal(await asks(), 1);

// Of several people each has the last word on their own decisions, and the last one that was not taken back is in force.
const voice = (by, decision) => ({ ...there, by, decision });
for (const [lines, own, left] of [
  [[voice("anna", "reject"), voice("ben", "ignore"), voice("anna", "undecided")], "ignored", ["ben: ignore"]],
  [[voice("anna", "reject"), voice("ben", "ignore"), voice("anna", "ignore")], "ignored", ["ben: ignore", "anna: ignore"]],
  [[voice("anna", "ignore"), voice("ben", "reject")], "rejected", ["anna: ignore", "ben: reject"]],
]) {
  await page.setInputFiles("#resume", written("joined.jsonl", lines.map((line) => `${JSON.stringify(line)}\n`).join("")));
  await page.check("#assume");
  await check(page, join(scratch, "r.txt"));
  await press("k", "k", "k");
  assert.equal((await state()).state, own);
  const voices = async () => (await download(page, "r")).text.trim().split("\n").map((line) => JSON.parse(line))
    .filter(({ id }) => id === there.id).map(({ by, decision }) => `${by}: ${decision}`);
  assert.deepEqual(await voices(), left);
  await press("y");
  assert.deepEqual(await voices(), [...left, "null: accept"]);
  await press("u");
  assert.deepEqual(await voices(), left);
  await page.click("#again");
}

// A text whose answer has not come outlives a reload, and shows no numbers of the text before.
await page.route("**/v1/check", () => {});
await page.fill("#paste", short);
await page.keyboard.press("Control+Enter");
assert.match((await state()).counts, /^0 of 0/);
await page.unroute("**/v1/check");
await page.reload();
await page.waitForFunction(() => document.getElementById("judged").textContent.startsWith("Most"));
assert.equal((await download(page, "t")).text, short);
await page.click("#again");

// UTF-16 is known by its mark.
for (const bytes of [Buffer.from(`\uFEFF${short}`, "utf16le"), Buffer.from(`\uFEFF${short}`, "utf16le").swap16()]) {
  await page.setInputFiles("#open", { name: "wide.txt", mimeType: "text/plain", buffer: bytes });
  await page.waitForFunction(() => /wide.txt.*UTF-16/.test(document.getElementById("what").textContent));
  assert.equal(await page.inputValue("#paste"), short);
  await page.click("#away");
}

assert.deepEqual(page.foreign, []);
assert.deepEqual(page.faults, []);
await browser.close();

// On a telephone the panel lies over the text, and no finding under it.
const small = await open(server.url, { viewport: { width: 360, height: 640 } });
// The first one stands where the panel comes to lie.
await check(small.page, written("low.txt", `\n\n\n${text.slice(found[0].span.utf16[0])}`));
for (let n = 0; n < 4; n++) {
  const [mark, panel, scrolled] = await small.page.evaluate(() => new Promise((done) => setTimeout(() => {
    const panel = document.getElementById("panel");
    done([document.querySelector(".f.current").getBoundingClientRect().bottom, panel.getBoundingClientRect().top, panel.scrollTop]);
    panel.scrollTop = 1000;
  }, 100)));
  assert.ok(0 < mark && mark <= panel, `${mark} ${panel}`);
  assert.equal(scrolled, 0);
  await small.page.keyboard.press("j");
}
await small.browser.close();
await server.stop();
console.log(`review: ${found.length} findings in ${text.split(/\s+/).length} words decided by keys in ${steps} steps; the text, the diff and the record agree`);
