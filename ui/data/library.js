// Draws the articles of the library and the folders that it follows: { documents, found, total, note,
// problem, folders: [{ path, state, wrong }] }. Fires 'remove'.
const root = element.querySelector(".library");
let asking = null, drawn = "";
const about = (one) => [one.author, one.source, count(one.sentences, "sentence"), one.dates].filter(Boolean).join(" · ");

async function open(id) {
  const dialog = h("dialog", { class: "reader", "aria-label": "Article" }, h("p", { class: "note" }, "Opening…"));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  const found = (await server.article({ id })) || { missing: true };
  const known = (props.value.documents || []).find((one) => one.id === id);
  const shut = h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, "Close");
  dialog.replaceChildren(
    h("header", {}, h("h2", { dir: "auto" }, found.title || "No such article"), shut),
    found.missing ? h("p", { class: "problem", role: "alert" }, "It has been removed, or the library cannot be read now.")
      : h("article", { tabindex: 0 }, h("p", { class: "about", dir: "auto" }, known ? about(known) : found.source),
        found.note ? h("p", { class: "note" }, noteSentence(found.note)) : "",
        found.text.split(/\n\s*\n/).map((text) => h("p", { dir: "auto" }, text))),
  );
  shut.focus();
}

function removal(one) {
  const ask = (id) => { asking = id; draw(); root.querySelector(id ? ".confirm .danger" : `[data-id="${one.id}"] .remove`)?.focus(); };
  if (asking !== one.id)
    return h("button", { type: "button", class: "plain remove", "aria-label": `Remove ${one.title}`, onclick: () => ask(one.id) }, "Remove");
  const remove = () => { asking = null; trigger("remove", { id: one.id }); draw(); };
  return h("span", { class: "confirm", role: "group", "aria-label": `Remove ${one.title}?` },
    h("span", {}, "Remove?"),
    h("button", { type: "button", class: "danger", onclick: remove }, "Remove"),
    h("button", { type: "button", class: "plain", onclick: () => ask(null) }, "Keep"));
}

const row = (one) => h("li", { class: "entry", "data-id": one.id },
  h("span", { class: "kind", "aria-hidden": "true" }, one.kind),
  h("span", { class: "entry-body" },
    h("button", { type: "button", class: "entry-title", dir: "auto", onclick: () => open(one.id) }, one.title),
    h("span", { class: "about", dir: "auto", title: one.place }, about(one))),
  removal(one));

function draw() {
  const { documents = [], found = 0, total = 0, note = "", problem = "", folders = [] } = props.value || {};
  const empty = total ? h("p", { class: "none" }, "No article matches the search.")
    : h("div", { class: "none" }, h("h3", {}, "No articles yet"), h("p", {}, "Drop files above, or run ", h("code", {}, "footnote add PATH"), "."));
  root.replaceChildren(
    h("p", { class: "note", role: "status", dir: "auto" }, note),
    folders.length ? h("ul", { class: "followed", "aria-label": "Folders that are followed", role: "list" },
      folders.map((one) => h("li", { class: one.wrong && "problem" }, h("bdi", {}, one.path), `: ${one.state}`))) : "",
    problem ? h("p", { class: "problem", role: "alert" }, problem)
      : documents.length ? h("ul", { class: "entries", role: "list" }, documents.map(row)) : props.value?.documents ? empty : "",
    found > documents.length ? h("p", { class: "none" }, `${count(documents.length, "article")} of ${found.toLocaleString("en")} shown: search to find the others.`) : "",
    total ? h("p", { class: "total" }, found < total ? `${found.toLocaleString("en")} of ${count(total, "article")}` : count(total, "article")) : "",
  );
}
// A look at the library that ends after a removal says the same again: it takes no note back.
function isNew() {
  const { note = "", ...shown } = props.value || {};
  const before = drawn;
  drawn = JSON.stringify(shown);
  if (before && drawn !== before) say("library");
  return note || drawn !== before;
}
watch("value", () => isNew() && draw());
isNew();
draw();
