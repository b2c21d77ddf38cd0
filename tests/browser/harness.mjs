// What the browser tests share: the server, the browser, the texts, and what the command line says about them.

import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
export const program = process.env.UNSPIN ?? join(root, "target/debug/unspin");
export const scratch = mkdtempSync(join(tmpdir(), "unspin-browser-"));

// Texts of the project's own spun articles, joined until they have so many words.
export function article(words, repeat = false) {
  const directory = join(root, "training/gold");
  const texts = readdirSync(directory).filter((name) => name.endsWith(".json")).sort()
    .map((name) => JSON.parse(readFileSync(join(directory, name), "utf8")))
    .filter(({ family }) => family === "thesaurus" || repeat).map(({ text }) => text);
  let all = "";
  for (let n = 0; all.split(/\s+/).length < words; n++) {
    if (n >= texts.length && !repeat) throw new Error("too few texts");
    all += `${texts[n % texts.length].trim()}\n\n`;
  }
  return all;
}

// A server on a free port.
export async function serve(...options) {
  const child = spawn(program, ["serve", "--listen", "127.0.0.1:0", "--isolated", ...options], { stdio: ["ignore", "pipe", "inherit"] });
  // A test that fails leaves no server behind.
  process.once("exit", () => child.kill("SIGKILL"));
  const url = await new Promise((done, fail) => {
    child.stdout.once("data", (line) => done(String(line).trim()));
    child.once("exit", (code) => fail(new Error(`the server ended with ${code}`)));
  });
  return { url, stop: () => new Promise((done) => { child.once("exit", done); child.kill("SIGTERM"); }) };
}

// A page in headless Chromium that may ask its own server only; `page.foreign` and `page.faults` must stay empty.
// `page.asked` counts dialogs, of which all are agreed to.
export async function open(url, options = {}) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.foreign = [];
  page.faults = [];
  page.on("request", (request) => { if (!/^(blob|data):/.test(request.url()) && new URL(request.url()).origin !== new URL(url).origin) page.foreign.push(request.url()); });
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") page.faults.push(message.text()); });
  page.asked = 0;
  page.on("dialog", (dialog) => {
    page.asked++;
    return dialog.accept();
  });
  // While the page is worked on, its files may come from the disk and not from the program.
  if (process.env.PAGE) {
    const types = { html: "text/html", css: "text/css", js: "text/javascript", svg: "image/svg+xml" };
    const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'";
    await page.route((address) => address.pathname === "/" || address.pathname.startsWith("/page/"), (route) => {
      const name = new URL(route.request().url()).pathname.split("/").pop() || "index.html";
      const headers = { "content-type": types[name.split(".").pop()], "content-security-policy": policy };
      route.fulfill({ headers, body: readFileSync(join(process.env.PAGE, name)) });
    });
  }
  await page.goto(url);
  return { browser, page };
}

// The findings of `unspin check --format json` for a file.
export function findings(path, ...options) {
  const args = ["check", "--isolated", "--exit-zero", "--format", "json", ...options, path];
  const lines = execFileSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28 }).trim().split("\n").map((line) => JSON.parse(line));
  return lines.filter(({ type }) => type === "finding");
}

// Opens a file in the page and waits until it is checked.
export async function check(page, path) {
  await page.setInputFiles("#open", path);
  await page.waitForSelector("#opened:not([hidden])");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /^(Spun|Most|Taken)/.test(document.getElementById("judged").textContent), null, { timeout: 60_000 });
}

// What a key of the download dialog saves.
export async function download(page, key) {
  await page.keyboard.press("d");
  const [saved] = await Promise.all([page.waitForEvent("download"), page.keyboard.press(key)]);
  return { name: saved.suggestedFilename(), text: readFileSync(await saved.path(), "utf8") };
}

export function written(name, text) {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
}
