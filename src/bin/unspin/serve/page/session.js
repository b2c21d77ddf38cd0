// One text under review: its findings, what was decided, and what comes of it. Knows nothing of the page.

const CONTEXT = 40;
const SPACE = /^[ \t\u00A0]$/;
const LINE_END = /^[\r\n]?$/;
const VERDICTS = ["accept", "reject", "ignore", "undecided"];

export class Session {
  // `mark` is the byte order mark that stood before the text, if one did.
  constructor({ text, mark = "", name, format, assumeSpun, decided = new Map(), history = [] }) {
    Object.assign(this, { text, mark, name, format, assumeSpun });
    this.findings = [];
    this.document = null;
    // Decisions made before, by finding, and lists of [finding, what was decided before] to undo.
    this.before = decided;
    this.history = history;
    this.seen = new Map();
    // Indexes of findings.
    this.known = new Map();
    // Findings of the same words, and of the same words with the same first correction; those that are automatic.
    this.groups = new Map();
    this.safe = [];
    this.open = 0;
    this.accepted = 0;
  }

  // Takes a finding of the server. The same id may stand at several places; `nth` tells them apart.
  add(finding) {
    finding.nth = this.seen.get(finding.id) ?? 0;
    this.seen.set(finding.id, finding.nth + 1);
    finding.decision = this.before.get(key(finding)) ?? null;
    const n = this.findings.push(finding) - 1;
    this.known.set(key(finding), n);
    for (const group of [words(finding), like(finding)]) {
      if (!this.groups.has(group)) this.groups.set(group, []);
      this.groups.get(group).push(n);
    }
    if (finding.applicability === "automatic") this.safe.push(n);
    this.count(finding.decision, 1);
    return n;
  }

  count(decision, by) {
    if (!decision) this.open += by;
    else if (decision.verdict === "accept") this.accepted += by;
  }

  // Decides about several findings at once; `decide` gives { verdict, replacement, choice } for each.
  decide(indexes, decide) {
    const step = [];
    for (const n of indexes) {
      const finding = this.findings[n];
      step.push([key(finding), finding.decision]);
      // What others said stays beside it.
      this.put(n, { ...decide(finding), lines: finding.decision?.lines });
    }
    if (step.length) this.history.push(step);
    return indexes;
  }

  put(n, decision) {
    const finding = this.findings[n];
    this.count(finding.decision, -1);
    finding.decision = decision;
    this.count(decision, 1);
  }

  // Takes back the last step; gives the indexes that it was about. After a reload some of them may be yet to come, and
  // it waits, or may not come again.
  undo() {
    while (this.history.length) {
      const step = this.history.at(-1);
      const there = step.filter(([known]) => this.known.has(known));
      if (there.length < step.length && !this.document) return [];
      this.history.pop();
      for (const [known, decision] of there) this.put(this.known.get(known), decision);
      if (there.length) return there.map(([known]) => this.known.get(known));
    }
    return [];
  }

  // Decisions made before whose findings are not there.
  unmatched() {
    return [...this.before].filter(([known]) => !this.known.has(known)).map(([, decision]) => decision);
  }

  // The open findings of the same words with the same first correction, and this one.
  alike(n) {
    return this.groups.get(like(this.findings[n])).filter((m) => m === n || !this.findings[m].decision);
  }

  // The open findings of the same words, and this one.
  sameWords(n) {
    return this.groups.get(words(this.findings[n])).filter((m) => m === n || !this.findings[m].decision);
  }

  automatic() {
    return this.safe.filter((n) => !this.findings[n].decision && canApply(this.findings[n], 0));
  }

  // The next open finding from a place on, round the end if need be; -1 where all are decided.
  nextOpen(from) {
    const all = this.findings.length;
    for (let step = 0; step < all; step++) {
      const n = (from + step) % all;
      if (!this.findings[n].decision) return n;
    }
    return -1;
  }

  // What the accepted replacements change: [{ start, end, text }] in UTF-16 units, in order, without overlaps.
  edits() {
    const all = [];
    for (const finding of this.findings) {
      if (finding.decision?.verdict !== "accept") continue;
      for (const edit of changes(finding, finding.decision, this.format)) all.push({ ...edit, finding });
    }
    all.sort((a, b) => a.start - b.start || a.end - b.end);
    let at = 0;
    const apart = all.filter((edit) => edit.start >= at && ((at = edit.end), true));
    apart.forEach((edit, n) => this.close(edit, apart[n - 1], apart[n + 1]));
    return apart.map(({ start, end, text }) => ({ start, end, text }));
  }

  // Words that go take the space after them along, at the end of a line the one before them, as in `unspin review`;
  // in markup, where it is what it looks like.
  close(edit, previous, next) {
    if (edit.text) return;
    const shown = edit.finding.shown ?? this.around(edit.finding);
    const before = shown.before.slice(-1), after = shown.after.slice(0, 1);
    if (before && !/^\p{White_Space}$/u.test(before)) return;
    if (!before || LINE_END.test(before)) {
      const end = /^(\r\n|\n|\r)/.exec(this.text.slice(edit.end, edit.end + 2))?.[0];
      if (end && LINE_END.test(after) && !(next && next.start <= edit.end)) {
        edit.end += end.length;
        return;
      }
    }
    if (SPACE.test(after)) {
      if (this.text[edit.end] === after && !(next && next.start <= edit.end)) edit.end++;
    } else if (SPACE.test(before) && LINE_END.test(after)) {
      if (this.text[edit.start - 1] === before && !(previous && previous.end >= edit.start)) edit.start--;
    }
  }

  corrected() {
    const parts = [];
    let at = 0;
    for (const { start, end, text } of this.edits()) {
      parts.push(this.text.slice(at, start), text);
      at = end;
    }
    parts.push(this.text.slice(at));
    return parts.join("");
  }

  // The record of decisions, one JSON object a line, as `unspin review` keeps it. Lines that were read and whose findings
  // are not there stay as they were.
  record() {
    const lines = this.findings.filter((finding) => finding.decision).flatMap((finding) => {
      const { verdict, replacement, line, lines = [] } = finding.decision;
      const { text, before, after } = finding.shown ?? this.around(finding);
      const by = line?.by ?? null;
      // Whoever says something last has it in force.
      const others = lines.filter((other) => (other.by ?? null) !== by).map((other) => ({ ...other, path: this.name }));
      return [...others, {
        type: "decision", path: this.name, record: null, field: null, id: finding.id, nth: finding.nth,
        text, before, after,
        decision: verdict, replacement: verdict === "accept" ? replacement : null, by,
      }];
    });
    const left = this.unmatched().flatMap(({ lines = [] }) => lines.map((line) => ({ ...line, path: this.name })));
    return [...lines, ...left].map((line) => `${JSON.stringify(line)}\n`).join("");
  }

  // The words of a finding with what stands around them; where there is markup, the server says what it shows.
  around({ text, span }) {
    const [start, end] = span.utf16;
    return {
      text,
      before: Array.from(this.text.slice(Math.max(0, start - 2 * CONTEXT - 1), start)).slice(-CONTEXT).join(""),
      after: Array.from(this.text.slice(end, end + 2 * CONTEXT + 1)).slice(0, CONTEXT).join(""),
    };
  }

  // What was decided, by finding, to be found again after another check.
  decided() {
    const decided = new Map(this.before);
    for (const finding of this.findings) {
      if (finding.decision) decided.set(key(finding), finding.decision);
      else decided.delete(key(finding));
    }
    return decided;
  }
}

// Reads a record of decisions: for each path, what was decided, by finding, with the line that said so and the last ones
// of all people. Throws where a line is none, but for a last one without line break: it was being written when the program
// ended.
export function readRecord(lines) {
  const record = new Map();
  for (const line of lines.split(/(?<=\n)/).filter((line) => line.trim())) {
    let one;
    try {
      one = JSON.parse(line);
    } catch (error) {
      if (line.endsWith("\n")) throw error;
      continue;
    }
    const { type, path, id, nth = 0, text, decision } = one;
    const whole = [path, id, text].every((value) => typeof value === "string");
    if (type !== "decision" || !whole || !VERDICTS.includes(decision)) throw new Error("not a decision");
    if (!record.has(path)) record.set(path, new Map());
    const decided = record.get(path), known = key({ id, nth });
    const others = decided.get(known)?.lines.filter((other) => (other.by ?? null) !== (one.by ?? null)) ?? [];
    // Whoever takes back what they said leaves what others say.
    const lines = decision === "undecided" ? others : [...others, one];
    const last = lines.at(-1);
    if (last) decided.set(known, { verdict: last.decision, replacement: last.replacement ?? null, line: last, lines });
    else decided.delete(known);
  }
  return record;
}

// What a record says about a text of this name: all of it where it is about one text only, whatever that was called.
export function decidedAbout(record, name) {
  const own = [...record].filter(([path]) => record.size === 1 || path.split("/").pop() === name);
  return new Map(own.flatMap(([, decided]) => [...decided]));
}

function words({ text }) {
  return text.toLowerCase();
}

function like({ text, corrections }) {
  return `${text}\n→ ${corrections[0]?.text ?? ""}`.toLowerCase();
}

function key({ id, nth }) {
  return `${id}/${nth}`;
}

// The replacement that a decision stands for; the first correction where it names none.
export function replacement(finding, decision) {
  return decision.replacement ?? finding.corrections[0]?.text ?? "";
}

// What is written for it: white space that the words take along at their ends stays where other words come, as in
// `unspin review`.
export function written(finding, decision) {
  const text = replacement(finding, decision);
  const [, front, back] = /^(\s*)[^]*?(\s*)$/.exec((finding.shown ?? finding).text);
  if (!text) return "";
  return `${/^\s/.test(text) ? "" : front}${text}${/\s$/.test(text) ? "" : back}`;
}

// Whether a choice can be put in the place of the words: in markup, not always.
export function canApply(finding, choice) {
  return finding.edits ? finding.edits[choice] != null : true;
}

// Whether other words than the choices can be put there.
export function takesOwnWords(finding) {
  if (!finding.edits) return true;
  const [start, end] = finding.span.utf16;
  const only = finding.edits[0]?.length === 1 ? finding.edits[0][0] : null;
  return only != null && only.start >= start && only.end <= end;
}

function changes(finding, decision, format) {
  const text = written(finding, decision);
  const [start, end] = finding.span.utf16;
  if (!finding.edits) return [{ start, end, text }];
  const choice = finding.corrections.findIndex((correction) => correction.text === replacement(finding, decision));
  if (choice >= 0) return finding.edits[choice] ?? [];
  if (!takesOwnWords(finding)) return [];
  const escaped = format === "html" ? text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;") : text;
  return [{ start, end, text: escaped }];
}
