"use strict";
const get = (id) => document.getElementById(id);
const marks = [...document.querySelectorAll("article > .text mark")];
for (const rule of [...new Set(marks.map((mark) => mark.dataset.rule))].sort()) {
  get("rule").append(new Option(rule, rule));
}
// The side-by-side view is made from the inline one, each side with its half of every finding.
function pair(article) {
  const text = article.querySelector(".text");
  let pair = article.querySelector(".pair");
  if (pair) pair.remove();
  pair = document.createElement("div");
  pair.className = "pair";
  for (const [keep, drop] of [["del", "ins"], ["ins", "del"]]) {
    const side = document.createElement("div");
    side.append(...[...text.childNodes].map((node) => node.cloneNode(true)));
    for (const mark of side.querySelectorAll("mark")) {
      mark.removeAttribute("id");
      const gone = mark.classList.contains("off") ? "ins" : drop;
      for (const half of mark.querySelectorAll(gone)) half.remove();
    }
    pair.append(side);
  }
  article.append(pair);
}
function update() {
  const least = Number(get("least").value);
  const rule = get("rule").value;
  const automatic = get("automatic").checked;
  const sides = get("sides").checked;
  get("shown").value = least.toFixed(2);
  let total = 0;
  for (const mark of marks) {
    const { confidence, rule: own, apply } = mark.dataset;
    const on = Number(confidence) >= least && (!rule || own === rule) && (!automatic || apply === "automatic");
    mark.classList.toggle("off", !on);
    total += on;
  }
  get("total").value = total;
  for (const article of document.querySelectorAll("article")) {
    const count = article.querySelectorAll(":scope > .text mark:not(.off)").length;
    article.querySelector(".count").textContent = count;
    article.hidden = count === 0;
    if (sides && count) pair(article);
  }
  document.body.classList.toggle("sides", sides);
}
for (const id of ["least", "rule", "automatic", "sides"]) get(id).addEventListener("input", update);
update();
