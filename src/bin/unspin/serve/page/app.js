// The page: what was typed and pressed, and what the server says.

import { show } from "./panel.js";
import { ask, lines } from "./server.js";
import { Session, canApply, decidedAbout, readRecord } from "./session.js";
import { View } from "./view.js";

const get = (id) => document.getElementById(id);
const VIEWS = ["marks", "inline", "sides"];
// Characters of a file that the text field shows.
const FIELD = 20_000;
// The byte order mark.
const MARK = "\uFEFF";
let session = null, view = null, under = null, opened = null, resumed = new Map();

// ---- checking

// `place` is where the reader was before a reload: the finding, and the view.
async function check(next, place = { at: -1, mode: "marks" }) {
  under?.abort();
  under = new AbortController();
  const { signal } = under;
  session = next;
  // The server works while the text is drawn.
  const settings = session.assumeSpun ? { assume_spun: true } : {};
  const asked = ask("/v1/check", { text: session.text, format: session.format, settings, stream: true }, { signal, busy });
  keepText();
  get("start").hidden = true;
  for (const id of ["review", "tools", "verdict", "name"]) get(id).hidden = false;
  get("name").textContent = session.name;
  document.title = `${session.name} – unspin`;
  get("text").className = "text marks";
  view = new View(get("text"), session, (n) => select(n, true));
  setView(place.mode);
  get("judged").textContent = "Checking…";
  get("figures").textContent = "";
  get("finding").hidden = get("nothing").hidden = true;
  counts();
  get("done").removeAttribute("value");
  say("Checking");
  scrollTo(0, 0);
  try {
    const response = await asked;
    let first = 0, marked = 0;
    for await (const batch of lines(response)) {
      if (signal.aborted) return;
      for (const line of batch) {
        if (line.type === "finding") session.add(line);
        else if (line.type === "edits") Object.assign(session.findings[marked++], { edits: line.edits, shown: line.shown });
        else if (line.type === "error") throw new Error(line.error.message);
        else if (line.type === "document") session.document = line;
        else if (line.type === "progress") {
          if (session.findings.length > first) {
            view.found(first);
            first = session.findings.length;
          }
          get("judged").textContent = `Checking… ${Math.floor(100 * line.span.byte[1] / line.of)} %`;
          if (view.current < 0 && place.at < session.findings.length) select(place.at < 0 ? session.nextOpen(0) : place.at);
          counts();
        }
      }
    }
    if (!session.document) throw new Error("the answer broke off; check again");
    judged();
    if (view.current < 0 && session.findings.length) select(Math.max(0, session.nextOpen(0)));
  } catch (error) {
    if (error.name === "AbortError") return;
    get("judged").textContent = "Not checked to the end";
    nothing("That did not work", error.message, false);
  }
}

function judged() {
  const { spun, share, family, rate, tokens, findings } = session.document;
  const percent = (share) => `${Math.min(99, Math.round(100 * share))} %`;
  const isSpun = spun >= 0.5;
  const part = share < Number(get("judged").dataset.throughout) ? " in part" : "";
  get("judged").textContent = session.assumeSpun ? "Taken for spun" : isSpun ? `Spun${part}: ${percent(spun)}`
    : findings ? `Probably not spun: ${percent(spun)}` : `Most probably clean: spun with ${percent(spun)}`;
  const facts = [`${tokens.toLocaleString("en")} words and marks`];
  if (isSpun) facts.unshift(`${family} family`, `about ${percent(rate)} of words swapped`);
  get("figures").textContent = facts.join(" · ");
  get("level").style.inlineSize = `${Math.round(100 * spun)}%`;
  get("scale").classList.toggle("high", isSpun);
  if (!findings) {
    nothing("Nothing found", session.assumeSpun ? "Even taken for spun, no word of it looks swapped."
      : "A text is judged before its words are, and this one reads like a person wrote it.", !session.assumeSpun);
  }
  counts();
  const before = session.before.size;
  const again = before ? `; ${before - session.unmatched().length} of ${some(before, "decision")} found again` : "";
  say(`${findings ? some(findings, "finding") : "Nothing found"}${again}`);
}

function nothing(head, text, again) {
  get("nothing-head").textContent = head;
  get("nothing-text").textContent = text;
  get("spun").hidden = !again;
  get("nothing").hidden = false;
}

// ---- showing

function counts() {
  const all = session.findings.length;
  const decided = all - session.open;
  get("counts").textContent = `${decided} of ${all} decided, ${session.accepted} accepted`;
  get("done").value = all ? decided / all : 1;
  get("number").textContent = `${view.current + 1} of ${all}`;
  const automatic = session.automatic().length;
  get("automatic").disabled = !automatic;
  get("automatic").textContent = automatic ? `Accept ${automatic} automatic` : "Accept automatic";
  get("undo").disabled = !session.history.length;
}

function select(n, focus) {
  if (n < 0) return;
  // First the panel, which covers a part of the text on narrow screens.
  show(session, n, accept);
  view.select(n, focus);
  counts();
}

function setView(mode) {
  for (const button of document.querySelectorAll("[data-view]")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === mode));
  }
  if (view.mode === mode) return;
  view.setMode(mode);
  if (view.current >= 0) view.select(view.current);
}

const some = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
const busy = () => say("The server is busy; waiting…");
let quiet = 0;
function say(text) {
  get("says").textContent = text;
  get("says").classList.add("on");
  clearTimeout(quiet);
  quiet = setTimeout(() => get("says").classList.remove("on"), 2500);
}

// ---- deciding

function decided(indexes, word) {
  session.taken = false;
  indexes.forEach((n) => view.update(n));
  keepDecisions();
  counts();
  const next = session.nextOpen(view.current);
  const count = indexes.length > 1 ? ` ${indexes.length}` : "";
  if (next >= 0) {
    say(`${word}${count}`);
    select(next);
  } else {
    show(session, view.current, accept);
    say(session.document ? `${word}${count}. All decided; d downloads` : `${word}${count}`);
  }
}

function accept(choice) {
  const finding = session.findings[view.current];
  const correction = finding?.corrections[choice];
  if (!correction || !canApply(finding, choice)) return;
  decided(session.decide([view.current], () => ({ verdict: "accept", replacement: correction.text })), "Accepted");
}

function acceptAll(indexes, word) {
  const able = indexes.filter((n) => canApply(session.findings[n], 0));
  const first = (finding) => ({ verdict: "accept", replacement: finding.corrections[0].text });
  if (able.length) decided(session.decide(able, first), word);
}

const actions = {
  accept: () => accept(0),
  reject: () => decided(session.decide([view.current], () => ({ verdict: "reject", replacement: null })), "Rejected"),
  alike: () => acceptAll(session.alike(view.current), "Accepted"),
  automatic: () => acceptAll(session.automatic(), "Accepted"),
  ignore: () => decided(session.decide(session.sameWords(view.current), () => ({ verdict: "ignore", replacement: null })), "Ignored"),
  next: () => select(Math.min(view.current + 1, session.findings.length - 1)),
  previous: () => select(Math.max(view.current - 1, 0)),
  skip: () => select(session.nextOpen(view.current + 1)),
  undo: () => {
    const indexes = session.undo();
    if (!indexes.length) return;
    session.taken = false;
    indexes.forEach((n) => view.update(n));
    keepDecisions();
    counts();
    say(`Undone${indexes.length > 1 ? ` ${indexes.length}` : ""}`);
    select(indexes[0]);
  },
  view: () => setView(VIEWS[(VIEWS.indexOf(view.mode) + 1) % VIEWS.length]),
  own: () => {
    if (get("own").hidden) return;
    get("words").focus();
    get("words").select();
  },
  download: () => {
    const { open } = session, lost = session.document ? session.unmatched().filter(({ line }) => line).length : 0;
    const left = open ? [`${some(open, "finding")} ${open === 1 ? "is open; its" : "are open; their"} words stay as they are.`] : [];
    if (lost) left.push(`${some(lost, "decision")} of before ${lost === 1 ? "has" : "have"} no finding here, and only the record keeps ${lost === 1 ? "it" : "them"}.`);
    get("left").textContent = left.join(" ");
    get("downloads").showModal();
  },
};
const KEYS = {
  y: "accept", n: "reject", a: "alike", A: "automatic", i: "ignore", j: "next", k: "previous", s: "skip", u: "undo",
  v: "view", e: "own", d: "download",
};
const NEEDS_FINDING = ["accept", "reject", "alike", "ignore", "next", "previous", "skip", "own"];

function act(name) {
  if (!session || get("review").hidden) return;
  if (NEEDS_FINDING.includes(name) && view.current < 0) return;
  actions[name]();
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const dialog = document.querySelector("dialog[open]");
  if (dialog) {
    const wanted = { t: "text", f: "diff", r: "decisions", c: "copy" }[event.key];
    if (dialog.id === "downloads" && wanted) download(wanted);
    return;
  }
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) {
    if (event.key === "Escape") {
      event.target.blur();
      // As in `unspin review`, what was typed goes.
      if (event.target.id === "words") show(session, view.current, accept);
    }
    return;
  }
  if (event.key === "?") get("keys").showModal();
  else if (get("review").hidden) return;
  else if (KEYS[event.key]) act(KEYS[event.key]);
  else if (/^[1-9]$/.test(event.key)) { if (view.current >= 0) accept(Number(event.key) - 1); }
  else return;
  event.preventDefault();
});

for (const id of ["accept", "reject", "alike", "ignore", "automatic", "undo", "next", "previous", "download"]) {
  get(id).onclick = () => act(id);
}
for (const button of document.querySelectorAll("[data-view]")) button.onclick = () => setView(button.dataset.view);
get("help").onclick = () => get("keys").showModal();
get("own").onsubmit = (event) => {
  event.preventDefault();
  const words = get("words").value;
  get("words").blur();
  decided(session.decide([view.current], () => ({ verdict: "accept", replacement: words })), "Accepted");
};
get("spun").onclick = () => check(new Session({ ...session, assumeSpun: true, decided: session.decided() }));

// ---- taking away

for (const button of document.querySelectorAll("[data-download]")) button.onclick = () => download(button.dataset.download);

async function download(what) {
  get("downloads").close();
  const dot = session.name.lastIndexOf(".");
  const [stem, end] = dot > 0 ? [session.name.slice(0, dot), session.name.slice(dot)] : [session.name, ".txt"];
  try {
    if (what === "text") save(`${stem}.unspun${end}`, session.mark + session.corrected());
    else if (what === "decisions") save(`${stem}.unspin-review.jsonl`, session.record());
    else if (what === "diff") {
      // The file that it is for begins with its mark.
      const { mark, text, name } = session;
      const edits = session.edits().map((edit) => ({ ...edit, start: edit.start + mark.length, end: edit.end + mark.length }));
      const answer = await ask("/v1/apply", { text: mark + text, edits, diff: true, path: name }, { busy });
      save(`${session.name}.diff`, (await answer.json()).diff);
    } else {
      await copy(session.corrected());
      say("Copied");
    }
    session.taken = true;
  } catch (error) {
    say(`That did not work: ${error.message}`);
  }
}

// Browsers give the clipboard only to pages that come by https, or from this machine.
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "out";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("this browser copies only by https, or from localhost; download the text");
}

function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  say(`Saved ${name}`);
}

// ---- opening

get("start").onsubmit = (event) => {
  event.preventDefault();
  const { text, mark, name } = opened ?? { text: get("paste").value, name: "text.txt" };
  if (!text.trim()) {
    say("There is no text yet");
    get("paste").focus();
    return;
  }
  const decided = decidedAbout(resumed, name);
  check(new Session({ text, mark, name, format: get("format").value, assumeSpun: get("assume").checked, decided }));
};
get("paste").onkeydown = (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) get("start").requestSubmit();
};
get("paste").oninput = () => setOpened(null);
get("away").onclick = () => {
  get("paste").value = get("open").value = "";
  setOpened(null);
  get("paste").focus();
};
get("open").onchange = () => { if (get("open").files[0]) open(get("open").files[0]); };
get("resume").onchange = () => { if (get("resume").files[0]) resume(get("resume").files[0]); };
get("again").onclick = () => {
  const lost = session.history.length && !session.taken;
  if (lost && !confirm("What you decided about this text was not downloaded. Go on to a new text without it?")) return;
  under?.abort();
  cancelIdleCallback(keeping);
  keeping = 0;
  session = null;
  resumed = new Map();
  for (const id of ["text", "decisions", "history", "place"]) sessionStorage.removeItem(`unspin.${id}`);
  for (const id of ["review", "tools", "verdict", "name"]) get(id).hidden = true;
  get("start").reset();
  setOpened(null);
  get("start").hidden = false;
  document.title = "unspin";
  get("paste").focus();
};
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  const file = event.dataTransfer.files[0];
  if (file && get("review").hidden) open(file);
});

async function open(file) {
  const bytes = await file.arrayBuffer();
  const [first, second] = new Uint8Array(bytes);
  const wide = { "255,254": "utf-16le", "254,255": "utf-16be" }[[first, second]];
  let text, note = wide ? "; it is UTF-16, and what you download will be UTF-8" : "";
  try {
    text = new TextDecoder(wide ?? "utf-8", { fatal: true, ignoreBOM: !wide }).decode(bytes);
  } catch {
    text = new TextDecoder("windows-1252").decode(bytes);
    note = "; it is not UTF-8 and was read as Latin-1; what you download will be UTF-8";
  }
  if (text.includes("\0")) {
    say(`${file.name} is not text`);
    return;
  }
  const mark = text.startsWith(MARK) ? MARK : "";
  setOpened({ name: file.name, text: text.slice(mark.length), mark }, note);
  const end = file.name.toLowerCase().split(".").pop();
  get("format").value = { md: "markdown", markdown: "markdown", html: "html", htm: "html", xhtml: "html" }[end] ?? "text";
  get("start").querySelector("[type=submit]").focus();
}

// A file is kept as it is: the text field would change its line ends. Of a long one the field shows the beginning, which
// nobody may take for the whole and change.
function setOpened(file, note = "") {
  opened = file;
  get("opened").hidden = !file;
  const long = file?.text.length > FIELD;
  get("paste").readOnly = long;
  get("what").textContent = "";
  if (!file) return;
  get("paste").value = file.text.slice(0, FIELD);
  const size = `${Math.ceil(file.text.length / 1024).toLocaleString("en")} K characters`;
  const part = long ? "; the field shows its beginning, all of it will be checked" : "";
  get("what").textContent = `Opened ${file.name}, ${size}${note}${part}.`;
}

async function resume(file) {
  try {
    resumed = readRecord(await file.text());
    const several = resumed.size > 1;
    say(several ? `Decisions about ${resumed.size} texts; those that name the text will be taken up`
      : `${some(decidedAbout(resumed).size, "decision")} will be taken up`);
  } catch {
    say(`${file.name} is no record of decisions`);
  }
}

// ---- over a reload of the page

function keepText() {
  const { text, mark, name, format, assumeSpun } = session;
  keep("text", { text, mark, name, format, assumeSpun });
  keepDecisions();
}

// Soon, when there is time, and before the page goes.
let keeping = 0;
function keepDecisions() {
  keeping ||= requestIdleCallback(keepNow, { timeout: 300 });
}

function keepNow() {
  cancelIdleCallback(keeping);
  keeping = 0;
  if (!session) return;
  keep("decisions", [...session.decided()]);
  keep("history", session.history);
}
addEventListener("pagehide", () => {
  if (keeping) keepNow();
  if (session) keep("place", { at: view.current, mode: view.mode, taken: session.taken });
});

function keep(id, value) {
  try {
    sessionStorage.setItem(`unspin.${id}`, JSON.stringify(value));
  } catch {
    // Too much for this browser to keep; leaving the page asks first.
    sessionStorage.removeItem(`unspin.${id}`);
  }
}

addEventListener("beforeunload", (event) => {
  if (keeping) keepNow();
  const kept = ["text", "decisions"].every((id) => sessionStorage.getItem(`unspin.${id}`));
  if (session && !kept) event.preventDefault();
});

const kept = sessionStorage.getItem("unspin.text");
if (kept) {
  const decided = new Map(JSON.parse(sessionStorage.getItem("unspin.decisions") ?? "[]"));
  const history = JSON.parse(sessionStorage.getItem("unspin.history") ?? "[]");
  const place = JSON.parse(sessionStorage.getItem("unspin.place") ?? "null") ?? undefined;
  check(Object.assign(new Session({ ...JSON.parse(kept), decided, history }), { taken: place?.taken }), place);
} else {
  get("paste").focus();
}
