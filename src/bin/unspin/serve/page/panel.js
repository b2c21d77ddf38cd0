// The panel: one finding with its choices and reasons.

import { canApply, replacement, takesOwnWords } from "./session.js";

const get = (id) => document.getElementById(id);

// Shows a finding beside the text, from its top; `accept` is called with the number of a choice.
export function show(session, n, accept) {
  get("finding").hidden = n < 0;
  get("panel").scrollTop = 0;
  if (n < 0) return;
  const finding = session.findings[n];
  const { decision } = finding;
  const verdict = decision?.verdict ?? "open";
  get("severity").textContent = finding.severity;
  get("severity").className = `tag ${finding.severity}`;
  get("rule").textContent = finding.rule.replaceAll("-", " ");
  get("applicability").textContent = finding.applicability === "automatic" ? "automatic: safe unseen" : "";
  get("state").textContent = { open: "", accept: "accepted", reject: "rejected", ignore: "ignored" }[verdict];
  get("state").className = `tag state ${verdict}`;
  get("old").textContent = finding.text;
  const now = verdict === "accept" ? replacement(finding, decision) : finding.corrections[0]?.text ?? "";
  get("new").textContent = now || "(remove)";
  get("message").textContent = finding.message;
  get("choices").replaceChildren(...finding.corrections.slice(0, 9).map((correction, choice) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.disabled = !canApply(finding, choice);
    button.setAttribute("aria-keyshortcuts", String(choice + 1));
    button.setAttribute("aria-pressed", String(verdict === "accept" && now === correction.text));
    const key = document.createElement("kbd"), text = document.createElement("span"), sure = document.createElement("span");
    key.textContent = choice + 1;
    text.textContent = correction.text || "(remove)";
    text.className = "words";
    sure.textContent = `${Math.min(99, Math.round(100 * correction.confidence))} %`;
    sure.className = "sure";
    sure.style.setProperty("--sure", correction.confidence);
    button.append(key, text, sure);
    button.onclick = () => accept(choice);
    item.append(button);
    return item;
  }));
  get("words").value = now;
  const own = takesOwnWords(finding);
  get("own").hidden = !own;
  get("blocked").hidden = canApply(finding, 0);
  get("accept").disabled = get("alike").disabled = !canApply(finding, 0);
  const alike = session.alike(n).length;
  get("alike").firstChild.textContent = alike > 1 ? `All ${alike} like this ` : "All like this ";
  get("reasons").replaceChildren(...finding.evidence.map((reason) => {
    const item = document.createElement("li");
    item.textContent = reason.text;
    return item;
  }));
  get("sources").textContent = finding.sources.length ? `Sources: ${finding.sources.join(", ")}` : "";
}
