// axe finds nothing to complain about, in any state of the page, light and dark.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { article, check, open, serve, written } from "./harness.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const server = await serve();
const path = written("article.txt", article(400));
const faults = [];
for (const colorScheme of ["light", "dark"]) {
  const { browser, page } = await open(server.url, { colorScheme });
  const look = async (what) => {
    await page.waitForTimeout(300);
    const { violations } = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ["violations"] })`);
    faults.push(...violations.map(({ id, nodes }) => `${colorScheme}, ${what}: ${id} ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`));
  };
  await look("start");
  await check(page, path);
  for (const key of ["y", "n", "i", "y"]) await page.keyboard.press(key);
  for (const what of ["marks", "inline", "sides"]) {
    await look(what);
    await page.keyboard.press("v");
  }
  for (const key of ["?", "d"]) {
    await page.keyboard.press(key);
    await look(key);
    await page.keyboard.press("Escape");
  }
  // What has the focus can be seen, and Tab reaches everything.
  await page.click("#again");
  const reached = new Set();
  for (let n = 0; n < 12; n++) {
    reached.add(await page.evaluate(() => document.activeElement.id || document.activeElement.type));
    await page.keyboard.press("Tab");
  }
  for (const id of ["paste", "submit", "open", "resume", "format", "assume", "help"]) assert.ok(reached.has(id), `${id} in ${[...reached]}`);
  await browser.close();
}
await server.stop();
assert.deepEqual(faults, []);
console.log("accessible: no complaints");
