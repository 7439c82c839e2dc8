// The conversation. Its value: {of, turns, model, keeps, took, elsewhere, trouble, kept, away, count,
// back, models, turn, file}: turns as `ui.chat.turn_view` makes them, of the conversation of a token. It triggers 'open' {kept, keptToken},
// 'ask' {question, scope}, 'retry' {turn, everywhere, scope, question, model, address}, 'models' {turn}, 'put_back' {away}, 'export' {form}, 'forget', 'thumb' {turn, good}, each with {token}.
const root = element.querySelector(".log");
const scroller = element.closest("#log");
const leaving = gone("log");
const OVER = ["answered", "abstained", "stopped", "failed"];
const turns = new Map();
let pending = null;
let anew = () => {}; // asks what is pending once more
let examples = []; // [question, id of its article, title]
let bare = false; // whether there is no article, and who sees it may add some
let within = null; // the scope that was chosen; null asks all
let dropped = 0; // the last turn that was cleared or asked again
let begun = 0; // the turn whose first text is there
let began = 0; // when the newest question was asked
let ticking = 0;
let answers = ""; // the model that answers
const LOST = "The connection to Footnote broke off before the answer came.";
const PATIENT = 3; // seconds without a text before they are counted
const ofModel = () => answers && answers !== "extractive";

const copyText = (view) => {
  const notes = view.sources.map((s) => `[${s.number}] ${s.title}, ${s.where}\n    “${s.quote}”`);
  const text = view.sentences.map((s) => `${s.lead || (s.when ? `\n${s.when}: ` : " ")}${s.markdown || s.text}${FINDINGS[s.verdict] ? ` [${s.note || FINDINGS[s.verdict]}]` : ""} ${s.numbers.map((n) => `[${n}]`).join("")}`.trimEnd()).join("").trim();
  const parts = view.parts.filter((one) => one.asked).map((one) => `${one.asked} ${one.text || "no answer found"}`).join("\n");
  return [...(view.short ? [view.short] : parts ? [parts] : []), text || view.says || view.problem, ...notes].join("\n\n");
};
const copy = async (view, button) => {
  const text = copyText(view);
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else {
    // Plain http from another machine has no clipboard interface.
    const shadow = h("textarea", { class: "shadow" });
    shadow.value = text;
    document.body.append(shadow);
    shadow.select();
    document.execCommand("copy");
    shadow.remove();
    button.focus();
  }
  done(button, view.sources.length ? "Copied with its footnotes" : "Copied");
};
const tool = (name, label, act) => h("button", { type: "button", class: `tool ${name}`, "aria-label": label, title: label, onclick: (event) => act(event.currentTarget) }, icon(name));
const tools = (view) => [
  view.state !== "failed" ? tool("copy", "Copy the answer", (button) => copy(view, button)) : "",
  tool("retry", "Ask again", () => retry(view.number)),
  picker(view),
  view.state !== "failed" && view.state !== "stopped" ? [
    tool("good", "This answer is right", () => trigger("thumb", { token: token(), turn: view.number, good: true })),
    tool("bad", "This answer is wrong", () => trigger("thumb", { token: token(), turn: view.number, good: false })),
  ] : "",
  view.sources.length || (view.passages.length && view.state !== "abstained") ? h("a", { class: "all", href: `#cite-${view.number}-0` }, view.sources.length ? count(view.sources.length, "source") : "Nearest passages") : "",
  view.facts.length ? h("details", { class: "facts" }, h("summary", {}, modelName(view.model)), h("dl", {}, view.facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, name === "Model" ? modelName(value) : value)])))
    : h("span", { class: "facts" }, modelName(view.model)),
];
// Only what is new in a growing answer is drawn, so that a chip keeps the focus while text comes.
const draw = (turn, view) => {
  const before = turn.view;
  turn.view = view;
  if (!before) {
    turn.lead = h("div", { class: "lead" });
    turn.answer = h("div", { class: "answer" });
    turn.notes = h("ol", { class: "footnotes" });
    turn.state = h("div", { class: "state" });
    turn.tools = h("div", { class: "tools" });
    turn.next = h("div", { class: "offers" });
    turn.drawn = [];
    turn.node = h("article", { class: "turn", id: `turn-${view.number}` }, h("h2", { class: "question", dir: "auto" }, view.question), turn.lead, turn.answer, turn.state, turn.notes, turn.tools, turn.next);
    root.append(turn.node);
    inOrder(turn.node, view.number);
    editable(turn.node, view.number);
  }
  drawAnswer(turn, view);
  const shown = (one) => JSON.stringify([one.state, one.passages.length, one.followUps, one.sentences.length > 0, one.steps]);
  if (before && shown(before) === shown(view)) return;
  const open = before && before.state === view.state && turn.state.querySelector(".steps")?.open;
  turn.state.replaceChildren(...[body(view), looked(view, open), aside(view), fallback(view), scope(view)].flat().filter(Boolean));
  turn.notes.replaceChildren(...(OVER.includes(view.state) ? footnotes(view) : []));
  if (!before || before.state !== view.state) turn.tools.replaceChildren(...(OVER.includes(view.state) ? tools(view).flat().filter(Boolean) : []));
  turn.next.replaceChildren(...view.followUps.map((question) => offer(question)));
};
const drawAnswer = (turn, view) => {
  const form = view.written ? view.sentences.map((said) => JSON.stringify(said)) : [JSON.stringify([view.sentences, view.parts, view.short, view.overview])];
  turn.node.classList.toggle("written", view.written);
  if (!turn.drawn.every((key, place) => key === form[place])) { turn.answer.replaceChildren(); turn.drawn = []; }
  const above = view.written ? [verdicts(view), lead(view)] : [];
  if (view.written) view.sentences.slice(turn.drawn.length).forEach((said) => place(turn.answer, view, said));
  else if (!turn.drawn.length) turn.answer.replaceChildren(...quoted(view).flat(9).filter(Boolean));
  const text = above.map((one) => one.textContent || "").join("|");
  if (turn.above !== text) { turn.above = text; turn.lead.replaceChildren(...above.filter(Boolean)); }
  turn.drawn = form;
};
const last = () => Math.max(dropped, ...turns.keys());
const offer = ([question, id, title]) => h("button", { type: "button", class: "offer", onclick: () => ask(question, { documents: [id] }) }, question, title ? h("span", { class: "of", dir: "auto" }, title) : "");
const ask = (question, scope = within) => { if (isBusy()) return; performance.mark("footnote-asked"); expectAnswer({ question, scope }); trigger("ask", { token: token(), question, scope, after: last() }); };
const retry = (number, everywhere = false, more = {}) => {
  if (isBusy()) return;
  const question = more.question || turns.get(number).view.question;
  for (const [other, turn] of turns) if (other >= number) { turn.node.remove(); turns.delete(other); dropped = Math.max(dropped, other); }
  expectAnswer({ question });
  trigger("retry", { token: token(), turn: number, after: last(), everywhere, scope: within, question, ...more });
};
const empty = () => {
  dropped = last();
  turns.clear();
  pending = null;
  lines.replaceChildren();
  say("cleared");
  welcome();
  tell();
};
const forget = () => {
  trigger("forget", { token: token() });
  empty();
};
// Leaves a conversation that is kept for another one.
const turnTo = (id) => {
  become(id);
  empty();
  dropped = 0;
  trigger("open", { token: id });
};
const views = () => [...turns.values()].map((turn) => turn.view);
const isBusy = () => (pending !== null && !pending.classList.contains("halted")) || [...turns.values()].some((turn) => !OVER.includes(turn.view.state));
const tell = () => {
  root.setAttribute("aria-busy", String(isBusy()));
  root.closest("#talk").classList.toggle("begun", turns.size > 0 || pending !== null);
  nameAgain();
  say("busy", isBusy());
  clearInterval(ticking);
  if (isBusy()) ticking = setInterval(tick, 1000);
};
// Who waits sees that it goes on: after a while the seconds, and sentences to read meanwhile.
const tick = () => {
  const seconds = Math.floor((performance.now() - began) / 1000);
  if (seconds < PATIENT) return;
  const node = pending || root.lastElementChild;
  node.classList.add("slow");
  const told = node.querySelector(".elapsed");
  if (pending && views().length) told?.previousSibling?.replaceWith(ofModel() ? "Reading your question with what was asked before…" : "Searching your articles…");
  if (told) told.textContent = ` ${seconds} s`;
};
// The newest turn is shown from its question on where it is higher than there is room, else its end.
let shownAt = 0;
const toNewest = () => {
  const node = root.lastElementChild;
  const top = node ? node.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop - 12 : 0;
  scroller.scrollTo({ top: Math.max(0, Math.min(top, scroller.scrollHeight)) });
  shownAt = scroller.scrollTop;
};
const expectAnswer = ({ question, scope = within }) => {
  root.querySelector(".welcome")?.remove();
  for (const turn of turns.values()) turn.next.replaceChildren();
  pending = h("article", { class: "turn" }, h("h2", { class: "question", dir: "auto" }, question), working("Searching your articles…"));
  const own = pending;
  anew = () => { own.remove(); pending = null; ask(question, scope); };
  began = performance.now();
  root.append(pending);
  requestAnimationFrame(toNewest); // measuring the page now would hold the question up
  tell();
};
const welcome = () => {
  if (turns.size || pending) return;
  root.replaceChildren(h("div", { class: "welcome" }, h("h1", {}, "Ask your articles"),
    h("p", {}, "Answers come only from what you have added, and every sentence is numbered. Choose a number to read the sentence it rests on."),
    bare ? h("p", { class: "bare" }, "There is no article yet: drop files or a folder anywhere on this page, or add some on the tab Library.") : "",
    h("div", { class: new Set(examples.map(([, id]) => id)).size > 1 ? "offers" : "offers of-one" }, examples.map((question) => offer(question)))));
};
const take = () => {
  const value = props.value || {};
  const atEnd = Math.abs(scroller.scrollTop - shownAt) < 80 || scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  const opening = "model" in value; // what is asked meanwhile goes on
  for (const view of (value.of === token() && value.turns) || []) {
    const old = turns.get(view.number);
    if (opening && view.state === "stopped" && (old ? old.view.lost || !OVER.includes(old.view.state) : pending)) continue;
    if (!old && view.number <= dropped && !value.back) continue; // an update that was on its way when it was dropped
    if (!old) {
      root.querySelector(".welcome")?.remove();
      if (!value.back || value.trouble) { pending?.remove(); pending = null; }
      turns.set(view.number, {});
    }
    draw(turns.get(view.number), view);
  }
  if (turns.size) {
    const last = turns.get(Math.max(...turns.keys())).view;
    // Follow-up questions belong under the newest answer only.
    for (const [number, turn] of turns) if (number < last.number && turn.next.childNodes.length) turn.next.replaceChildren();
    if (last.number !== begun && (last.sentences.length || OVER.includes(last.state))) { performance.mark("footnote-first-text"); begun = last.number; }
    say("turn", { views: views(), newest: last.number });
    if (atEnd) toNewest();
  }
  if (value.keeps !== undefined) {
    clear.hidden = value.keeps;
    say("keeps", value.keeps);
  }
  if (value.took) forgetOld();
  if (value.elsewhere && value.of === token()) become(newToken());
  if (value.of === undefined || value.of === token()) trouble.textContent = asSentence(value.trouble);
  if (value.kept || value.back || value.took) say("kept");
  if (value.away && value.count && value.of === token()) offerBack(value, turns.size || pending ? "" : "The conversation was cleared.");
  if (value.models) fillPicker(value);
  if (value.file) download(value.file);
  if (value.model) { answers = value.model; say("model", value.model); }
  const asked = [...turns.values()].map((turn) => turn.view).filter((view) => view.fallback || view.aside || (view.written && (view.sentences.length || OVER.includes(view.state))));
  if (ofModel()) say("reached", asked.length ? !asked.at(-1).fallback : null);
  tell();
};
const clear = h("button", { type: "button", class: "tool forget", "aria-label": "Clear the conversation", title: "Clear the conversation", hidden: true, onclick: forget }, icon("clear"));
const trouble = h("p", { class: "trouble", role: "alert" });
root.before(h("div", { class: "talk-tools" }, share(), clear));
root.after(lines, trouble);
document.addEventListener("click", (event) => { for (const box of document.querySelectorAll(".models[open]")) if (!box.contains(event.target)) box.open = false; }, { signal: leaving });
watch("value", take);
hear("asked", (told) => (typeof told === "string" ? ask(told) : ask(told.question, told.scope)), leaving);
hearLast("scope", (told) => { within = told.scope; }, leaving);
hearLast("offers", (offers) => { examples = offers; welcome(); }, leaving);
hearLast("shelved", (many) => { bare = !many && document.documentElement.dataset.asks === undefined; welcome(); }, leaving);
hear("library", () => !turns.size && !pending && trigger("open", { token: token() }), leaving);
hear("halted", () => {
  if (pending?.querySelector(".working")) { pending.querySelector(".working").textContent = "Stopped."; pending.classList.add("halted"); }
  for (const turn of turns.values()) if (!OVER.includes(turn.view.state)) draw(turn, { ...turn.view, state: "stopped" });
  tell();
}, leaving);
hear("lost", ({ under }) => {
  if (!under) return;
  if (pending && isBusy()) {
    pending.querySelector(".working").replaceWith(h("p", { class: "problem", role: "alert" }, `${LOST} `, h("button", { type: "button", class: "link", onclick: () => anew() }, "Ask again")));
    pending.classList.add("halted");
  }
  for (const turn of turns.values()) if (!OVER.includes(turn.view.state)) draw(turn, { ...turn.view, state: "failed", problem: LOST, failure: {}, lost: true });
  tell();
}, leaving);
hear("back", () => trigger("open", { token: token() }), leaving);
hear("talk", turnTo, leaving);
// What the version before kept in this browser, until the server has taken it over.
const OLD = `footnote-kept ${USER}`;
const forgetOld = () => { try { localStorage.removeItem(OLD); } catch { /* then it is not there */ } };
const old = (() => {
  try {
    const found = JSON.parse(localStorage.getItem(OLD));
    return /^[0-9a-f]{32}$/.test(found?.token) && Array.isArray(found.turns) && found.turns.length ? found : null;
  } catch { return null; }
})();
if (old && !ofTab()) become(old.token);
welcome();
trigger("open", { token: token(), ...(old && { kept: old.turns, keptToken: old.token }) });
