// Pictures of the page, to be looked at: `node pictures.mjs [DIRECTORY]`.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { article, check, open, serve, written } from "./harness.mjs";

const out = process.argv[2] ?? "out";
mkdirSync(out, { recursive: true });
const server = await serve();
const path = written("article.txt", article(900));
for (const [name, options] of [
  ["light", {}],
  ["dark", { colorScheme: "dark" }],
  ["narrow", { viewport: { width: 420, height: 860 } }],
]) {
  const { browser, page } = await open(server.url, options);
  const shot = (what) => page.screenshot({ path: join(out, `${name}-${what}.png`) });
  await shot("start");
  await check(page, path);
  for (const key of ["y", "y", "n", "y", "s", "y"]) await page.keyboard.press(key);
  await page.waitForTimeout(400);
  await shot("marks");
  await page.keyboard.press("v");
  await page.waitForTimeout(300);
  await shot("inline");
  await page.keyboard.press("v");
  await page.waitForTimeout(300);
  await shot("sides");
  await page.keyboard.press("?");
  await page.waitForTimeout(100);
  await shot("keys");
  await page.keyboard.press("Escape");
  await page.keyboard.press("d");
  await shot("download");
  await page.keyboard.press("Escape");
  await browser.close();
}
await server.stop();
