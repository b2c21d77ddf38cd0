// A text of 100,000 words: first findings within two seconds, keys and scrolling without delay that can be seen.

import assert from "node:assert/strict";
import { article, open, serve, written } from "./harness.mjs";

const server = await serve();
const { browser, page } = await open(server.url);
const text = article(100_000, true);
await page.setInputFiles("#open", written("long.txt", text));
await page.waitForSelector("#opened:not([hidden])");
// Every frame that takes longer than it should is noted.
await page.evaluate(() => {
  window.late = [];
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.late.push(entry.duration))).observe({ type: "longtask" });
});
const started = Date.now();
await page.keyboard.press("Enter");
await page.waitForSelector("#finding:not([hidden])");
const first = Date.now() - started;
await page.waitForFunction(() => /^(Spun|Most)/.test(document.getElementById("judged").textContent), null, { timeout: 120_000 });
const whole = Date.now() - started;
const during = await page.evaluate(() => window.late.splice(0));

// From a key to the next frame, as the page sees it.
const timed = (key) => page.evaluate((key) => new Promise((done) => {
  const start = performance.now();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
}), key);
const times = {};
for (const key of ["y", "n", "j", "k", "s", "u", "v", "v", "v", "A", "u"]) {
  const rounds = "vAu".includes(key) ? 1 : 20;
  for (let n = 0; n < rounds; n++) (times[key] ??= []).push(await timed(key));
}
const middle = (all) => all.sort((a, b) => a - b)[all.length >> 1];
const of = (figure) => Object.fromEntries(Object.entries(times).map(([key, all]) => [key, Math.round(figure(all))]));
const [median, worst] = [of(middle), of((all) => Math.max(...all))];
await page.evaluate(() => window.late.splice(0));
const frames = await page.evaluate(() => new Promise((done) => {
  const gaps = [];
  let before = performance.now(), at = 0;
  const step = () => {
    const now = performance.now();
    gaps.push(now - before);
    before = now;
    at += document.documentElement.scrollHeight / 200;
    scrollTo(0, at);
    if (gaps.length < 200) requestAnimationFrame(step);
    else done(gaps.slice(1));
  };
  requestAnimationFrame(step);
}));
const findings = await page.evaluate(() => Number(document.getElementById("number").textContent.split(" ").pop()));
frames.sort((a, b) => a - b);
console.log(`long: ${text.split(/\s+/).length} words, ${findings} findings; first shown after ${first} ms, all after ${whole} ms`);
console.log(`long tasks while they came: ${during.length}, longest ${Math.round(Math.max(0, ...during))} ms`);
console.log("from key to frame, ms: median", median, "longest", worst);
console.log(`frames of a scroll through all of it: median ${Math.round(frames[100])} ms, 95 % ${Math.round(frames[190])} ms, longest ${Math.round(frames.at(-1))} ms`);
assert.ok(first < 2000, "first findings within two seconds");
assert.ok(Math.max(...["y", "n", "j", "k", "s"].map((key) => median[key])) < 50, "keys without delay");
assert.deepEqual(page.faults, []);
await browser.close();
await server.stop();
