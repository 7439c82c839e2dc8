// What is asked: the strip above the question box, which stays through a conversation. Its value: {jobs},
// of an address or a text that was pasted; it triggers 'bring' {address} or {text}. It says 'scope'
// {scope}, as `rag.Scope` reads it; null asks all articles.
const root = element.querySelector(".scope");
const leaving = gone("scope");
const MOST = 100; // values of one kind, as `index.scope` has it
const LONG = 1500; // characters from which a pasted text is likely an article
const LONGEST = 1000000;
const NAMED = { tags: "tag", places: "in", types: "type", since: "from", until: "to" };
let chosen = {}; // by field: a Map of value and label, or a date
let total = 0, counted = null, problem = "", asking = 0;
const place = (id) => `footnote-scope ${USER} ${library()} ${id}`;
const scope = () => {
  const told = {};
  for (const [field, value] of Object.entries(chosen)) if (value.size || value.length) told[field] = value instanceof Map ? [...value.keys()] : value;
  return Object.keys(told).length ? told : null;
};
const keep = () => {
  const rows = Object.entries(chosen).map(([field, value]) => [field, value instanceof Map ? [...value] : value]);
  try { scope() ? sessionStorage.setItem(place(token()), JSON.stringify(rows)) : sessionStorage.removeItem(place(token())); } catch { /* then it ends with the page */ }
};
const recall = (id) => {
  chosen = {};
  try { for (const [field, value] of JSON.parse(sessionStorage.getItem(place(id))) || []) chosen[field] = Array.isArray(value) ? new Map(value) : String(value); } catch { /* nothing was kept */ }
};
const told = async () => {
  const now = scope();
  say("scope", { scope: now });
  const asked = (asking += 1);
  if (!now) { counted = null; problem = ""; return draw(); }
  const found = await server.scoped({ scope: now });
  if (asked !== asking) return;
  if (found.lost) { problem = "How many articles that are could not be asked: choose them again."; counted = null; return draw(); }
  total = found.of ?? total;
  counted = found.asked ?? 0;
  problem = asSentence(found.problem);
  draw();
};
// Either articles one by one, or what has tags, lies in folders and is of a time.
const choose = ({ field, value, on, label }) => {
  chosen = Object.fromEntries(Object.entries(chosen).filter(([other]) => (other === "documents") === (field === "documents")));
  if (field === "since" || field === "until") chosen[field] = value;
  else {
    const some = (chosen[field] ??= new Map());
    if (on && some.size >= MOST) { problem = `At most ${MOST} can be chosen one by one: choose by tag, folder or date.`; draw(); return say("scope", { scope: scope() }); }
    if (on) some.set(value, label || value); else some.delete(value);
  }
  keep();
  told();
};
const all = () => { chosen = {}; keep(); told(); document.querySelector("#question")?.focus({ preventScroll: true }); };
const less = (field, value) => {
  if (value === undefined) delete chosen[field]; else chosen[field].delete(value);
  keep();
  told();
  (root.querySelector(".strip .less") || root.querySelector(".strip .pick-some"))?.focus();
};
const chip = (words, act) => h("span", { class: "one" }, h("bdi", {}, words), h("button", { type: "button", class: "less", "aria-label": `Do not choose ${words}`, onclick: act }, "✕"));
const chips = () => Object.entries(chosen).flatMap(([field, value]) => {
  if (!(value instanceof Map)) return value ? [chip(`${NAMED[field]} ${value}`, () => less(field))] : [];
  if (field === "documents" && value.size > 3) return [chip(count(value.size, "article"), () => less(field))];
  return [...value].map(([one, label]) => chip(field === "documents" ? label : `${NAMED[field]} ${label}`, () => less(field, one)));
});
const status = h("span", { class: "asks-of", role: "status" });
const strip = h("div", { class: "strip", role: "group", "aria-label": "Which articles are asked" });
const paste = h("div", { class: "pasted", role: "status" });
const draw = () => {
  const scoped = scope() !== null, none = scoped && counted === 0;
  const words = !scoped ? (total > 1 ? `Asking all ${total.toLocaleString("en")} articles` : "")
    : none ? "" : counted === null ? "" : `Asking ${counted.toLocaleString("en")} of ${count(total, "article")}`;
  if (status.textContent !== words) status.textContent = words;
  strip.hidden = !scoped && total < 2;
  strip.classList.toggle("none", none);
  strip.replaceChildren(status, ...chips(),
    scoped ? h("button", { type: "button", class: "quiet everything", onclick: all }, "All articles") : "",
    h("button", { type: "button", class: "quiet pick-some", onclick: () => say("shelf") }, "Choose articles"),
    problem || none ? h("p", { class: "trouble", role: "alert" }, none ? "No article is in all that you chose: take one of these away, or ask all articles." : problem) : "");
};
// A long text or a lone address that is pasted into the question box may be meant as an article.
const offer = (what, words) => {
  const no = () => { paste.replaceChildren(); document.querySelector("#question")?.focus(); };
  const yes = () => {
    const box = document.querySelector("#question");
    box.value = "";
    box.dispatchEvent(new Event("input", { bubbles: true }));
    paste.replaceChildren(h("span", {}, what.address ? "Fetching the page…" : "Adding the text…"));
    paste.dataset.way = "on";
    trigger("bring", what);
    box.focus();
  };
  paste.replaceChildren(h("span", {}, words), h("button", { type: "button", class: "plain", onclick: yes }, "Add it"), h("button", { type: "button", class: "quiet", onclick: no }, "Keep it as a question"));
};
document.addEventListener("paste", (event) => {
  if (event.target.id !== "question" || document.documentElement.dataset.asks !== undefined) return;
  const text = event.clipboardData?.getData("text/plain") || "", lone = text.trim();
  if (/^https?:\/\/\S{3,1990}$/i.test(lone) && !event.target.value.trim()) return offer({ address: lone }, "Add this page to your articles?");
  if (text.length < LONG || text.length > LONGEST) return;
  event.preventDefault(); // it is longer than a question may be
  offer({ text }, `Add this text of ${text.length.toLocaleString("en")} characters as an article?`);
}, { capture: true, signal: leaving });
watch("value", () => {
  const [job] = props.value?.jobs || [];
  if (!job || job.share < 1) return;
  delete paste.dataset.way;
  const good = job.state === "added" || job.state === "unchanged";
  paste.replaceChildren(h("span", { class: good ? null : "problem" }, good ? `${job.state === "added" ? "Added" : "It is there already:"} “${job.article?.title || job.name}”. ` : asSentence(job.note) || "It could not be added: try it again.", good && job.note && job.state === "added" ? job.note : ""),
    job.article ? h("button", { type: "button", class: "quiet", onclick: () => say("read", job.article) }, "Open it") : "",
    h("button", { type: "button", class: "quiet", onclick: () => paste.replaceChildren() }, "Close"));
  if (good) say("library");
});
hear("lost", ({ under }) => {
  if (under && paste.dataset.way) paste.replaceChildren(h("span", { class: "problem" }, "The connection broke off: look whether it is among your articles, and add it again if it is not. "), h("button", { type: "button", class: "quiet", onclick: () => paste.replaceChildren() }, "Close"));
  delete paste.dataset.way;
}, leaving);
hear("choose", choose, leaving);
// A whole choice in place of the one before: [[field, [[value, label], ...] or a date], ...].
hear("chosen", (rows) => {
  chosen = Object.fromEntries(rows.map(([field, value]) => [field, Array.isArray(value) ? new Map(value) : String(value)]));
  keep();
  told();
}, leaving);
hear("shelved", (many) => { total = many; if (scope()) told(); else draw(); }, leaving);
hear("talk", (id) => { recall(id); told(); }, leaving);
root.replaceChildren(paste, strip);
recall(token());
told();
