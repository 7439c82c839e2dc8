// The articles of the library, found, chosen and changed, and the folders that it follows. Its value:
// { seen, folders: [{ path, state, wrong, unread, unreadFiles }], removed: [{ id, words }], note, problem, owner }.
// It triggers 'open', and 'remove' {ids}, 'restore' and 'dismiss' {removal}, 'retag' {ids, add, take},
// 'follow' and 'unfollow' {folder}. It calls 'state', 'listed', 'ids', 'article', 'overview' and 'original'.
// It says "library" where articles changed, and "chosen" for what is to be asked and nothing else:
// [[field of a scope, [[value, label], ...] or a date], ...]; whoever hears it shows it there.
const root = element.querySelector(".library");
const leaving = gone("library");
const PAGE = 50, LOOK = 3000, MOST_NAMED = 100; // documents that a scope can name
const ORDERS = [["", "Best match"], ["added", "Last added"], ["date", "Newest"], ["title", "Title"], ["length", "Longest"]];
const query = { words: "", sort: "", scope: {} };
const chosen = new Map(); // titles by id
const unfolded = new Set(); // folders whose unread files are shown
let rows = [], found = 0, total = 0, choices = {}, told = {}, owner = false, seen = "", note = "", asked = 0, acts = 0, tagging = "", typed = null, removing = false;

const about = (one) => [one.author, one.source, count(one.sentences, "sentence"), one.dates].filter(Boolean).join(" · ");
const plain = (label, act, more = {}) => h("button", { type: "button", class: "plain", onclick: act, ...more }, label);
const act = (name, detail) => { acts += 1; note = ""; trigger(name, detail); };
const many = (number) => `${number.toLocaleString("en")} article${number === 1 ? "" : "s"}`;
const isNarrow = () => Object.keys(query.scope).length > 0;
const lit = ({ text, lit: places, page }) => {
  const parts = [];
  let at = 0;
  for (const [start, end] of places) { parts.push(text.slice(at, start), h("mark", {}, text.slice(start, end))); at = end; }
  return h("span", { class: "said", dir: "auto" }, parts, text.slice(at), page && h("span", { class: "said-page" }, `p. ${page}`));
};

// What is asked for, kept in place while everything else is drawn anew.
const search = h("input", { id: "library-words", type: "search", maxlength: 200, "aria-label": "Search the library", placeholder: "Search what your articles say, titles, authors, tags", autocomplete: "off", spellcheck: "false" });
const order = h("select", { "aria-label": "Sort", onchange: () => { query.sort = order.value; reload(); } });
const narrow = h("div", { class: "narrow" }), told_ = h("div", { class: "told" }), undo = h("div", { class: "undo", role: "status" }), follow = h("div", { class: "follow" });
const counted = h("div", { class: "counted" }), list = h("div", {});
const names = h("datalist", { id: "library-tags" });
let typing = 0;
search.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(() => { query.words = search.value; reload(); }, 150); });

let reloading = 0; // what is drawn then has another order than what is asked for: nothing is put behind it
async function reload(keep = false) {
  const mine = reloading = ++asked;
  let got;
  try { got = await server.listed({ ...query, sort: query.sort || (query.words.trim() ? "" : "added"), offset: 0, limit: keep ? Math.max(PAGE, rows.length) : PAGE }); }
  finally { if (mine === reloading) reloading = 0; }
  if (mine !== asked || !got.rows) return;
  ({ rows, found, total } = got);
  choices = got;
  draw();
}
async function further() {
  if (reloading) return;
  const mine = ++asked;
  const got = await server.listed({ ...query, sort: query.sort || (query.words.trim() ? "" : "added"), offset: rows.length, limit: PAGE });
  if (mine !== asked || !got.rows) return;
  const known = new Set(rows.map((one) => one.id));
  rows = [...rows, ...got.rows.filter((one) => !known.has(one.id))];
  found = got.found;
  draw();
}
const narrowBy = (field, value) => {
  const { [field]: before, since, until, ...rest } = query.scope;
  const days = field === "years" ? (value ? { since: value, until: value } : {}) : since ? { since, until } : {};
  query.scope = { ...rest, ...days, ...(field !== "years" && value ? { [field]: [value] } : {}) };
  reload();
};
const chosenOf = (field) => (field === "years" ? query.scope.since : query.scope[field]?.[0]) || "";
const choice = (field, name, any) => {
  const all = choices[field] || [], now = chosenOf(field);
  if (!now && (!all.length || all[0][2] === total)) return "";
  const shown = all.some(([value]) => value === now) || !now ? all : [[now, now, 0], ...all];
  return h("select", { "aria-label": name, "data-k": field, class: now && "on", onchange: (event) => narrowBy(field, event.target.value) },
    h("option", { value: "" }, any), shown.map(([value, label, number]) => h("option", { value, selected: value === now }, `${label} (${number.toLocaleString("en")})`)));
};

const pick = (one, on) => { if (on) chosen.set(one.id, one.title); else chosen.delete(one.id); drawPicked(); };
async function pickAll(on) {
  if (!on) chosen.clear();
  else for (const [id, title] of (await server.ids({ ...query })).titles || []) chosen.set(id, title);
  draw();
}
const remove = (ids) => {
  removing = true;
  for (const id of ids) chosen.delete(id);
  rows = rows.filter((one) => !ids.includes(one.id));
  found -= ids.length;
  act("remove", { ids });
  draw();
};
const askOf = (rows) => {
  say("chosen", rows);
  [...document.querySelectorAll('[role="tab"]')].find((tab) => tab.textContent.trim() === "Ask")?.click();
};
const labelled = (scope) => Object.entries(scope).map(([field, values]) => [field, Array.isArray(values) ? values.map((value) => [value, (choices[field] || []).find(([one]) => one === value)?.[1] || value]) : values]);
async function ask() {
  const named = chosen.size ? [...chosen] : query.words.trim() ? (await server.ids({ ...query })).titles : null;
  if (named === undefined) return;
  if (!named || (chosen.size === found && !query.words.trim())) return askOf(labelled(query.scope));
  if (named.length > MOST_NAMED) { note = `At most ${MOST_NAMED} articles can be named at once: choose fewer, or give them a tag and choose that.`; return drawTold(); }
  askOf([["documents", named]]);
}

// What is being typed stays, whatever is drawn anew meanwhile.
const tagForm = (ids, done, takes) => {
  const key = ids.join(" ");
  const held = document.activeElement;
  if (typed?.key === key) { queueMicrotask(() => typed?.form.contains(held) && held.focus()); return typed.form; }
  const close = done;
  done = () => { typed = null; close(); };
  const input = h("input", { type: "text", maxlength: 60, list: "library-tags", placeholder: "Tag", "aria-label": "Tag", autocomplete: "off" });
  const go = (field) => { if (!input.value.trim()) return input.focus(); act("retag", { ids, [field]: [input.value.trim()] }); done(); };
  const form = h("form", { class: "tag-form" }, input, h("button", { type: "submit", class: "plain" }, "Add"), takes && plain("Take away", () => go("take")), plain("Cancel", done));
  form.addEventListener("submit", (event) => { event.preventDefault(); go("add"); });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); done(); } });
  queueMicrotask(() => input.focus());
  typed = { key, form };
  return form;
};
const tagsOf = (one, changed = () => {}) => h("span", { class: "tags" },
  one.tags.map((tag) => h("span", { class: "tag" },
    h("button", { type: "button", class: "tag-name", dir: "auto", "data-k": `tag ${one.id} ${tag}`, title: "Show what has this tag", onclick: () => { narrowBy("tags", tag); changed(); } }, tag),
    h("button", { type: "button", class: "tag-off changes", "aria-label": `Take the tag ${tag} away from ${one.title}`, onclick: () => { act("retag", { ids: [one.id], take: [tag] }); changed(); } }, "×"))),
  tagging === one.id ? tagForm([one.id], () => { tagging = ""; draw(); root.querySelector(`[data-id="${one.id}"] .tag-add`)?.focus(); }, false)
    : h("button", { type: "button", class: "tag-add changes", "data-k": `add ${one.id}`, "aria-label": `Tag ${one.title}`, onclick: () => { tagging = one.id; draw(); changed(); } }, "+ tag"));

const row = (one) => h("li", { class: "entry", "data-id": one.id },
  h("label", { class: "pick-one" }, h("input", { type: "checkbox", "data-k": `pick ${one.id}`, "aria-label": `Select ${one.title}`, onchange: (event) => pick(one, event.target.checked), ...(chosen.has(one.id) ? { checked: true } : {}) })),
  h("span", { class: "kind", "aria-hidden": "true" }, one.kind),
  h("span", { class: "entry-body" },
    h("button", { type: "button", class: "entry-title", dir: "auto", "data-k": `open ${one.id}`, onclick: () => open(one) }, one.title),
    h("span", { class: "about", dir: "auto" }, about(one)),
    (one.said || []).map(lit),
    tagsOf(one)),
  plain("Remove", () => remove([one.id]), { class: "plain remove changes", "data-k": `remove ${one.id}`, "aria-label": `Remove ${one.title}` }));

function drawPicked() {
  const ids = [...chosen.keys()], isPart = isNarrow() || query.words.trim();
  const all = h("input", { type: "checkbox", "data-k": "all", "aria-label": `Select all ${many(found)}`, onchange: (event) => pickAll(event.target.checked) });
  all.checked = ids.length > 0 && ids.length >= found;
  all.indeterminate = ids.length > 0 && ids.length < found;
  const words = ids.length ? `${ids.length.toLocaleString("en")} selected` : found < total ? `${found.toLocaleString("en")} of ${many(total)}` : many(total);
  const tools = () => [
    plain("Ask these", ask, { class: "primary" }),
    plain("Tag", () => { tagging = "*"; drawPicked(); }, { class: "plain changes", "aria-label": `Tag the ${many(ids.length)}` }),
    plain("Remove", () => remove(ids), { class: "plain changes", "aria-label": `Remove the ${many(ids.length)}` }),
    plain("Clear", () => pickAll(false), { "aria-label": "Clear the selection" })];
  counted.classList.toggle("picked", ids.length > 0);
  counted.replaceChildren(...(total ? [h("label", { class: "pick-one" }, all), h("span", { class: "total", role: "status" }, words),
    ...(ids.length && tagging === "*" ? [tagForm(ids, () => { tagging = ""; drawPicked(); }, true)] : ids.length ? tools()
      : isPart && found ? [plain(`Ask ${found === 1 ? "this article" : `these ${found.toLocaleString("en")}`}`, ask)] : [])] : []));
}
function drawTold() {
  const lines = told.removed || [];
  const line = (one) => h("p", { class: "undo-line" }, h("span", { dir: "auto" }, `Removed ${one.words}.`),
    h("button", { type: "button", class: "undo-do", "data-k": `undo ${one.id}`, onclick: () => act("restore", { removal: one.id }) }, "Undo"),
    h("button", { type: "button", class: "undo-off", "aria-label": `Dismiss: ${one.words} stays removed`, title: "Dismiss: it cannot be had back then", onclick: () => act("dismiss", { removal: one.id }) }, "×"));
  told_.replaceChildren(note ? h("p", { class: "note", role: "alert", dir: "auto" }, note) : "", told.problem || choices.problem ? h("p", { class: "problem", role: "alert" }, asSentence(told.problem || choices.problem)) : "");
  undo.hidden = !lines.length;
  undo.replaceChildren(...lines.slice(0, 1).map(line), lines.length > 1 ? h("details", {}, h("summary", {}, `${count(lines.length - 1, "earlier removal")} can be undone`), lines.slice(1).map(line)) : "");
}
function drawFolders() {
  const folders = told.folders || [];
  const wrong = folders.filter((one) => one.wrong).length;
  const open = follow.querySelector("details")?.open;
  const path = h("input", { id: "follow-path", type: "text", maxlength: 4096, placeholder: "~/Documents/articles", "aria-label": "Folder of this computer", autocomplete: "off", spellcheck: "false", value: follow.querySelector("input")?.value || "" });
  const form = h("form", { class: "follow-form changes" }, path, h("button", { type: "submit", class: "plain" }, "Follow"));
  form.addEventListener("submit", (event) => { event.preventDefault(); if (path.value.trim()) { act("follow", { folder: path.value.trim() }); path.value = ""; } });
  const words = !folders.length ? "Follow a folder" : wrong ? `${count(folders.length, "folder")} followed, ${wrong} out of reach` : `${count(folders.length, "folder")} followed`;
  follow.hidden = !folders.length && !owner;
  follow.replaceChildren(follow.hidden ? "" : h("details", { open: open ?? wrong > 0 }, h("summary", { class: wrong && "wrong" }, words),
    h("p", { class: "about" }, "What is added, changed or deleted in a followed folder is in the library within seconds while this page is served."),
    folders.length ? h("ul", { class: "followed", "aria-label": "Folders that are followed", role: "list" }, folders.map((one) => h("li", { class: one.wrong && "problem" },
      h("span", {}, h("bdi", {}, one.path), `: ${one.state}`, one.unreadFiles ? h("details", { class: "unread", open: unfolded.has(one.path), ontoggle: (event) => (event.target.open ? unfolded.add(one.path) : unfolded.delete(one.path)) }, h("summary", {}, `${count(one.unreadFiles, "file")} not read`),
        h("ul", {}, one.unread.map(([name, why]) => h("li", {}, h("bdi", {}, name), `: ${why}`)), one.unreadFiles > one.unread.length ? h("li", {}, `and ${(one.unreadFiles - one.unread.length).toLocaleString("en")} more, which “footnote add” names for this folder`) : "")) : ""),
      owner && plain("Unfollow", () => act("unfollow", { folder: one.path }), { class: "plain changes", "aria-label": `Unfollow ${one.path}; its articles stay` })))) : "",
    owner ? form : ""));
}
function draw() {
  const held = document.activeElement?.dataset?.k;
  const best = query.words.trim() ? ORDERS : ORDERS.slice(1);
  order.replaceChildren(...best.map(([value, label]) => h("option", { value, selected: value === (query.sort || (query.words.trim() ? "" : "added")) }, label)));
  narrow.replaceChildren(choice("types", "Type", "Any type"), choice("tags", "Tag", "Any tag"), choice("places", "Place", "Anywhere"), choice("years", "Year", "Any year"),
    isNarrow() ? plain("All articles", () => { query.scope = {}; reload(); }) : "");
  names.replaceChildren(...(choices.tags || []).map(([value]) => h("option", { value })));
  const none = total ? h("p", { class: "none" }, query.words.trim() ? "No article has these words." : "No article matches.")
    : h("div", { class: "none" }, h("h2", {}, "No articles yet"), h("p", {}, "Drop files above, or run ", h("code", {}, "footnote add PATH"), "."));
  const more = found > rows.length ? plain(`Show more (${(found - rows.length).toLocaleString("en")} left)`, further, { class: "plain more", "data-k": "more" }) : "";
  list.replaceChildren(rows.length ? h("ul", { class: "entries", role: "list", "aria-label": "Articles" }, rows.map(row)) : choices.rows && !choices.problem ? none : "", more);
  if (more) sight.observe(more);
  drawPicked();
  drawTold();
  if (held) [...root.querySelectorAll("[data-k]")].find((one) => one.dataset.k === held)?.focus({ preventScroll: true });
}
const sight = new IntersectionObserver((all) => all.some((one) => one.isIntersecting) && document.activeElement?.dataset?.k !== "more" && (sight.disconnect(), further()), { rootMargin: "600px" });

async function open(one) {
  const dialog = h("dialog", { class: "reader", "aria-label": "Article" }, h("p", { class: "note" }, "Opening…"));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  const [article, brief] = await Promise.all([server.article({ id: one.id }), server.overview({ id: one.id })]);
  const got = article;
  const shut = plain("Close", () => dialog.close());
  const failed = h("p", { class: "problem", role: "alert", hidden: true });
  const save = async () => {
    const file = await server.original({ id: one.id });
    failed.textContent = file.lost ? "It could not be fetched: save it again." : file.problem || "";
    failed.hidden = !failed.textContent;
    if (!file.data) return;
    const address = URL.createObjectURL(new Blob([Uint8Array.from(atob(file.data), (c) => c.charCodeAt(0))], { type: "application/octet-stream" }));
    h("a", { href: address, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  };
  const close = () => dialog.close();
  dialog.replaceChildren(
    h("header", {}, h("h2", { dir: "auto" }, got.title || one.title), shut),
    got.lost ? h("p", { class: "problem", role: "alert" }, "It could not be fetched: close this, and open it again.")
      : got.missing ? h("p", { class: "problem", role: "alert" }, "It has been removed, or the library cannot be read now: close this, and look whether it is in the list.")
      : h("article", { tabindex: 0 }, h("p", { class: "about", dir: "auto" }, about(one), got.address ? [" · ", link(got.address)] : ""),
        got.note ? h("p", { class: "note" }, noteSentence(got.note)) : "",
        h("div", { class: "reader-tools" }, plain("Ask this article", () => { close(); askOf([["documents", [[one.id, one.title]]]]); }), plain("Save the original", save), tagsOf({ ...one, tags: one.tags }, close)),
        failed,
        brief?.overview?.length ? h("section", { class: "brief", "aria-label": "In brief" }, h("h3", {}, "In brief"), h("p", { dir: "auto" }, brief.overview.join(" "))) : "",
        letterhead(got), h("div", { class: "text" }, blocksOf(got, [], got.text.startsWith(`${got.title}\n`) ? got.title.length : 0).map((block) => drawBlock(got.text, block, [])))),
  );
  shut.focus();
}

// The server's state; one that was asked for before something was done here tells nothing new.
function take(state) {
  if (!state || state.seen === undefined) return;
  const before = told.removed?.[0]?.id, changed = state.seen !== seen;
  if (state.note !== undefined) note = state.note;
  if (state.owner !== undefined) owner = state.owner;
  told = state;
  if (changed && seen) say("library");
  seen = state.seen;
  if (changed || !choices.rows) reload(true);
  drawFolders();
  drawTold();
  const newest = told.removed?.[0]?.id;
  if (removing && newest !== before) {
    removing = false;
    if (document.activeElement === document.body) undo.querySelector(".undo-do")?.focus({ preventScroll: true });
  }
}
async function look() {
  const before = acts;
  if (document.hidden) return;
  try {
    const state = await server.state({});
    if (acts === before && !state.lost && (state.seen !== seen || JSON.stringify(state.removed) !== JSON.stringify(told.removed))) take(state);
  } catch { /* the server is gone, and Gradio says so */ }
}
root.replaceChildren(told_, follow, h("div", { class: "finder" }, search, order), narrow, counted, list, undo, names);
watch("value", () => { acts += 1; take(props.value); if (props.value?.note) reload(true); });
hear("open", open, leaving);
hear("back", () => { look(); reload(true); }, leaving);
const looking = setInterval(look, LOOK);
leaving.addEventListener("abort", () => { clearInterval(looking); sight.disconnect(); });
if (props.value?.seen !== undefined) take(props.value);
trigger("open", {});
// Gradio calls its button otherwise than the words in it say; who speaks to the page says these.
const dropZone = document.querySelector("#library-drop");
const named = () => { for (const button of dropZone?.querySelectorAll("button.upload-container[aria-label]") || []) button.removeAttribute("aria-label"); };
if (dropZone) new MutationObserver(named).observe(dropZone, { childList: true, subtree: true });
named();
