// What stands beside the first question: a card an article. Its value: {documents: [{id, title, source,
// origin, kind, date, added, tags, pdf}], count, problem, tags: [[name, many]], folders, offers: [[question, id,
// title]], making}. It triggers 'open'. What introduces the cards in sight is asked of the server.
const root = element.querySelector(".shelf");
const leaving = gone("shelf");
const AT_ONCE = 20; // cards drawn before the reader scrolls
const AGAIN = 700, SELDOM = 4000; // milliseconds between two looks at what is being made
const known = new Map(); // introductions by id
const waiting = new Map(); // cards that lack theirs, by id
let scope = {}, drawn = 0, looks = 0, asks = 0, timer = 0, offering = 0, folded = true;
const has = (field, value) => (scope[field] || []).includes(value);
const isScoped = () => Object.values(scope).some((value) => value?.length);
const choose = (field, value, on, label) => say("choose", { field, value, on, label });
const day = (iso) => (/^\d{4}-\d\d-\d\d$/.test(iso) ? `${dayMonth(new Date(`${iso}T12:00`))} ${iso.slice(0, 4)}` : iso);
const nameOf = (source) => source.split("/").pop() || source;
// The same as `rag.Scope` says, for what is framed; the server alone decides what is asked.
const isIn = (one) => {
  const some = (field, fits) => !scope[field]?.length || scope[field].some(fits);
  return some("documents", (id) => one.id === id) && some("tags", (tag) => one.tags.some((own) => own.toLowerCase() === tag.toLowerCase()))
    && some("places", (place) => one.source.startsWith(`${place}/`)) && (!scope.since || (one.date && one.date >= scope.since))
    && (!scope.until || (one.date && one.date.slice(0, scope.until.length) <= scope.until));
};
const ask = (question, id) => say("asked", { question, scope: { documents: [id] } });
const introduce = (place, one, found) => place.replaceChildren(
  found?.overview?.length ? h("p", { class: "overview", dir: "auto" }, found.overview.join(" ")) : "",
  found?.questions?.length ? h("ul", { class: "asks", "aria-label": `Questions about ${one.title}` }, found.questions.map((question) => h("li", {}, h("button", { type: "button", class: "asks-one", onclick: () => ask(question, one.id) }, question)))) : "");
const card = (one, alone) => {
  const place = h("div", { class: "introduction" });
  if (known.has(one.id)) introduce(place, one, known.get(one.id));
  else waiting.set(one.id, { one, place });
  const said = [nameOf(one.source) !== one.title && nameOf(one.source), one.kind, day(one.date) || `added ${day(one.added)}`].filter(Boolean);
  const box = alone ? "" : h("label", { class: "pick", title: "Ask this article" }, h("input", { type: "checkbox", checked: has("documents", one.id), "aria-label": `Ask ${one.title}`, onchange: (event) => choose("documents", one.id, event.target.checked, one.title) }));
  return h("li", { class: `entry-card${isScoped() && isIn(one) ? " in" : ""}`, "data-id": one.id }, box, h("div", { class: "entry-text" },
    h("h3", {}, h("button", { type: "button", class: "name", dir: "auto", onclick: () => say("read", one) }, h("span", {}, one.title))),
    h("p", { class: "where", dir: "auto", title: one.origin }, said.join(" · ")),
    one.tags.length ? h("p", { class: "card-tags" }, one.tags.slice(0, 6).map((tag) => toggle("tags", tag, `#${tag}`))) : "", place));
};
const toggle = (field, value, words, many) => h("button", { type: "button", class: "toggle", dir: "auto", "aria-pressed": String(has(field, value)), title: field === "places" ? value : null,
  onclick: () => choose(field, value, !has(field, value), field === "places" ? nameOf(value) : value) }, words, many ? h("span", {}, ` ${many}`) : "");
const dated = (field, words) => {
  const input = h("input", { type: "text", inputmode: "numeric", maxlength: 10, placeholder: "2024-03-01", value: scope[field] || "", autocomplete: "off", id: `scope-${field}` });
  const take = () => {
    const fits = /^(\d{4}(-\d\d(-\d\d)?)?)?$/.test(input.value.trim());
    input.setAttribute("aria-invalid", String(!fits));
    input.title = fits ? "" : "Write a day as 2024-03-01, a month as 2024-03 or a year as 2024.";
    if (fits && input.value.trim() !== (scope[field] || "")) choose(field, input.value.trim(), true);
  };
  input.addEventListener("change", take);
  input.addEventListener("keydown", (event) => event.key === "Enter" && take());
  return h("label", { for: `scope-${field}` }, words, input);
};
const choices = () => {
  const { tags = [], folders = [], documents = [] } = props.value || {};
  const group = (name, some) => h("div", { class: "choice", role: "group", "aria-label": name }, h("span", { class: "of" }, name), h("div", { class: "some" }, some));
  const made = h("details", { class: "choices", open: !folded }, h("summary", {}, "Choose by ", [tags.length && "tag", folders.length && "folder", "date"].filter(Boolean).join(", ").replace(/, ([^,]*)$/, " or $1")),
    tags.length ? group("Tags", tags.map(([name, many]) => toggle("tags", name, name, many))) : "",
    folders.length ? group("Folders", folders.map(([path, many]) => toggle("places", path, nameOf(path), many))) : "",
    group("Published", [dated("since", "from"), dated("until", "to")]));
  made.addEventListener("toggle", () => { folded = !made.open; });
  return documents.length > 1 ? made : "";
};
const list = h("ul", { class: "entry-cards", role: "list", "aria-label": "Your articles" });
const body = h("div", { class: "shelf-body" });
const more = h("div", { class: "more", "aria-hidden": "true" });
const grow = () => {
  const documents = props.value?.documents || [], next = documents.slice(drawn, drawn + AT_ONCE);
  if (!next.length) return;
  list.append(...next.map((one) => card(one, documents.length === 1)));
  drawn += next.length;
  look();
};
new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) grow(); }, { root: body, rootMargin: "600px" }).observe(more);
// Introductions of the cards that are drawn, and questions to begin with; again while they are being made.
const look = async () => {
  clearTimeout(timer);
  const ids = [...waiting.keys()].slice(0, 60);
  const found = ids.length ? await server.introduced({ ids }) : {};
  for (const [id, told] of Object.entries(found.introductions || {})) {
    known.set(id, told);
    const held = waiting.get(id);
    waiting.delete(id);
    if (held) introduce(held.place, held.one, told);
  }
  if (found.making && waiting.size) { looks += 1; timer = setTimeout(look, looks < 20 ? AGAIN : SELDOM); }
};
const again = (making) => { clearTimeout(offering); if (making) { asks += 1; offering = setTimeout(offer, asks < 20 ? AGAIN : SELDOM); } };
const offer = async () => {
  const told = await server.offered({ scope: isScoped() ? scope : null });
  if (told.lost) return again(true);
  say("offers", told.offers || []);
  again(told.making);
};
const draw = () => {
  const { documents, count: many = 0, problem } = props.value || {};
  const top = body.scrollTop;
  waiting.clear();
  drawn = 0;
  list.replaceChildren();
  body.replaceChildren(problem ? h("p", { class: "problem", role: "alert" }, asSentence(problem)) : "", choices(),
    documents && !many && !problem ? h("div", { class: "empty" }, h("h3", {}, "No articles yet"), h("p", {}, "Drop files or a folder anywhere on this page, or paste an address or a text into the question box."), h("p", { class: "about" }, "PDF, Word, PowerPoint, Excel, OpenDocument, EPUB, web pages, mail, Markdown, text, tables, subtitles and notebooks are read.")) : "",
    documents ? "" : h("p", { class: "empty" }, "Opening your library…"), list,
    many > (documents || []).length ? h("p", { class: "about" }, `The newest ${(documents || []).length.toLocaleString("en")} of ${many.toLocaleString("en")}: the others are on the tab Library.`) : "", more);
  body.classList.toggle("alone", many === 1);
  root.replaceChildren(h("header", { class: "pane-head" }, h("h2", {}, "Your articles"), h("span", { class: "about" }, many ? many.toLocaleString("en") : ""), h("span", { class: "grow" }),
    h("button", { type: "button", class: "square close", "aria-label": "Close your articles", onclick: () => say("close-sheet") }, "✕")), body);
  grow();
  body.scrollTop = top;
};
const rescoped = () => {
  for (const node of list.children) {
    const one = props.value.documents.find((each) => each.id === node.dataset.id);
    node.classList.toggle("in", isScoped() && isIn(one));
    const box = node.querySelector(".pick input");
    if (box) box.checked = has("documents", one.id);
  }
  for (const button of root.querySelectorAll(".choices .toggle, .card-tags .toggle")) {
    const value = button.title || button.firstChild.textContent.replace(/^#/, "");
    button.setAttribute("aria-pressed", String(has(button.title ? "places" : "tags", value)));
  }
  for (const field of ["since", "until"]) { const input = root.querySelector(`#scope-${field}`); if (input) input.value = scope[field] || ""; }
};
watch("value", () => { looks = 0; known.clear(); draw(); const { offers, making, count: many } = props.value || {}; say("offers", offers || []); asks = 0; again(making); say("shelved", many || 0); });
hear("back", () => trigger("open", { token: token() }), leaving);
hear("library", () => trigger("open", { token: token() }), leaving);
hearLast("scope", (told) => { const before = JSON.stringify(scope); scope = told.scope || {}; if (JSON.stringify(scope) !== before && props.value?.documents) { rescoped(); offer(); } }, leaving);
hear("shelf", () => { root.querySelector(".close")?.focus({ preventScroll: true }); }, leaving);
draw();
trigger("open", { token: token() });
