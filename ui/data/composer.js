// The question box, and the sheet of shortcuts. The log asks what it says; it triggers 'stop' {token}.
const root = element.querySelector(".composer");
const leaving = gone("composer");
const LONGEST = 2000;
const NEAR = 200; // characters before that, from which on they are counted
let busy = false;
let past = []; // questions of this tab, the last one at the end
let recalled = -1; // which of them stands in the box
const box = h("textarea", { id: "question", rows: 1, "aria-label": "Your question", "aria-describedby": "length", placeholder: "Ask about your articles", autocomplete: "off", enterkeyhint: "send" });
const ask = h("button", { type: "submit", class: "send", "aria-label": "Ask", title: "Ask (Enter)" }, icon("send"));
const stop = h("button", { type: "button", class: "send halt", "aria-label": "Stop", title: "Stop (Esc)", hidden: true }, icon("stop"));
const length = h("p", { class: "length", id: "length", role: "status" });
const number = (of) => of.toLocaleString("en");
const grow = () => {
  const over = box.value.trim().length - LONGEST;
  length.textContent = over <= -NEAR ? "" : over <= 0 ? `${number(over + LONGEST)} of ${number(LONGEST)} characters.` : `${number(over + LONGEST)} characters, and at most ${number(LONGEST)} can be asked: leave out ${number(over)}.`;
  length.classList.toggle("over", over > 0);
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
};
const put = (text) => { box.value = text; grow(); };
const send = () => {
  const question = box.value.trim();
  if (!question || busy || question.length > LONGEST) return;
  remember(question);
  put("");
  say("asked", question);
};
const halt = () => { say("halted"); trigger("stop", { token: token() }); box.focus(); };
// Arrows go through what was asked, as in a shell: from an empty box, and on from what was recalled.
const remember = (question) => { past = [...past.filter((one) => one !== question), question]; recalled = -1; };
const recall = (event) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  const within = recalled >= 0 && box.value === past[recalled];
  const next = within ? recalled + step : box.value === "" && step < 0 ? past.length - 1 : -2;
  if (next < -1 || (next < 0 && step < 0)) return;
  event.preventDefault();
  recalled = next < past.length ? next : -1;
  put(recalled < 0 ? "" : past[recalled]);
};
const form = h("form", {}, box, ask, stop);
form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
stop.addEventListener("click", halt);
box.addEventListener("input", grow);
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
  else if (event.key === "Escape" && busy) { event.stopPropagation(); halt(); }
  else recall(event);
});
const SHORTCUTS = [
  ["Asking", [["Enter", "Ask"], ["Shift+Enter", "A new line"], ["↑", "The question before, in an empty box; ↓ goes back"], ["/", "To the question box"], ["Esc", "Stop the answer"]]],
  ["Sources", [["Alt+→", "Next source"], ["Alt+←", "Source before"], ["Esc", "Back to all sources"]]],
  ["Conversations", [["↑ ↓", "Through the list"], ["Enter", "Open"], ["F2", "Rename"], ["Del", "Delete"]]],
  ["Everywhere", [["← →", "Through the tabs, from one of them"], ["?", "This sheet"]]],
];
const keys = (name) => name.split(/([+ ])/).map((part) => (/^[+ ]$/.test(part) ? part : h("kbd", {}, part)));
const sheet = h("dialog", { class: "reader shortcuts", "aria-labelledby": "shortcuts-title" },
  h("header", {}, h("h2", { id: "shortcuts-title" }, "Shortcuts"), h("button", { type: "button", class: "tool", "aria-label": "Close", title: "Close (Esc)", onclick: () => sheet.close() }, icon("close"))),
  h("article", { tabindex: "0" }, SHORTCUTS.map(([name, own]) => h("section", {}, h("h3", {}, name), h("dl", {}, own.map(([key, what]) => h("div", {}, h("dt", {}, keys(key)), h("dd", {}, what))))))));
document.querySelector("dialog.shortcuts")?.remove();
document.body.append(sheet);
sheet.addEventListener("click", (event) => event.target === sheet && sheet.close());
sheet.addEventListener("keydown", (event) => event.key === "Escape" && event.stopPropagation());
const help = () => { if (!document.querySelector("dialog[open]")) sheet.showModal(); };
root.replaceChildren(form, length, h("p", { class: "keys" }, h("span", { "aria-hidden": "true" }, h("kbd", {}, "Enter"), " to ask · ", h("kbd", {}, "/"), " to return here · "), h("button", { type: "button", class: "help", title: "Shortcuts (?)", onclick: help }, h("kbd", { "aria-hidden": "true" }, "?"), " All shortcuts")));
hear("busy", (now) => {
  if (now === busy) return;
  const held = document.activeElement === ask || document.activeElement === stop;
  busy = now;
  ask.hidden = busy;
  stop.hidden = !busy;
  if (held) (busy ? stop : ask).focus();
}, leaving);
hear("turn", ({ views }) => { if (views.some((view) => !past.includes(view.question))) past = [...new Set([...past, ...views.map((view) => view.question)])]; }, leaving);
hear("typing", () => box.focus(), leaving);
document.addEventListener("keydown", (event) => {
  const at = document.activeElement;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(at?.tagName) || at?.isContentEditable || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && box.checkVisibility()) { event.preventDefault(); box.focus(); }
  else if (event.key === "?") { event.preventDefault(); help(); }
}, { signal: leaving });
if (matchMedia("(min-width: 901px)").matches) box.focus({ preventScroll: true });
