// The conversation. Its value: {of, turns, model, keeps, took, elsewhere, trouble}:
// turns as `ui.chat.turn_view` makes them, of the conversation of a token. It triggers 'open' {kept, keptToken}, 'ask' {question, scope}, 'retry' {turn, everywhere, scope}, 'forget', 'thumb' {turn, good}, each with {token}.
const root = element.querySelector(".log");
const scroller = element.closest("#log");
const leaving = gone("log");
const OVER = ["answered", "abstained", "stopped", "failed"];
const turns = new Map();
let pending = null;
let examples = []; // [question, id of its article, title]
let within = null; // the scope that was chosen; null asks all
let dropped = 0; // the last turn that was cleared or asked again
let begun = 0; // the turn whose first text is there

// The brackets are for whoever copies or hears the text; the style sheet draws a chip. The pane shows
// what it quotes to who rests on it.
const chip = (view, number) => h("a", { class: "chip", href: `#cite-${view.number}-${number}` }, h("span", {}, "["), String(number), h("span", {}, "]"));
const FINDINGS = { altered: "Differs from its source", contradicted: "A source says otherwise", unsupported: "No source says this" };
// Emphasis of a language model's reply: nothing else of its Markdown is within a sentence.
const EMPHASIS = /(\*{1,3}|`+)(\S(?:.*?\S)?)\1/g;
const emphasised = (text) => {
  const pieces = [];
  let at = 0;
  for (const found of text.matchAll(EMPHASIS)) {
    pieces.push(text.slice(at, found.index), h(found[1][0] === "`" ? "code" : found[1].length === 1 ? "em" : "strong", {}, found[2]));
    at = found.index + found[0].length;
  }
  return [...pieces, text.slice(at)];
};
// Offsets count code points, as Python's do.
const words = ({ text, span, markdown }) => {
  if (markdown) return emphasised(markdown);
  if (!span) return text;
  const points = [...text];
  const part = (from, to) => points.slice(from, to).join("");
  return [part(0, span[0]), h("strong", {}, part(...span)), part(span[1])];
};
const sentence = (view, said) => {
  const finding = FINDINGS[said.verdict];
  return h("span", { class: finding ? `sentence ${said.verdict}` : "sentence", dir: "auto" },
    said.context ? h("span", { class: "context" }, h("span", { class: "before" }, "Before it: "), said.context) : "", h("span", { class: "words" }, words(said)),
    finding ? [" ", h("span", { class: "finding" }, said.note || finding)] : "",
    said.numbers.length ? "\u00a0" : "", said.numbers.map((number) => chip(view, number)), " ");
};
// Puts a sentence where its lead says: in a new item, paragraph or quotation, else behind the last one.
const place = (answer, lead, node) => {
  const last = answer.lastElementChild;
  for (const line of lead.split("\n")) {
    const head = /^(?:#{1,6} |\*\*)(.+?)(?:\*\*)?$/.exec(line.trim());
    if (head) answer.append(h("p", { class: "head", dir: "auto" }, head[1]));
  }
  const item = /(?:^|\n)( *)(?:-|(\d+)[.)]) $/.exec(lead);
  if (item) {
    const kind = item[2] ? "OL" : "UL";
    let list = answer.lastElementChild;
    if (list?.tagName !== kind || list !== last) answer.append(list = h(kind, {}));
    list.append(h("li", { class: item[1].length > 1 ? "within" : null, value: item[2] || null, dir: "auto" }, node));
  } else if (lead.endsWith("> ")) answer.append(h("blockquote", { dir: "auto" }, h("span", { class: "before" }, "The articles also say: "), node));
  else if (!last || lead.includes("\n") || last.matches(".head")) answer.append(h("p", { dir: "auto" }, node));
  else (last.matches("ul, ol") ? last.lastElementChild : last).append(node);
};
const leadOf = (view, said) => (view.overview ? "\n- " : said.lead || "");
const part = (view, one) => h("li", { dir: "auto" }, one.asked ? `${one.asked.replace(/\?$/, "")}: ` : "", one.text || "no answer found",
  one.numbers.length ? "\u00a0" : "", one.numbers.map((number) => chip(view, number)));
const copyText = (view) => {
  const notes = view.sources.map((s) => `[${s.number}] ${s.title}, ${s.where}\n    “${s.quote}”`);
  const text = view.sentences.map((s) => `${s.lead || " "}${s.markdown || s.text}${FINDINGS[s.verdict] ? ` [${s.note || FINDINGS[s.verdict]}]` : ""} ${s.numbers.map((n) => `[${n}]`).join("")}`.trimEnd()).join("").trim();
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
  button.classList.add("done");
  button.setAttribute("aria-label", "Copied");
  setTimeout(() => { button.classList.remove("done"); button.setAttribute("aria-label", "Copy the answer"); }, 1500);
};
const tool = (name, label, act) => h("button", { type: "button", class: `tool ${name}`, "aria-label": label, title: label, onclick: (event) => act(event.currentTarget) }, icon(name));
const tools = (view) => [
  view.state !== "failed" ? tool("copy", "Copy the answer", (button) => copy(view, button)) : "",
  tool("retry", "Ask again", () => retry(view.number)),
  view.state !== "failed" && view.state !== "stopped" ? [
    tool("good", "This answer is right", () => trigger("thumb", { token: token(), turn: view.number, good: true })),
    tool("bad", "This answer is wrong", () => trigger("thumb", { token: token(), turn: view.number, good: false })),
  ] : "",
  view.sources.length || view.passages.length ? h("a", { class: "all", href: `#cite-${view.number}-0` }, view.sources.length ? count(view.sources.length, "source") : "Nearest passages") : "",
  view.facts.length ? h("details", { class: "facts" }, h("summary", {}, modelName(view.model)), h("dl", {}, view.facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, name === "Model" ? modelName(value) : value)])))
    : h("span", { class: "facts" }, modelName(view.model)),
];
const body = (view) => {
  if (view.state === "failed") return [h("p", { class: "problem", role: "alert" }, view.problem)];
  if (view.state === "abstained") {
    if (view.reason === "small_talk") return [h("p", {}, view.says)];
    const [verdict, ...rest] = view.says.split(/(?<=: )/);
    return [h("div", { class: "abstained" }, h("p", { class: "verdict" }, verdict.replace(/: ?$/, ".")),
      h("p", {}, rest.length ? `${rest.join("").trim().replace(/^./, (c) => c.toUpperCase())} ` : "",
        view.passages.length ? ["You can look at the ", h("a", { href: `#cite-${view.number}-0` }, "nearest passages"), "."] : ""))];
  }
  if (view.state === "searching") return [h("p", { class: "working" }, "Searching your articles…")];
  if (view.state === "writing" && view.steps.length && !view.steps.some((one) => one.text)) return [h("p", { class: "working" }, `Looking up ${count(view.steps.length, "thing")}: ${view.steps.map((one) => one.asked).join(" ")}`)];
  if (view.state === "writing") return [h("p", { class: "working" }, view.sentences.length ? "Writing, and checking each sentence…" : `${count(view.passages.length, "passage")} found. Reading; each sentence is checked before it is shown…`)];
  return [];
};
// Of which articles it was asked, where not of all; what the question named can be undone.
const scope = (view) => (view.scope ? h("p", { class: "about scope" }, view.scope, view.named ? [" ", h("button", { type: "button", class: "plain", onclick: () => retry(view.number, true) }, "Ask all articles")] : "") : "");
// What a language model wrote that is not the answer, since nothing of it held.
const aside = (view) => {
  if (!view.aside) return "";
  if (!view.aside.sentences.length) return h("p", { class: "finding block" }, view.aside.note);
  return h("details", { class: "finding block aside" }, h("summary", {}, view.aside.note),
    h("ul", {}, view.aside.sentences.map((said) => h("li", { dir: "auto" }, h("span", { class: "words" }, said.text), ` ${said.note || FINDINGS[said.verdict] || ""}`))));
};
// What a language model had looked up one by one; open while it writes.
const looked = (view, open) => (!view.steps.some((one) => one.text) && view.state === "writing") || !view.steps.length ? "" :
  h("details", { class: "block steps", open: view.state === "writing" || open }, h("summary", {}, `Looked up ${count(view.steps.length, "thing")}`),
    h("ul", {}, view.steps.map((one) => h("li", { dir: "auto" }, `${one.asked} `, h("b", {}, one.text || "no answer found"), one.numbers.length ? "\u00a0" : "", one.numbers.map((number) => chip(view, number))))));
// Only what is new in a growing answer is drawn, so that a chip keeps the focus while text comes.
const draw = (turn, view) => {
  const before = turn.view;
  turn.view = view;
  if (!before) {
    turn.short = h("p", { class: "short", dir: "auto" });
    turn.parts = h("ul", { class: "parts" });
    turn.answer = h("div", { class: "answer" });
    turn.state = h("div", { class: "state" });
    turn.tools = h("div", { class: "tools" });
    turn.next = h("div", { class: "offers" });
    turn.drawn = [];
    turn.node = h("article", { class: "turn", id: `turn-${view.number}` }, h("h2", { class: "question", dir: "auto" }, view.question), turn.short, turn.parts, turn.answer, turn.state, turn.tools, turn.next);
    root.append(turn.node);
  }
  const short = view.parts.length ? "" : view.short;
  if (turn.short.textContent !== short) turn.short.textContent = short;
  if (turn.parts.children.length !== view.parts.length) turn.parts.replaceChildren(...view.parts.map((one) => part(view, one)));
  const keys = view.sentences.map((said) => JSON.stringify([said, view.overview]));
  if (!turn.drawn.every((key, place) => key === keys[place])) { turn.answer.replaceChildren(); turn.drawn = []; }
  view.sentences.slice(turn.drawn.length).forEach((said) => place(turn.answer, leadOf(view, said), sentence(view, said)));
  turn.drawn = keys;
  const shown = (one) => JSON.stringify([one.state, one.passages.length, one.followUps, one.sentences.length > 0, one.steps]);
  if (before && shown(before) === shown(view)) return;
  const open = before && before.state === view.state && turn.state.querySelector(".steps")?.open;
  turn.state.replaceChildren(...body(view), looked(view, open), aside(view), scope(view), ...(view.state === "stopped" ? [h("p", { class: "working" }, "Stopped.")] : []),
    ...(view.fallback ? [h("p", { class: "finding block" }, `The language model did not answer, so the sentences are quoted: ${view.fallback}`)] : []));
  if (!before || before.state !== view.state) turn.tools.replaceChildren(...(OVER.includes(view.state) ? tools(view).flat().filter(Boolean) : []));
  turn.next.replaceChildren(...view.followUps.map((question) => offer(question)));
};
const last = () => Math.max(dropped, ...turns.keys());
const offer = ([question, id, title]) => h("button", { type: "button", class: "offer", onclick: () => ask(question, { documents: [id] }) }, question, title ? h("span", { class: "of", dir: "auto" }, title) : "");
const ask = (question, scope = within) => { if (isBusy()) return; performance.mark("footnote-asked"); expectAnswer({ question }); trigger("ask", { token: token(), question, scope, after: last() }); };
const retry = (number, everywhere = false) => {
  if (isBusy()) return;
  const question = turns.get(number).view.question;
  for (const [other, turn] of turns) if (other >= number) { turn.node.remove(); turns.delete(other); dropped = Math.max(dropped, other); }
  expectAnswer({ question });
  trigger("retry", { token: token(), turn: number, after: last(), everywhere, scope: within });
};
const empty = () => {
  dropped = last();
  turns.clear();
  pending = null;
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
  say("busy", isBusy());
};
const toEnd = () => scroller.scrollTo({ top: scroller.scrollHeight });
const expectAnswer = ({ question }) => {
  root.querySelector(".welcome")?.remove();
  for (const turn of turns.values()) turn.next.replaceChildren();
  pending = h("article", { class: "turn" }, h("h2", { class: "question", dir: "auto" }, question), h("p", { class: "working" }, "Searching your articles…"));
  root.append(pending);
  requestAnimationFrame(toEnd); // measuring the page now would hold the question up
  tell();
};
const welcome = () => {
  if (turns.size || pending) return;
  root.replaceChildren(h("div", { class: "welcome" }, h("h1", {}, "Ask your articles"),
    h("p", {}, "Answers come only from what you have added, and every sentence is numbered. Choose a number to read the sentence it rests on."),
    h("div", { class: "offers" }, examples.map((question) => offer(question)))));
};
const take = () => {
  const value = props.value || {};
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  const opening = "model" in value; // what is asked meanwhile goes on
  for (const view of (value.of === token() && value.turns) || []) {
    const old = turns.get(view.number);
    if (opening && view.state === "stopped" && (old ? !OVER.includes(old.view.state) : pending)) continue;
    if (!old && view.number <= dropped) continue; // an update that was on its way when it was dropped
    if (!old) { root.querySelector(".welcome")?.remove(); pending?.remove(); pending = null; turns.set(view.number, {}); }
    draw(turns.get(view.number), view);
  }
  if (turns.size) {
    const last = turns.get(Math.max(...turns.keys())).view;
    // Follow-up questions belong under the newest answer only.
    for (const [number, turn] of turns) if (number < last.number && turn.next.childNodes.length) turn.next.replaceChildren();
    if (last.number !== begun && (last.sentences.length || OVER.includes(last.state))) { performance.mark("footnote-first-text"); begun = last.number; }
    say("turn", { views: views(), newest: last.number });
    if (atEnd) toEnd();
  }
  if (value.keeps !== undefined) {
    clear.hidden = value.keeps;
    say("keeps", value.keeps);
  }
  if (value.took) forgetOld();
  if (value.elsewhere && value.of === token()) become(newToken());
  if (value.of === undefined || value.of === token()) trouble.textContent = value.trouble || "";
  if (value.kept) say("kept");
  if (value.model) say("model", value.model);
  tell();
};
const clear = h("button", { type: "button", class: "tool forget", "aria-label": "Clear the conversation", title: "Clear the conversation", hidden: true, onclick: forget }, icon("clear"));
const trouble = h("p", { class: "trouble", role: "alert" });
root.before(clear);
root.after(trouble);
watch("value", take);
hear("asked", (told) => (typeof told === "string" ? ask(told) : ask(told.question, told.scope)), leaving);
hearLast("scope", (told) => { within = told.scope; }, leaving);
hearLast("offers", (offers) => { examples = offers; welcome(); }, leaving);
hear("library", () => !turns.size && !pending && trigger("open", { token: token() }), leaving);
hear("halted", () => {
  if (pending) { pending.querySelector(".working").textContent = "Stopped."; pending.classList.add("halted"); }
  for (const turn of turns.values()) if (!OVER.includes(turn.view.state)) draw(turn, { ...turn.view, state: "stopped" });
  tell();
}, leaving);
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
