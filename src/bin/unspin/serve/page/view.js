// The text with its findings, drawn in pieces so that long texts scroll freely.

import { written } from "./session.js";

// Characters in a piece, more or less: pieces that are out of sight cost no layout.
const PIECE = 4000;

export class View {
  constructor(root, session, pick) {
    this.root = root;
    this.session = session;
    this.mode = "marks";
    this.current = -1;
    // For each finding, the elements that show it.
    this.shown = [];
    this.pieces = pieces(session.text).map(([start, end]) => ({ start, end, first: 0, last: 0, element: null }));
    root.replaceChildren(...this.pieces.map((piece) => {
      piece.element = document.createElement("div");
      piece.element.className = "piece";
      const lines = session.text.slice(piece.start, piece.end).split("\n").reduce((sum, line) => sum + Math.ceil((line.length + 1) / 80), 0);
      piece.element.style.containIntrinsicBlockSize = `auto ${lines * 29}px`;
      return piece.element;
    }));
    this.pieces.slice(0, 3).forEach((piece) => this.draw(piece));
    this.drawLater(this.pieces.slice(3));
    root.onclick = (event) => {
      const mark = event.target.closest("[data-n]");
      if (mark) pick(Number(mark.dataset.n));
    };
    root.onkeydown = (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        root.onclick(event);
      }
    };
  }

  // Draws the pieces that findings from `first` on lie in.
  found(first) {
    const { findings } = this.session;
    let at = this.pieces.findIndex((piece) => piece.end > (findings[first]?.span.utf16[0] ?? Infinity));
    const changed = new Set();
    for (let n = first; n < findings.length; n++) {
      const [start, end] = findings[n].span.utf16;
      while (this.pieces[at].end <= start && at + 1 < this.pieces.length) at++;
      const piece = this.pieces[at];
      if (!changed.has(piece) && piece.last === piece.first) piece.first = n;
      piece.last = n + 1;
      changed.add(piece);
      // A finding that runs over the edge takes the edge with it.
      for (let next = at; this.pieces[next].end < end;) {
        this.pieces[next].end = end;
        next++;
        this.pieces[next].start = end;
        changed.add(this.pieces[next]);
      }
    }
    for (const piece of changed) this.draw(piece);
  }

  setMode(mode) {
    this.mode = mode;
    this.root.className = `text ${mode}`;
    // What is in sight first, the rest when there is time.
    const near = [], far = [];
    for (const piece of this.pieces) {
      const { top, bottom } = piece.element.getBoundingClientRect();
      (bottom > -innerHeight && top < 2 * innerHeight ? near : far).push(piece);
    }
    near.forEach((piece) => this.draw(piece));
    this.drawLater(far);
  }

  // Draws pieces when there is time, those in sight having been drawn.
  drawLater(pieces) {
    const { mode } = this;
    for (const piece of pieces) piece.stale = true;
    const rest = (deadline) => {
      while (pieces.length && deadline.timeRemaining() > 2) {
        const piece = pieces.shift();
        if (piece.stale && this.mode === mode) this.draw(piece);
      }
      if (pieces.length && this.mode === mode) requestIdleCallback(rest);
    };
    requestIdleCallback(rest);
  }

  draw(piece) {
    piece.stale = false;
    const { text, findings } = this.session;
    for (let n = piece.first; n < piece.last; n++) this.shown[n] = [];
    const rows = [];
    let n = piece.first, at = piece.start;
    while (at < piece.end) {
      // A row is a line, and more lines where findings run over their ends.
      let end = text.indexOf("\n", at);
      let last = n;
      for (;;) {
        if (end < 0 || end >= piece.end) end = piece.end;
        while (last < piece.last && findings[last].span.utf16[0] < end) last++;
        const over = last > n ? findings[last - 1].span.utf16[1] : 0;
        if (over <= end) break;
        end = text.indexOf("\n", over);
      }
      rows.push(this.row(at, end, n, last));
      n = last;
      at = end + 1;
    }
    piece.element.replaceChildren(...rows);
  }

  row(start, end, first, last) {
    const row = document.createElement("div");
    row.className = "line";
    for (const side of this.mode === "sides" ? ["old", "new"] : [this.mode]) {
      const cell = this.mode === "sides" ? row.appendChild(document.createElement("div")) : row;
      let at = start;
      for (let n = first; n < last; n++) {
        const [from, to] = this.session.findings[n].span.utf16;
        if (from > at) cell.append(this.session.text.slice(at, from));
        const mark = document.createElement("span");
        mark.dataset.n = n;
        mark.dataset.side = side;
        mark.tabIndex = -1;
        mark.setAttribute("role", "button");
        this.shown[n].push(mark);
        this.paint(n, mark);
        cell.append(mark);
        at = to;
      }
      if (at < end) cell.append(this.session.text.slice(at, end));
      if (!cell.hasChildNodes()) cell.append("\n");
    }
    return row;
  }

  // Shows what a finding is now.
  update(n) {
    for (const mark of this.shown[n] ?? []) this.paint(n, mark);
  }

  paint(n, mark) {
    const finding = this.session.findings[n];
    const { decision } = finding;
    const verdict = decision?.verdict ?? "open";
    const accepted = verdict === "accept";
    const now = accepted ? written(finding, decision) : finding.corrections[0]?.text ?? "";
    mark.className = `f ${finding.severity} ${verdict}${n === this.current ? " current" : ""}`;
    if (n === this.current) mark.setAttribute("aria-current", "true");
    else mark.removeAttribute("aria-current");
    mark.tabIndex = n === this.current ? 0 : -1;
    const { side } = mark.dataset;
    if (side === "inline" && (accepted || verdict === "open")) {
      const old = document.createElement("del"), fresh = document.createElement("ins");
      old.textContent = finding.text;
      fresh.textContent = now;
      mark.replaceChildren(old, ...(now ? [" ", fresh] : []));
    } else {
      const text = accepted && side !== "old" ? now : finding.text;
      // Words that are gone leave a mark that can be seen and clicked.
      mark.textContent = text || "⌫";
      mark.classList.toggle("gone", !text);
    }
    const states = { open: `suggestion: ${now || "remove"}`, accept: `in place of ${finding.text}`, reject: "kept", ignore: "ignored" };
    mark.setAttribute("aria-label", `${mark.textContent}: ${finding.severity}, ${states[verdict]}`);
  }

  // Makes a finding the current one and brings it into sight.
  select(n, focus) {
    const before = this.current;
    this.current = n;
    if (before >= 0) this.update(before);
    if (n < 0) return;
    this.reveal(n);
    this.update(n);
    const mark = this.shown[n]?.[0];
    if (!mark) return;
    const place = () => mark.scrollIntoView({ block: "center", inline: "nearest" });
    const { top, bottom } = mark.getBoundingClientRect();
    // What the bar above and, on narrow screens, the panel below leave to be seen.
    const bar = document.querySelector(".bar").getBoundingClientRect();
    const panel = document.getElementById("panel").getBoundingClientRect();
    const low = panel.left < 40 ? panel.top : innerHeight;
    if (top < Math.max(0, bar.bottom) + 40 || bottom > low - 60) {
      place();
      // Pieces get their true height when they come into sight; once more, then.
      requestAnimationFrame(place);
    }
    if (focus) mark.focus({ preventScroll: true });
  }

  reveal(n) {
    const piece = this.pieces.find((piece) => piece.first <= n && n < piece.last);
    if (piece?.stale) this.draw(piece);
  }
}

// Cuts a text where lines end: [start, end] of each piece.
function pieces(text) {
  const cuts = [];
  let start = 0;
  while (start < text.length) {
    let end = start + PIECE >= text.length ? text.length : text.indexOf("\n", start + PIECE) + 1;
    if (end <= 0) end = text.length;
    cuts.push([start, end]);
    start = end;
  }
  return cuts.length ? cuts : [[0, 0]];
}
