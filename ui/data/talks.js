// The kept conversations of a library. Its value: {keeps, talks: [[id, name, used, turns], ...],
// found: [[id, question, excerpt], ...] or null, problem, deleted}.
// It triggers 'open' {words}, 'rename' {id, name}, 'discard' {id} and 'restore' {id}, each with {token}.
const root = element.querySelector(".talks");
const leaving = gone("talks");
const UNDO = 10000; // milliseconds
const words = h("input", { type: "search", "aria-label": "Search your conversations", placeholder: "Search", maxlength: 200, autocomplete: "off" });
const list = h("ul", {});
const undo = h("p", { class: "undo", role: "status" });
const problem = h("p", { class: "trouble", role: "alert" });
const box = h("details", {}, h("summary", {}, "Conversations"), h("div", { class: "shelf" }, words, undo, problem, list));
const begin = h("button", { type: "button", class: "secondary", onclick: () => leave(newToken()) }, "New conversation");
root.hidden = true;
root.replaceChildren(begin, box);
let looking = 0, undoing = 0;
const look = () => trigger("open", { token: token(), words: words.value });
const leave = (id) => { box.open = false; say("talk", id); };
const day = (iso) => new Date(iso).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
const renaming = (id, name, row) => {
  const field = h("input", { type: "text", "aria-label": "Name of the conversation", maxlength: 200, value: name, autocomplete: "off" });
  const form = h("form", {}, field, h("button", { type: "submit", class: "secondary" }, "Rename"));
  form.addEventListener("submit", (event) => { event.preventDefault(); trigger("rename", { token: token(), id, name: field.value }); });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); draw(); } });
  row.replaceChildren(form);
  field.select();
};
const line = ([id, name, used, turns]) => {
  const row = h("li", { class: id === token() ? "current" : null });
  row.append(h("button", { type: "button", class: "open", dir: "auto", "aria-current": id === token() ? "true" : null, onclick: () => leave(id) }, name, h("span", {}, `${day(used)}, ${count(turns, "question")}`)),
    h("button", { type: "button", class: "tool", "aria-label": `Rename ${name}`, title: "Rename", onclick: () => renaming(id, name, row) }, icon("rename")),
    h("button", { type: "button", class: "tool", "aria-label": `Delete ${name}`, title: "Delete", onclick: () => { if (id === token()) say("talk", newToken()); trigger("discard", { token: token(), id }); } }, icon("clear")));
  return row;
};
const hit = ([id, question, excerpt]) => h("li", {}, h("button", { type: "button", class: "open", dir: "auto", onclick: () => leave(id) }, question, h("span", {}, excerpt)));
const offerUndo = (id) => {
  undo.replaceChildren("Deleted. ", h("button", { type: "button", class: "secondary", onclick: () => { undo.replaceChildren(); trigger("restore", { token: token(), id }); } }, "Undo"));
  clearTimeout(undoing);
  undoing = setTimeout(() => undo.replaceChildren(), UNDO);
};
const draw = () => {
  const value = props.value || {};
  if (!value.talks) return;
  root.hidden = !value.keeps;
  const rows = value.found ? value.found.map(hit) : value.talks.map(line);
  list.replaceChildren(...(rows.length ? rows : [h("li", { class: "about" }, value.found ? "No conversation has these words." : "None is kept yet.")]));
  problem.textContent = value.problem || "";
  if (value.deleted && !value.problem) offerUndo(value.deleted);
};
box.addEventListener("toggle", () => { if (box.open) { words.value = ""; look(); } });
box.addEventListener("keydown", (event) => { if (event.key === "Escape") { box.open = false; box.firstChild.focus(); } });
words.addEventListener("input", () => { clearTimeout(looking); looking = setTimeout(look, 200); });
document.addEventListener("click", (event) => { if (box.open && event.target.isConnected && !root.contains(event.target)) box.open = false; }, { signal: leaving });
hearLast("keeps", (keeps) => { root.hidden = !keeps; }, leaving);
watch("value", draw);
