// The rail: the kept conversations of a library. Its value: {keeps, talks: [[id, name, used, turns], ...],
// found: [[id, name, excerpt], ...] or null, problem, deleted}.
// It is asked of the server as `listed` {words}, and comes after 'rename' {id, name}, 'discard' {id} and
// 'restore' {id}, which are triggered here, each with {token}.
const root = element.querySelector(".talks");
const room = element.closest("#room");
const leaving = gone("talks");
const UNDO = 30000; // milliseconds; the server can have it back for longer
const FOLDED = "footnote-rail";
const wide = matchMedia("(min-width: 1100px)");
const words = h("input", { type: "search", "aria-label": "Search your conversations", placeholder: "Search", maxlength: 200, autocomplete: "off" });
const list = h("div", { class: "listed" });
const undo = h("div", { class: "undo", role: "status" });
const problem = h("p", { class: "trouble", role: "alert" });
const close = h("button", { type: "button", class: "tool close", "aria-label": "Close the conversations", title: "Close (Esc)", onclick: () => lower() }, icon("close"));
const drawer = h("nav", { class: "drawer", id: "drawer", "aria-label": "Conversations" }, h("div", { class: "drawer-head" }, h("h2", {}, "Conversations"), close), words, undo, problem, list);
const toggle = h("button", { type: "button", class: "toggle", "aria-controls": "drawer", onclick: () => (wide.matches ? fold(!folded()) : raise()) }, icon("rail"), h("span", {}, "Conversations"));
const begin = h("button", { type: "button", class: "begin", onclick: () => { leave(newToken()); say("typing"); } }, icon("plus"), h("span", {}, "New conversation"));
root.replaceChildren(h("div", { class: "rail-head" }, toggle, begin), drawer);

// At the side it is folded or not, and stays so; in a narrow window it is a drawer over the page.
const folded = () => room.classList.contains("folded");
const standing = () => {
  const open = wide.matches ? !folded() : drawer.classList.contains("raised");
  toggle.setAttribute("aria-expanded", String(open));
  toggle.title = open ? "Hide your conversations" : "Show your conversations";
};
const fold = (now) => {
  room.classList.toggle("folded", now);
  try { localStorage.setItem(FOLDED, now ? "folded" : ""); } catch { /* then it lasts until the next load */ }
  standing();
};
const behind = () => document.querySelectorAll("#talk, #sources, #top, #nav > .tab-wrapper, .rail-head");
const raise = () => {
  drawer.classList.add("raised");
  document.body.classList.add("drawn");
  for (const each of behind()) each.inert = true;
  standing();
  close.focus({ preventScroll: true });
};
const lower = () => {
  if (!drawer.classList.contains("raised")) return;
  drawer.classList.remove("raised");
  document.body.classList.remove("drawn");
  for (const each of behind()) each.inert = false;
  standing();
  toggle.focus({ preventScroll: true });
};

hear("back", () => look(), leaving);
let looking = 0;
let focused = null; // the row that has the focus once it is drawn
// The newest list counts, whether it was looked for or came after a change.
let value = {}, asked = 0, underway = 0;
const look = async () => {
  performance.mark("footnote-list-asked");
  const own = (asked += 1);
  underway += 1;
  // Without the token: at the start the log may have another one to go on with.
  const found = await server.listed({ words: words.value }).catch(() => null);
  underway -= 1;
  if (own === asked && found?.talks) { value = found; draw(); }
};
const leave = (id) => { lower(); say("talk", id); mark(); };
const clock = new Intl.DateTimeFormat([], { timeStyle: "short" });
const time = (used) => clock.format(used);
const date = (used) => [dayMonth(used), used.getFullYear() !== new Date().getFullYear() && used.getFullYear()].filter(Boolean).join(" ");
const since = (used) => {
  const midnight = new Date().setHours(0, 0, 0, 0);
  return used >= midnight ? "Today" : used >= new Date(midnight).setDate(new Date(midnight).getDate() - 1) ? "Yesterday" : "Earlier";
};
const renaming = (id, name, row) => {
  const field = h("input", { type: "text", "aria-label": "Name of the conversation", maxlength: 200, value: name, autocomplete: "off" });
  const form = h("form", {}, field, h("button", { type: "submit", class: "secondary" }, "Rename"));
  form.addEventListener("submit", (event) => { event.preventDefault(); focused = id; trigger("rename", { token: token(), id, name: field.value }); });
  form.addEventListener("keydown", (event) => { event.stopPropagation(); if (event.key === "Escape") { focused = id; draw(); } });
  row.replaceChildren(form);
  field.select();
};
const discard = (id, row) => {
  const next = row.nextElementSibling || row.previousElementSibling;
  focused = next?.dataset.id || null;
  if (id === token()) say("talk", newToken());
  trigger("discard", { token: token(), id });
};
const line = ([id, name, used, turns]) => {
  const at = new Date(used), group = since(at);
  const row = h("li", { "data-id": id });
  const open = h("button", { type: "button", class: "open", dir: "auto", title: name, onclick: () => leave(id) }, h("span", { class: "name" }, name), h("span", { class: "about" }, `${group === "Earlier" ? date(at) : time(at)} · ${count(turns, "question")}`));
  row.append(open,
    h("button", { type: "button", class: "tool", "aria-label": `Rename ${name}`, title: "Rename (F2)", onclick: () => renaming(id, name, row) }, icon("rename")),
    h("button", { type: "button", class: "tool", "aria-label": `Delete ${name}`, title: "Delete (Del)", onclick: () => discard(id, row) }, icon("clear")));
  open.addEventListener("keydown", (event) => {
    if (event.key === "F2") renaming(id, name, row);
    else if (event.key === "Delete") discard(id, row);
  });
  return [group, row];
};
const hit = ([id, name, excerpt]) => ["Found", h("li", { "data-id": id }, h("button", { type: "button", class: "open", dir: "auto", title: name, onclick: () => leave(id) }, h("span", { class: "name" }, name), h("span", { class: "about" }, excerpt)))];
// One conversation is in the order of Tab; arrows go to the others.
const rows = () => [...list.querySelectorAll("li[data-id]")];
const reach = (row) => { for (const each of rows()) for (const button of each.querySelectorAll("button")) button.tabIndex = each === row ? 0 : -1; };
const mark = () => {
  for (const row of rows()) {
    const own = row.dataset.id === token();
    row.classList.toggle("current", own);
    if (own) row.querySelector(".open")?.setAttribute("aria-current", "true"); else row.querySelector(".open")?.removeAttribute("aria-current");
  }
  reach(rows().find((row) => row.dataset.id === token()) || rows()[0]);
};
const offerUndo = (id, name) => {
  const told = h("p", {}, h("span", { dir: "auto" }, `Deleted “${name}”.`), h("button", { type: "button", class: "secondary", onclick: () => { focused = id; told.remove(); trigger("restore", { token: token(), id }); } }, "Undo"),
    h("button", { type: "button", class: "tool", "aria-label": "Dismiss", title: "Dismiss", onclick: () => { told.remove(); words.focus(); } }, icon("close")));
  undo.append(told);
  setTimeout(() => told.remove(), UNDO);
};
let undone = null, names = new Map();
const draw = () => {
  if (!value.talks || (list.querySelector("form") && !focused)) return; // a name that is being typed stays
  room.classList.toggle("kept", value.keeps);
  const held = list.contains(document.activeElement) ? document.activeElement.closest("li")?.dataset.id : null;
  const groups = new Map();
  for (const [group, row] of value.found ? value.found.map(hit) : value.talks.map(line)) groups.set(group, [...(groups.get(group) || []), row]);
  list.replaceChildren(...(groups.size ? [...groups].map(([group, own]) => h("section", {}, h("h2", {}, group), h("ul", {}, own)))
    : [h("p", { class: "about" }, value.found ? "No conversation has these words." : "Your conversations will be listed here.")]));
  mark();
  problem.textContent = asSentence(value.problem);
  if (value.deleted && !value.problem && value.deleted !== undone) offerUndo(value.deleted, names.get(value.deleted) || "it");
  undone = value.deleted || null;
  names = new Map(value.talks.map(([id, name]) => [id, name]));
  if (words.value.trim() && !value.found && !value.problem) look(); // what was searched for is shown again
  const wanted = rows().find((row) => row.dataset.id === (focused || held));
  if (wanted) { focused = null; wanted.querySelector(".open").focus({ preventScroll: true }); }
  else if (held) words.focus({ preventScroll: true });
  performance.mark("footnote-list-drawn");
};
list.addEventListener("focusin", (event) => { const row = event.target.closest("li[data-id]"); if (row) reach(row); });
list.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const all = rows(), at = all.indexOf(event.target.closest("li[data-id]"));
  if (!step || at < 0) return;
  event.preventDefault();
  (all[at + step] ? all[at + step].querySelector(".open") : step < 0 ? words : null)?.focus();
});
drawer.addEventListener("keydown", (event) => { if (event.key === "Escape" && drawer.classList.contains("raised")) { event.stopPropagation(); lower(); } });
words.addEventListener("input", () => { clearTimeout(looking); looking = setTimeout(look, 200); });
words.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") { event.preventDefault(); rows()[0]?.querySelector(".open").focus(); }
  else if (event.key === "Escape" && words.value) { event.stopPropagation(); words.value = ""; look(); }
});
document.addEventListener("click", (event) => { if (event.target.isConnected && !drawer.contains(event.target) && !toggle.contains(event.target)) lower(); }, { signal: leaving });
wide.addEventListener("change", () => { lower(); standing(); }, { signal: leaving });
hearLast("keeps", (keeps) => room.classList.toggle("kept", keeps), leaving);
document.addEventListener("focusin", () => { focused = null; }, { signal: leaving });
hear("kept", look, leaving);
hear("cleared", () => setTimeout(mark), leaving);
watch("value", () => { asked += 1; value = props.value || {}; draw(); if (underway) look(); });
try { room.classList.toggle("folded", localStorage.getItem(FOLDED) === "folded"); } catch { /* it is open */ }
standing();
look();
