// How an answer is drawn: its lead, quotes, parts, overview, disagreement and rows, and a language
// model's reply with what was found of each sentence. `log.js` says when, and keeps the conversation.

// The brackets are for whoever copies or hears the text; the style sheet draws a chip. The pane shows
// what it quotes to who rests on it.
const chip = (view, number) => h("a", { class: "chip", href: `#cite-${view.number}-${number}` }, h("span", {}, "["), String(number), h("span", {}, "]"));
const chips = (view, numbers) => (numbers.length ? ["\u00a0", numbers.map((number) => chip(view, number))] : "");
const capital = (text) => text.replace(/^./, (c) => c.toUpperCase());
const sourceOf = (view, said) => view.sources.find((each) => said.numbers.includes(each.number));
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
// Words between two places of a text, with some of them drawn by `wrap`. Offsets count code points, as
// Python's do.
const cut = (text, [start, end], spans, wrap) => {
  const points = [...text], pieces = [];
  const part = (from, to) => points.slice(from, to).join("");
  let at = start;
  for (const span of spans) {
    if (span[0] < at || span[1] > end) continue;
    pieces.push(part(at, span[0]), wrap(part(span[0], span[1]), span));
    at = span[1];
  }
  return [...pieces, part(at, end)];
};
const whole = (text) => [0, [...text].length];
const lit = (said, range = said.quote || whole(said.text)) => cut(said.text, range, said.lit, (words) => h("mark", { class: "found" }, words));

// Quotes: words of a source in its own type.
const before = (view, said, last) => {
  const shown = said.context && said.context !== last?.context && !view.sentences.some((other) => other !== said && other.text === said.context);
  return shown ? h("span", { class: "context" }, h("span", { class: "before" }, "Before it: "), said.context) : "";
};
const quote = (view, said, last) => {
  const lead = said.quote?.[0] && !said.against ? cut(said.text, [0, said.quote[0]], [], String).join("").replace(/:? $/, "") : "";
  return h("p", { class: said.quote ? "sentence quoted" : "sentence", dir: "auto" }, before(view, said, last), lead ? h("span", { class: "of" }, lead) : "",
    h("span", { class: "words" }, lit(said)), chips(view, said.numbers));
};
// What two articles say, side by side.
const side = (view, said, label) => {
  const source = sourceOf(view, said), value = said.lit[0] && cut(said.text, said.lit[0], [], String).join("");
  return h("div", { class: "side" }, h("p", { class: "about" }, h("span", { class: "label" }, label), said.day || source?.published || ""),
    h("p", { class: "name", dir: "auto" }, source?.title || ""), value ? h("p", { class: "value", dir: "auto" }, value) : "", quote(view, said));
};
const apart = (view, one, other) => {
  const disagree = other.against === "otherwise";
  return h("section", { class: "apart", "aria-label": disagree ? "The articles disagree" : "It changed over time" },
    disagree ? h("p", { class: "disagree" }, "The articles disagree") : "",
    h("div", { class: "sides" }, side(view, one, disagree ? "One says" : "Newest"), side(view, other, disagree ? "Another says" : "Earlier")));
};
// Rows of one table, under the names of its columns.
const names = (said) => JSON.stringify(said.cells?.map(([name]) => name));
const rows = (view, some) => h("figure", { class: "rows" }, h("figcaption", { dir: "auto" }, sourceOf(view, some[0])?.title || ""),
  h("div", { class: "desk", tabindex: "0", role: "region", "aria-label": "Rows of the table" }, h("table", {}, h("thead", {}, h("tr", {}, some[0].cells.map(([name, , isLit]) => h("th", { scope: "col", class: isLit && some.length === 1 ? "asked" : null }, name)), h("td", {}))),
    h("tbody", {}, some.map((said) => h("tr", { class: "sentence" }, said.cells.map(([, text, isLit]) => h("td", { dir: "auto", class: cellForm(text) }, isLit ? h("mark", { class: "found" }, text) : text)), h("td", { class: "cited" }, said.numbers.map((number) => chip(view, number)))))))));
const quotes = (view, sentences) => {
  const drawn = [];
  for (let at = 0; at < sentences.length; at += 1) {
    const said = sentences[at], next = sentences[at + 1];
    const of = sourceOf(view, said)?.document, like = (other) => other?.cells && names(other) === names(said) && sourceOf(view, other)?.document === of;
    if (next?.against) { drawn.push(apart(view, said, next)); at += 1; }
    else if (said.cells) {
      let end = at + 1;
      while (like(sentences[end]) && !sentences[end + 1]?.against) end += 1;
      drawn.push(rows(view, sentences.slice(at, end)));
      at = end - 1;
    } else drawn.push(quote(view, said, sentences[at - 1]));
  }
  return drawn;
};
// A question of several parts: under each its words and what they rest on, or that there is nothing.
const compound = (view) => {
  const own = view.parts.map(() => []);
  let place = 0;
  for (const said of view.sentences) {
    const found = said.against ? -1 : view.parts.findIndex((one, at) => at >= place && one.numbers.some((number) => said.numbers.includes(number)));
    if (found >= 0) place = found;
    own[place].push(said);
  }
  return h("ol", { class: "parts" }, view.parts.map((one, at) => {
    const bare = !own[at].length, told = one.text && (bare || !own[at].some((said) => said.text === one.text));
    const disagree = own[at].some((said) => said.against === "otherwise");
    return h("li", { class: one.text ? "part" : "part open" }, h("p", { class: "asked", dir: "auto" }, one.asked),
      !one.text ? h("p", { class: "lacking" }, "No answer found.") : told && !disagree ? h("p", { class: "short", dir: "auto" }, one.text, bare ? chips(view, one.numbers) : "") : "",
      quotes(view, own[at]));
  }));
};
// What happened, with its dates at the left.
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
// Words by which a sentence says its date ("last Monday") stand in the sentence, so they only go with the date.
const day = (when) => { const [date, words] = when.split(" (“"); return h("time", { title: words ? `“${words.replace(/\)$/, "")}` : null }, dated(date)); };
const dated = (when) => when.replace(/\b(\d{4})-(\d\d)(?:-(\d\d))?\b/g, (_, year, month, day) => `${day ? `${Number(day)} ` : ""}${MONTHS[month - 1]} ${year}`);
const MOST = 40; // dates of a timeline
const timeline = (view) => [h("p", { class: "kind" }, view.sentences.length < MOST ? "In order of time" : `In order of time, the newest ${MOST}`),
  h("ol", { class: "timeline" }, view.sentences.map((said, at) => h("li", { class: said.when === view.sentences[at - 1]?.when ? "same" : null }, day(said.when), h("div", {}, quote(view, said, view.sentences[at - 1])))))];
// What articles say as a whole: each article's sentences in their order.
const overview = (view) => {
  if (view.sentences.length && view.sentences.every((said) => said.when)) return timeline(view);
  const groups = [];
  for (const said of view.sentences) {
    const source = sourceOf(view, said);
    if (!groups.length || groups.at(-1).of !== source?.document) groups.push({ of: source?.document, title: source?.title, said: [] });
    groups.at(-1).said.push(said);
  }
  const many = new Set(groups.map((group) => group.of)).size > 1;
  return [h("p", { class: "kind" }, many ? `In short, from ${count(new Set(groups.map((group) => group.of)).size, "article")}` : "In short"),
    groups.map((group) => [many ? h("h3", { class: "name", dir: "auto" }, group.title) : "", h("ul", { class: "overview" }, group.said.map((said) => h("li", {}, quote(view, said))))])];
};
const items = (view) => h("ul", { class: "items" }, view.parts.map((one) => h("li", { dir: "auto" }, one.text, chips(view, one.numbers))));
const LONG = 80; // characters from which a list's items stand one below the other
// What stands above the quotes; nothing where the articles disagree, or the parts have their own.
const lead = (view) => {
  const compared = view.parts.some((one) => one.asked);
  if (!compared && view.sentences.some((said) => said.against === "otherwise")) return "";
  if (!compared && view.parts.length && (view.short || "").length > LONG) return items(view);
  const ours = compared || /^(Yes|No)$/.test(view.short);
  return view.short ? h("p", { class: ours ? "short ours" : "short", dir: "auto" }, ours ? capital(view.short) : view.short) : "";
};
const quoted = (view) => [lead(view), view.overview ? overview(view) : view.parts.some((one) => one.asked) ? compound(view) : quotes(view, view.sentences)];

// A language model's reply: what was found of a sentence stands in the margin of its paragraph.
const FINDINGS = { altered: "Differs from its source", contradicted: "A source says otherwise", unsupported: "No source says this" };
const SIGNS = { altered: "≠", contradicted: "≠", unsupported: "∅" };
const letter = (place) => (place < 26 ? String.fromCharCode(97 + place) : String(place + 1));
const findingOf = (said) => capital(said.note || FINDINGS[said.verdict]);
const words = (said) => {
  if (said.quote) return lit(said);
  if (said.fixes.length) return cut(said.text, whole(said.text), said.fixes, (ours, [, , theirs]) => [h("del", {}, ours), theirs ? [" ", h("ins", {}, theirs)] : ""]);
  const text = said.markdown ? emphasised(said.markdown) : said.lit.length ? lit(said) : said.text;
  return said.verdict === "contradicted" || said.verdict === "unsupported" ? h("del", {}, text) : text;
};
const sentence = (view, said, sign) => {
  const found = said.quoted || !view.written ? "" : sign ? "" : h("span", { class: "confirmed", title: "A source says this" });
  return h("span", { class: FINDINGS[said.verdict] ? `sentence ${said.verdict}` : said.quoted ? "sentence quoted" : "sentence", dir: "auto" },
    said.context ? before(view, said) : "", found, h("span", { class: said.fixes.length ? "words put-right" : "words" }, words(said)), sign ? h("sup", { class: "sign" }, sign) : "", chips(view, said.numbers), " ");
};
const note = (view, said, sign) => {
  const source = said.verdict === "contradicted" ? sourceOf(view, said) : null;
  return h("p", { class: `finding ${said.verdict}`, dir: "auto" }, h("span", { class: "sign" }, `${sign} ${SIGNS[said.verdict]} `), findingOf(said), source ? [": ", h("q", {}, source.quote)] : ".");
};
// Puts a sentence where its lead says: in a new item, paragraph or quotation, else behind the last one.
// A paragraph is its text and its margin.
const para = () => h("div", { class: "para" }, h("p", { dir: "auto" }), h("div", { class: "margin" }));
const place = (answer, view, said) => {
  const lead = said.lead || "", last = answer.lastElementChild;
  for (const line of lead.split("\n")) {
    const head = /^(?:#{1,6} |\*\*)(.+?)(?:\*\*)?$/.exec(line.trim());
    if (head) answer.append(h("p", { class: "head", dir: "auto" }, head[1]));
  }
  const item = /(?:^|\n)( *)(?:-|(\d+)[.)]) $/.exec(lead);
  let into = null;
  if (item) {
    const kind = item[2] ? "OL" : "UL";
    let list = answer.lastElementChild;
    if (list?.tagName !== kind || list !== last) answer.append(list = h(kind, {}));
    list.append(into = h("li", { class: item[1].length > 1 ? "within" : null, value: item[2] || null }, para()));
  } else if (lead.endsWith("> ")) answer.append(into = h("blockquote", {}, h("p", { class: "kind" }, "The articles also say"), h("p", { dir: "auto" })));
  else if (!last || lead.includes("\n") || last.matches(".head")) answer.append(into = para());
  else into = last.matches("ul, ol") ? last.lastElementChild : last;
  const sign = FINDINGS[said.verdict] ? letter(answer.querySelectorAll(".margin .finding").length) : "";
  into.querySelector("p:not(.kind)").append(sentence(view, said, sign));
  if (sign) into.querySelector(".margin")?.append(note(view, said, sign));
};
// One line above a reply: how many of its sentences hold.
const verdicts = (view) => {
  const own = view.sentences.filter((said) => !said.quoted), total = own.length;
  if (!view.written || !total || !["answered", "stopped"].includes(view.state)) return "";
  const of = (...names) => own.filter((said) => names.includes(said.verdict)).length;
  const wrong = [[of("altered"), (n) => `${n} ${n === 1 ? "differs" : "differ"}`], [of("contradicted"), (n) => `${n} contradicted`], [of("unsupported"), (n) => `${n} without a source`]];
  const held = of("supported", "misattributed");
  if (held === total) return h("p", { class: "verdicts" }, h("span", { "aria-hidden": "true" }, "✓ "), total === 1 ? "1 sentence, confirmed" : `${total} sentences, all confirmed`);
  return h("p", { class: "verdicts" }, `${count(total, "sentence")}: `, [...(held ? [`${held} confirmed`] : []), ...wrong.filter(([n]) => n).map(([n, say]) => say(n))].join(", "));
};

// The state of a turn: that it waits, why there is no answer, what was set aside.
const toSettings = () => [...document.querySelectorAll('[role="tab"]')].find((tab) => tab.textContent.trim() === "Settings")?.click();
const settings = () => h("button", { type: "button", class: "link", onclick: toSettings }, "Settings");
const working = (text) => h("p", { class: "working" }, text, h("span", { class: "elapsed" }));
const waiting = (view) => {
  if (view.steps.length && !view.steps.some((one) => one.text)) return [working(`Looking up ${count(view.steps.length, "thing")}: ${view.steps.map((one) => one.asked).join(" ")}`)];
  if (view.sentences.length) return [working("Writing, and checking each sentence…")];
  return [working(`${count(view.passages.length, "passage")} found. Reading; each sentence is checked before it is shown…`),
    view.meanwhile.length ? h("section", { class: "meanwhile", "aria-label": "Meanwhile, the nearest sentences" }, h("p", { class: "kind" }, "Meanwhile, the nearest sentences"),
      view.meanwhile.map((one) => h("p", { class: "quoted", dir: "auto" }, one.text, " ", h("span", { class: "about" }, one.title)))) : ""];
};
const body = (view) => {
  if (view.state === "failed") return [h("p", { class: "problem", role: "alert" }, view.failure.settings ? [`${capital(view.failure.what)}. Ask again, or choose another model in `, settings(), "."] : view.lost ? [`${view.problem} `, h("button", { type: "button", class: "link", onclick: () => retry(view.number) }, "Ask again")] : asSentence(view.problem))];
  if (view.state === "abstained") {
    if (view.reason === "small_talk") return [h("p", {}, view.says)];
    const [verdict, ...rest] = view.says.split(/(?<=: )/);
    return [h("div", { class: "abstained" }, h("p", { class: "verdict" }, verdict.replace(/: ?$/, ".")),
      h("p", {}, rest.length ? `${capital(rest.join("").trim())} ` : "",
        view.passages.length ? ["You can look at the ", h("a", { href: `#cite-${view.number}-0` }, "nearest passages"), "."] : ""))];
  }
  if (view.state === "searching") return [working("Searching your articles…")];
  if (view.state === "writing") return waiting(view);
  return view.state === "stopped" ? [h("p", { class: "working over" }, "Stopped.")] : [];
};
// That the language model did not answer, and what to do about it here.
const fallback = (view) => (view.fallback ? h("p", { class: "finding block" }, `The language model did not answer${view.sentences.length ? ", so your articles are quoted" : ""}: ${view.failure.what}. `,
  view.failure.settings ? ["See that it runs and ask again, or choose another model in ", settings(), "."] : "") : "");
// Of which articles it was asked, where not of all; what the question named can be undone.
const scope = (view) => (view.scope ? h("p", { class: "about scope" }, view.scope, view.named || view.scope.startsWith("Asked of: ") ? [" ", h("button", { type: "button", class: "plain", onclick: () => retry(view.number, true) }, "Ask all articles")] : "") : "");
// What a language model wrote that is not the answer, since nothing of it held.
const aside = (view) => {
  if (!view.aside) return "";
  if (!view.aside.sentences.length) return h("p", { class: "finding block" }, view.aside.note);
  return h("details", { class: "finding block aside" }, h("summary", {}, view.aside.note), h("p", { class: "about" }, `What ${modelName(view.aside.model)} wrote:`),
    h("ul", {}, view.aside.sentences.map((said) => h("li", { dir: "auto" }, h("span", { class: "words" }, FINDINGS[said.verdict] ? h("del", {}, said.text) : said.text), FINDINGS[said.verdict] ? h("span", { class: "why" }, `${SIGNS[said.verdict]} ${findingOf(said)}`) : ""))));
};
// What a language model had looked up one by one; open while it writes.
const looked = (view, open) => (!view.steps.some((one) => one.text) && view.state === "writing") || !view.steps.length ? "" :
  h("details", { class: "block steps", open: view.state === "writing" || open }, h("summary", {}, `Looked up ${count(view.steps.length, "thing")}`),
    h("ul", {}, view.steps.map((one) => h("li", { dir: "auto" }, `${one.asked} `, h("b", {}, one.text || "no answer found"), chips(view, one.numbers)))));
// The footnotes below an answer, for paper.
const footnotes = (view) => view.sources.map((source) => h("li", { value: source.number }, h("span", { dir: "auto" }, source.title), source.page ? `, ${source.where}` : "", ": ", h("q", { dir: "auto" }, source.quote)));
