// The bar: which library is asked, which model answers, and light or dark. Its value: {model, asks,
// libraries: [[name, number of its articles or null], ...], library}; it triggers 'open'.
const root = element.querySelector(".bar");
const leaving = gone("bar");
const model = h("b", {});
const dot = h("span", { class: "dot" });
let called = "";
const scheme = () => document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
const turnOver = () => {
  const wanted = scheme() === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = wanted;
  try { localStorage.setItem("footnote-theme", wanted); } catch { /* then it lasts until the next load */ }
};
const choose = (name) => {
  try { sessionStorage.setItem(LIBRARY, name); } catch { return; }
  location.reload();
};
const choice = h("select", { class: "libraries", "aria-label": "Library", title: "Which library is asked", onchange: () => choose(choice.selectedIndex ? choice.value : "") });
const choosing = h("span", { class: "choosing", hidden: true }, h("span", { "aria-hidden": "true" }, "Library"), choice);
root.replaceChildren(
  h("h1", { class: "brand" }, "Footnote"),
  choosing,
  h("span", { class: "grow" }),
  h("span", { class: "model", title: "What writes the answers" }, dot, model),
  h("button", { type: "button", class: "theme", "aria-label": "Switch between light and dark", title: "Switch between light and dark", onclick: turnOver }),
);
// What this page asked for and did not get, told in one sentence, whichever tab is shown.
document.querySelector("#lost")?.remove();
const lost = h("div", { id: "lost", role: "alert" });
document.body.append(lost);
hearLast("lost", ({ words }) => words && words !== lost.firstChild?.textContent && lost.replaceChildren(h("p", {}, words), h("button", { type: "button", class: "tool", "aria-label": "Dismiss", title: "Dismiss", onclick: () => lost.replaceChildren() }, icon("close"))), leaving);
hear("back", () => { lost.replaceChildren(); trigger("open", {}); }, leaving);
// Tabs by arrow keys, as https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ has them; Gradio's are buttons.
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.('[role="tab"]');
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!tab || !step || event.altKey || event.ctrlKey || event.metaKey) return;
  const all = [...tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')].filter((each) => each.checkVisibility());
  const next = all[(all.indexOf(tab) + step + all.length) % all.length];
  event.preventDefault();
  next.click();
  next.focus();
}, { signal: leaving });
// Files and folders may be dropped anywhere: they go the way of those that are dropped in the library.
const MOST_DROPPED = 500;
const SECONDS = 10; // until the tab Library is there
const inside = async (entry) => {
  if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
  const reader = entry.createReader(), found = [];
  for (let some = [0]; some.length && found.length < MOST_DROPPED; ) {
    some = await new Promise((done, failed) => reader.readEntries(done, failed));
    for (const each of some) if (!each.name.startsWith(".")) found.push(...await inside(each));
  }
  return found;
};
const holdsFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files") && !event.target.closest?.("#library-drop");
const later = () => new Promise((done) => setTimeout(done, 100));
const takeIn = async (files) => {
  [...document.querySelectorAll('[role="tab"]')].find((tab) => tab.textContent.trim() === "Library")?.click();
  const until = Date.now() + 1000 * SECONDS;
  let input = null;
  while (!(input = document.querySelector("#library-drop input[type=file]")) && Date.now() < until) await later();
  if (!input) return;
  const held = new DataTransfer();
  for (const file of files.slice(0, MOST_DROPPED)) held.items.add(file);
  input.files = held.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
};
const dropping = (now) => document.body.classList.toggle("dropping", now);
document.addEventListener("dragover", (event) => { if (holdsFiles(event)) { event.preventDefault(); dropping(true); } }, { signal: leaving });
document.addEventListener("dragleave", (event) => !event.relatedTarget && dropping(false), { signal: leaving });
document.addEventListener("drop", async (event) => {
  dropping(false);
  if (!holdsFiles(event)) return;
  event.preventDefault();
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean), files = [...event.dataTransfer.files];
  const found = entries.some((entry) => entry.isDirectory) ? (await Promise.all(entries.map(inside))).flat() : files;
  if (found.length) takeIn(found);
}, { signal: leaving });
const show = (name) => { if (name) { called = name; reached(true); } };
// A model's dot is full once it answered; null: nothing was asked of it yet.
const reached = (did) => {
  dot.className = did === false ? "dot down" : did === null ? "dot unasked" : "dot";
  model.textContent = did === false ? `${modelName(called)}, not reached` : modelName(called);
};
const told = () => {
  show(props.value?.model);
  if (props.value?.asks) document.documentElement.dataset.asks = "";
  const { libraries = [], library: asked = "" } = props.value || {};
  // One that is offered no more is let go of, and the page begins with the first.
  if (props.value?.asks !== undefined && library() && library() !== asked) { choose(""); return; }
  choosing.hidden = libraries.length < 2;
  choice.replaceChildren(...libraries.map(([name, number]) => h("option", { value: name, selected: name === asked }, number === null ? name : `${name} · ${number.toLocaleString("en")} article${number === 1 ? "" : "s"}`)));
};
watch("value", told);
told();
hearLast("model", show, leaving);
hearLast("reached", reached, leaving);
hear("library", () => choosing.hidden || trigger("open", {}), leaving);
trigger("open", {});
