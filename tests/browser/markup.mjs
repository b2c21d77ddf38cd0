// HTML and Markdown are repaired as `unspin fix` repairs them, behind a token.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { article, check, download, open, program, scratch, serve, written } from "./harness.mjs";

// In an address neither the + nor the % stands for something else.
const token = "0123456789+abcd%";
const server = await serve("--token-file", written("token", token));
// Of so many words nothing that can be written stands beside something that cannot: `fix` leaves both, a person may not.
const few = article(250).trim();
const html = `<!DOCTYPE html>\n<title>Caf&eacute; &amp; bar</title>\n${few.split("\n\n").map((paragraph) => `<p>${paragraph.replace(/(\w+) (\w+)/g, "$1 <b>$2</b>").replace(/&/g, "&amp;")}</p>`).join("\r\n")}`;
const markdown = `# 😀 \`code\`\n\n${few.replace(/(\w+), (\w+)/g, "*$1*, [$2](https://example.org/said)")}\n`;
for (const [name, source] of [["page.html", html], ["page.md", markdown]]) {
  const { browser, page } = await open(`${server.url}/#token=${token}`);
  const path = written(name, source);
  await check(page, path);
  // All that can be accepted is; what markup stands in the way of is rejected.
  for (let n = 0; await page.evaluate(() => !/^(\d+) of \1 decided/.test(document.getElementById("counts").textContent)); n++) {
    assert.ok(n < 1000);
    await page.keyboard.press(await page.locator("#accept").isEnabled() ? "y" : "n");
  }
  const fixed = spawnSync(program, ["fix", "--isolated", "--exit-zero", path], { encoding: "utf8" });
  assert.ok(!/it goes with what stands beside it/.test(fixed.stderr));
  assert.equal((await download(page, "t")).text, fixed.stdout);
  assert.notEqual(fixed.stdout, source);
  const record = written("record.jsonl", (await download(page, "r")).text);
  spawnSync(program, ["review", "--isolated", "--apply", "--decisions", record, name], { cwd: scratch });
  assert.equal(readFileSync(path, "utf8"), fixed.stdout);
  assert.deepEqual(page.foreign, []);
  assert.deepEqual(page.faults, []);
  await browser.close();
}
const text = article(500).trim();
// What the page shows as two words may be more in the source; decisions say what it shows.
{
  const { browser, page } = await open(`${server.url}/#token=${token}`);
  const source = `<p>${text.replace(/(?<=\w) (?=\w)/g, "&#32;")}</p>\n`;
  const path = written("spaces.html", source);
  await check(page, path);
  // A reload keeps the token.
  await page.reload();
  await page.waitForFunction(() => document.getElementById("judged").textContent.startsWith("Spun"));
  await page.keyboard.press("y");
  const [line] = (await download(page, "r")).text.trim().split("\n").map((line) => JSON.parse(line));
  assert.doesNotMatch(line.text + line.before + line.after, /&#32;/);
  for (let n = 0; await page.evaluate(() => !/^(\d+) of \1 decided/.test(document.getElementById("counts").textContent)); n++) {
    assert.ok(n < 1000);
    await page.keyboard.press(await page.locator("#accept").isEnabled() ? "y" : "n");
  }
  const { text: corrected } = await download(page, "t");
  const record = written("spaces.jsonl", (await download(page, "r")).text);
  spawnSync(program, ["review", "--isolated", "--apply", "--decisions", record, path], { cwd: "/" });
  assert.equal(readFileSync(path, "utf8"), corrected);
  assert.notEqual(corrected, source);
  await browser.close();
}
// Words of one's own, and words that go with the space beside them, are written as `unspin review --apply` writes them.
for (const [name, source] of [
  ["own.html", "<p>The Protection Secretary stated it, a colonel <b>associated with</b>\r\n\r\nthe navy &amp; the workplace stated</p>\n"],
  ["tag.html", "<p>stated <i>it, a colonel</i> associated with the navy.</p><p>The <b>Protection Secretary</b> stated it</p>"],
  ["own.md", "The Protection Secretary stated it, a colonel *associated with*\n\nthe navy\n\nThe workplace stated\n"],
]) {
  const { browser, page } = await open(`${server.url}/#token=${token}`);
  const path = written(name, source);
  await page.check("#assume");
  await check(page, path);
  for (let n = 0; await page.evaluate(() => !/^(\d+) of \1 decided/.test(document.getElementById("counts").textContent)); n++) {
    assert.ok(n < 100);
    if (await page.isHidden("#own")) {
      await page.keyboard.press("n");
      continue;
    }
    await page.keyboard.press("e");
    await page.fill("#words", n % 3 ? "" : "a > b & c < d");
    await page.keyboard.press("Enter");
  }
  const { text: corrected } = await download(page, "t");
  const record = written("own.jsonl", (await download(page, "r")).text);
  spawnSync(program, ["review", "--isolated", "--assume-spun", "--apply", "--decisions", record, path], { cwd: "/" });
  assert.equal(readFileSync(path, "utf8"), corrected);
  assert.notEqual(corrected, source);
  await browser.close();
}
// Without the token in the address, the page asks for it.
const { browser, page } = await open(server.url);
await page.fill("#paste", text);
await page.keyboard.press("Control+Enter");
await page.waitForSelector("#asks[open]");
await page.keyboard.type(token);
await page.keyboard.press("Enter");
await page.waitForFunction(() => document.getElementById("judged").textContent.startsWith("Spun"));
await browser.close();
await server.stop();
console.log("markup: HTML and Markdown are repaired as by `unspin fix`");
