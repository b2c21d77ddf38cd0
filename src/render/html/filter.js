"use strict";
const get = (id) => document.getElementById(id);
const marks = [...document.querySelectorAll("article > .text mark")];
const twins = new Map();
for (const rule of [...new Set(marks.map((mark) => mark.dataset.rule))].sort()) {
  get("rule").append(new Option(rule, rule));
}
// Nothing on the page is less sure than this.
const lowest = Math.floor(Math.min(1, ...marks.map((mark) => Number(mark.dataset.confidence))) * 100) / 100;
get("least").min = lowest;
get("least").value = lowest;
// The side-by-side view is made from the inline one, line by line, so that lines stay beside each other.
function pair(article) {
  if (article.querySelector(".pair")) return;
  const lines = [[]];
  for (const node of article.querySelector(".text").childNodes) {
    if (node.nodeType !== Node.TEXT_NODE) {
      lines.at(-1).push(node);
      continue;
    }
    const [first, ...others] = node.data.split("\n");
    lines.at(-1).push(first);
    for (const line of others) lines.push([line]);
  }
  const pair = document.createElement("div");
  pair.className = "pair";
  for (const line of lines) {
    for (const side of ["old", "new"]) {
      const cell = document.createElement("div");
      cell.className = side;
      for (const part of line) {
        if (typeof part === "string") {
          cell.append(part);
          continue;
        }
        const twin = part.cloneNode(true);
        twins.set(part, [...(twins.get(part) ?? []), twin]);
        cell.append(twin);
      }
      pair.append(cell);
    }
  }
  article.append(pair);
}
function update() {
  const least = Number(get("least").value);
  const rule = get("rule").value;
  const automatic = get("automatic").checked;
  const sides = get("sides").checked;
  if (sides) document.querySelectorAll("article").forEach(pair);
  get("shown").value = least.toFixed(2);
  let total = 0;
  for (const mark of marks) {
    const { confidence, rule: own, apply } = mark.dataset;
    const on = Number(confidence) >= least && (!rule || own === rule) && (!automatic || apply === "automatic");
    for (const one of [mark, ...(twins.get(mark) ?? [])]) {
      one.classList.toggle("off", !on);
      one.tabIndex = on ? 0 : -1;
    }
    total += on;
  }
  get("total").value = total;
  for (const article of document.querySelectorAll("article")) {
    const count = article.querySelectorAll(":scope > .text mark:not(.off)").length;
    article.querySelector(".count").textContent = count;
    article.hidden = count === 0;
  }
  document.body.classList.toggle("sides", sides);
}
// The reasons of the finding that has the focus, for those who have no mouse.
document.addEventListener("focusin", (event) => {
  const mark = event.target.closest("mark:not(.off)");
  get("why").hidden = !mark;
  if (mark) get("why").textContent = mark.title;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.activeElement?.blur();
});
document.addEventListener("focusout", (event) => {
  if (!event.relatedTarget) get("why").hidden = true;
});
for (const id of ["least", "rule", "automatic", "sides"]) get(id).addEventListener("input", update);
update();
