// The sources: passages of an answer, or an article with its sentence lit; while it is empty, the cards
// of `shelf.js` are there. Turns come from the log. Of a PDF the page itself can be seen, with the
// sentence framed.
const root = element.querySelector(".pane");
const column = element.closest("#sources");
const leaving = gone("pane");
const WHOLE = 200000; // characters that are drawn at once; of a longer article, what is near
const STEP = 30000;
const RESTS = 250; // milliseconds on a footnote before its quote shows
const texts = new Map();
let views = new Map();
let newest = 0;
let current = null; // {turn, number} of the source that is open
let reading = null; // the article that is open, and what is lit in it
let cameFrom = null;
let shows = "text"; // or "page", for each article that has pages
let zoom = 1;
const drawings = new Map();
const DRAWINGS = 12; // pages that are kept, about 200 KB each
let listed = ""; // what the list was last drawn of

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const isSheet = () => matchMedia("(max-width: 900px)").matches;
const items = (view) => (view.sources.length ? view.sources : view.passages);
const fetchArticle = async (id) => {
  if (texts.has(id)) return texts.get(id);
  const found = await server.text({ id });
  if (!found.lost) texts.set(id, found);
  return found;
};
const fetchPage = (wanted) => {
  const key = JSON.stringify(wanted);
  if (!drawings.has(key)) {
    if (drawings.size >= DRAWINGS) drawings.delete(drawings.keys().next().value);
    drawings.set(key, server.page_image(wanted).then((drawn) => {
      if (drawn.lost || drawn.problem || drawn.missing) drawings.delete(key);
      return drawn.lost ? { problem: "The page could not be fetched: go to another source and back." } : drawn;
    }));
  }
  return drawings.get(key);
};
const head = (...parts) => h("header", { class: "pane-head" }, parts, h("button", { type: "button", class: "square close", "aria-label": "Close the sources", onclick: close }, "✕"));
const title = (name, about) => [h("h2", {}, name), h("span", { class: "about" }, about), h("span", { class: "grow" })];
const back = (label, act) => [h("button", { type: "button", class: "back", onclick: act }, `‹ ${label}`), h("span", { class: "grow" })];

const shelf = () => {
  current = reading = null;
  lightChips();
  root.replaceChildren(); // the cards of `shelf.js` stand in its place
};
const read = async (document) => {
  const found = await fetchArticle(document.id);
  root.replaceChildren(head(back("Your articles", shelf)), ...article(found, document, []));
  root.querySelector(".back").focus({ preventScroll: true });
};
const card = (view, source) => h("li", {}, h("button", { type: "button", class: "card", onclick: () => open(view.number, source.number) },
  h("span", { class: source.number > 0 ? "number" : "number near", "aria-hidden": "true" }, source.number > 0 ? String(source.number) : "~"),
  h("span", { class: "quote", dir: "auto" }, source.quote), source.page ? h("span", { class: "at" }, source.where) : ""));
const list = (number) => {
  const view = views.get(number);
  if (!view || !items(view).length) return shelf();
  current = reading = null;
  lightChips();
  const shown = items(view), groups = new Map();
  for (const source of shown) groups.set(source.document, [...(groups.get(source.document) || []), source]);
  const cited = view.sources.length > 0;
  const name = cited ? "Sources" : view.state === "abstained" ? "Nearest passages" : "Passages found";
  const about = cited ? `${count(shown.length, "passage")} · ${count(groups.size, "article")}` : view.state === "abstained" ? "none of these answers the question" : count(groups.size, "article");
  root.replaceChildren(head(title(name, about)), h("div", { class: "cards" }, [...groups.values()].map((own) =>
    h("section", { class: "group", "aria-label": own[0].title }, h("h3", { dir: "auto" }, own[0].title), whence(own[0]), own[0].note ? h("p", { class: "finding block" }, noteSentence(own[0].note)) : "", h("ol", {}, own.map((source) => card(view, source)))))));
};
const lightChips = () => {
  for (const chip of document.querySelectorAll("a.chip[aria-current]")) chip.removeAttribute("aria-current");
  if (current) for (const chip of document.querySelectorAll(`a[href="#cite-${current.turn}-${current.number}"]`)) chip.setAttribute("aria-current", "true");
};
const article = (found, source, sources) => {
  if (found.lost) return [h("div", { class: "gone", role: "alert" }, h("h3", {}, "This article could not be fetched"), h("p", {}, "Open it again."), source.quote ? h("p", {}, `The answer quotes: “${source.quote}”`) : "")];
  if (found.missing) return [h("div", { class: "gone" }, h("h3", {}, "This article has been removed"), source.quote ? h("p", {}, `The answer quoted: “${source.quote}”`) : "")];
  const changed = source.sha256 && source.sha256 !== found.sha256;
  const units = unitsOf(found.text);
  const inUnits = (s) => ({ from: units(s.start), to: units(s.end) });
  const spans = (changed ? [] : sources).map((s) => ({ ...s, ...inUnits(s), asked: s.asked && inUnits(s.asked) })).sort((a, b) => a.from - b.from || b.to - a.to);
  // The title is shown above: where the text begins with it, it is not said twice.
  const titled = found.text.startsWith(`${source.title}\n`) && !(spans[0]?.from < source.title.length);
  const blocks = blocksOf(found, spans, titled ? source.title.length : 0);
  const lit = spans.find((s) => s.lit);
  const drawn = h("div", { class: "text" });
  const scroll = h("div", { class: "article", tabindex: "0", role: "region", "aria-label": source.title },
    h("h2", { dir: "auto" }, found.title || source.title), whence({ ...source, ...found }), letterhead(found),
    source.note ? h("p", { class: "finding block" }, noteSentence(source.note)) : "",
    changed ? h("p", { class: "finding block" }, `This article was added anew since. The answer quoted: “${source.quote}”`) : "");
  scroll.append(...(source.pdf && !changed ? withPages(source, drawn) : [drawn]));
  reading = { scroll, drawn };
  fill(found.text, blocks, spans, lit, scroll, drawn);
  return [scroll];
};
// The text of a PDF, or the page of it that is quoted from; what was chosen last is shown.
const withPages = (source, drawn) => {
  const sheet = h("figure", { class: "sheet" });
  let shown = false;
  const choices = ["text", "page"].map((name) => h("button", { type: "button", class: "way", onclick: () => choose(name) }, name === "text" ? "Text" : "Page"));
  const choose = (name) => {
    shows = name;
    drawn.hidden = name === "page";
    sheet.hidden = !drawn.hidden;
    choices.forEach((each, place) => each.setAttribute("aria-pressed", String((place === 1) === drawn.hidden)));
    if (drawn.hidden && !shown) { shown = true; turnTo(sheet, source, null); }
    if (!drawn.hidden) toMark();
  };
  choose(shows);
  return [h("div", { class: "shows", role: "group", "aria-label": "Show" }, choices), sheet, drawn];
};
const pageOf = (source, page = null) => ({ id: source.document || source.id, page, start: source.start ?? null, end: source.end ?? null });
const turnTo = async (sheet, source, page) => {
  const ask = (to) => turnTo(sheet, source, to);
  sheet.setAttribute("aria-busy", "true");
  if (!sheet.firstChild) sheet.append(h("p", { class: "about" }, "Drawing the page…"));
  sheet.wanted = page;
  const found = await fetchPage(pageOf(source, page));
  if (sheet.wanted !== page) return;
  sheet.removeAttribute("aria-busy");
  if (!found.png) return sheet.replaceChildren(h("p", { class: "finding block", role: "status" }, found.problem || "This article has been removed."));
  const label = found.label ? `${found.label} (${found.page} of ${found.pages})` : `${found.page} of ${found.pages}`;
  const step = (name, sign, act, off) => h("button", { type: "button", class: "square", "aria-label": name, disabled: off, onclick: act }, sign);
  const paper = h("div", { class: "paper" }, h("img", { src: found.png, width: found.width, height: found.height, alt: `Page ${label} of ${source.title}` }),
    found.boxes.map(([left, top, across, down]) => h("span", { class: "framed", style: `left:${100 * left}%;top:${100 * top}%;width:${100 * across}%;height:${100 * down}%` })));
  const scale = (by) => { zoom = Math.min(3, Math.max(0.5, zoom * by)); paper.style.width = `${100 * zoom}%`; };
  scale(1);
  const had = sheet.contains(document.activeElement) && document.activeElement.getAttribute("aria-label");
  sheet.replaceChildren(h("figcaption", {}, step("Previous page", "‹", () => ask(found.page - 1), found.page <= 1), h("span", { class: "about", role: "status" }, `Page ${label}`),
    step("Next page", "›", () => ask(found.page + 1), found.page >= found.pages), h("span", { class: "grow" }), step("Smaller", "−", () => scale(0.8)), step("Larger", "+", () => scale(1.25))), h("div", { class: "desk", tabindex: "0", role: "region", "aria-label": "The page" }, paper));
  if (had) sheet.querySelector(`[aria-label="${had}"]`)?.focus();
  sheet.querySelector(".framed")?.scrollIntoView({ block: "center" });
  performance.mark("footnote-page");
};
// Draw a long article around what is lit, and more of it where the reader comes near its edge.
const fill = (text, blocks, spans, lit, scroll, drawn) => {
  const at = lit ? Math.max(0, blocks.findIndex(({ end }) => end > lit.from)) : 0;
  let first = at, last = at;
  const one = (block) => drawBlock(text, block, spans);
  const size = text.length <= WHOLE ? Infinity : STEP;
  const down = (room) => { const made = []; for (let sum = 0; last < blocks.length && sum < room; last += 1) { made.push(one(blocks[last])); sum += blocks[last].end - blocks[last].start; } drawn.append(...made); };
  const up = (room) => {
    const made = [];
    for (let sum = 0; first > 0 && sum < room; ) { first -= 1; made.unshift(one(blocks[first])); sum += blocks[first].end - blocks[first].start; }
    const height = scroll.scrollHeight;
    drawn.prepend(...made);
    if (scroll.isConnected) scroll.scrollTop += scroll.scrollHeight - height;
  };
  down(size);
  up(size);
  scroll.addEventListener("scroll", () => {
    if (scroll.scrollTop < 1500 && first > 0) up(STEP);
    if (scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 1500) down(STEP);
  }, { passive: true });
};
const toMark = () => {
  if (reading?.drawn.hidden) return;
  const mark = reading?.drawn.querySelector("mark.lit");
  if (!mark) return;
  const { scroll } = reading;
  const top = mark.getBoundingClientRect().top - scroll.getBoundingClientRect().top + scroll.scrollTop - scroll.clientHeight * 0.33;
  // A long way is jumped: gliding over it would only delay the sentence.
  const far = Math.abs(top - scroll.scrollTop) > 3 * scroll.clientHeight;
  scroll.scrollTo({ top: Math.max(0, top), behavior: calm() || far || isSheet() ? "auto" : "smooth" });
  if (isSheet()) mark.focus({ preventScroll: true });
};
// Where in a quote the words stand that answer; null where that is not known.
const askedIn = (view, source) => {
  const said = view.sentences.find((each) => each.span && each.text === source.quote && each.numbers.includes(source.number));
  return said ? { start: source.start + said.span[0], end: source.start + said.span[1] } : null;
};
const open = async (turn, number) => {
  const view = views.get(turn);
  if (!view) return;
  if (number === 0) { list(turn); return raise(); }
  const source = items(view).find((each) => each.number === number);
  if (!source) return;
  current = { turn, number };
  lightChips();
  raise();
  const found = await fetchArticle(source.document);
  if (current?.turn !== turn || current.number !== number) return;
  const all = items(view), place = all.indexOf(source);
  const step = (label, sign, to) => h("button", { type: "button", class: "square", "aria-label": label, disabled: !all[to], onclick: () => open(turn, all[to].number) }, sign);
  const own = all.filter((each) => each.document === source.document).map((each) => ({ start: each.start, end: each.end, lit: each === source, asked: askedIn(view, each) }));
  root.replaceChildren(head(back(view.sources.length ? "All sources" : "Nearest passages", () => { list(turn); root.querySelector(".card")?.focus(); }),
    h("span", { class: "about", role: "status" }, `${view.sources.length ? "Source" : "Passage"} ${place + 1} of ${all.length}`), step("Previous source", "‹", place - 1), step("Next source", "›", place + 1)), ...article(found, source, own));
  toMark();
  performance.mark("footnote-lit");
  if (source.pdf && shows === "text" && source.sha256 === found.sha256) fetchPage(pageOf(source)); // it is at hand when it is asked for
};
const raise = () => {
  if (!isSheet()) return;
  column.classList.add("raised");
  document.body.classList.add("sheet");
  for (const behind of document.querySelectorAll("#talk, #top, #nav > .tab-wrapper")) behind.inert = true;
  root.querySelector(".close")?.focus({ preventScroll: true });
};
const close = () => {
  column.classList.remove("raised");
  document.body.classList.remove("sheet");
  for (const behind of document.querySelectorAll("#talk, #top, #nav > .tab-wrapper")) behind.inert = false;
  const again = cameFrom && document.querySelector(`a[href="${cameFrom}"]`);
  if (again) again.focus({ preventScroll: true });
};
// One listener for all chips, however often they are drawn anew.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#cite-"]');
  if (!link) return;
  event.preventDefault();
  event.stopPropagation();
  const [, turn, number] = /^#cite-(\d+)-(\d+)$/.exec(link.getAttribute("href"));
  performance.mark("footnote-chosen");
  hidePreview();
  cameFrom = link.getAttribute("href");
  open(Number(turn), Number(number));
}, { capture: true, signal: leaving });
// Who rests on a footnote, or comes to it by keyboard, sees what it quotes.
const preview = h("div", { id: "preview", role: "tooltip", hidden: true });
document.querySelector("#preview")?.remove();
document.body.append(preview);
let resting = 0;
const hidePreview = () => { clearTimeout(resting); preview.hidden = true; document.querySelector("[aria-describedby=preview]")?.removeAttribute("aria-describedby"); };
const showPreview = (link) => {
  const [, turn, number] = /^#cite-(\d+)-(\d+)$/.exec(link.getAttribute("href"));
  const view = views.get(Number(turn)), source = view && items(view).find((each) => each.number === Number(number));
  if (!source || !link.isConnected || innerWidth <= 900) return; // a narrow window has no room for it
  preview.replaceChildren(h("p", { class: "quote", dir: "auto" }, source.quote), h("p", { class: "about", dir: "auto" }, [source.title, source.page ? source.where : ""].filter(Boolean).join(" · ")));
  preview.hidden = false;
  const at = link.getBoundingClientRect(), own = preview.getBoundingClientRect();
  preview.style.left = `${Math.max(8, Math.min(at.left, innerWidth - own.width - 8))}px`;
  preview.style.top = `${at.top > own.height + 12 ? at.top - own.height - 8 : at.bottom + 8}px`;
  link.setAttribute("aria-describedby", "preview");
};
const chipOf = (event) => event.target.closest?.('a.chip[href^="#cite-"]');
document.addEventListener("mouseover", (event) => { const link = chipOf(event); if (link) { clearTimeout(resting); resting = setTimeout(() => showPreview(link), RESTS); } }, { signal: leaving });
document.addEventListener("mouseout", (event) => chipOf(event) && hidePreview(), { signal: leaving });
document.addEventListener("focusin", (event) => { const link = chipOf(event); if (link?.matches(":focus-visible")) showPreview(link); }, { signal: leaving });
document.addEventListener("focusout", (event) => chipOf(event) && hidePreview(), { signal: leaving });
document.addEventListener("scroll", hidePreview, { capture: true, passive: true, signal: leaving });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !preview.hidden) return hidePreview();
  if (event.key === "Escape" && document.body.classList.contains("sheet")) close();
  else if (event.key === "Escape" && current) list(current.turn);
  else if (event.altKey && (event.key === "ArrowRight" || event.key === "ArrowLeft") && current) {
    const all = items(views.get(current.turn));
    const next = all[all.findIndex((each) => each.number === current.number) + (event.key === "ArrowRight" ? 1 : -1)];
    event.preventDefault();
    if (next) open(current.turn, next.number);
  }
}, { signal: leaving });
// An answer is said once, when it is whole, to who hears the page.
const said = h("p", { class: "away", role: "status" });
root.after(said);
let awaited = false;
const announce = (view) => {
  if (!awaited || !["answered", "abstained", "failed"].includes(view.state)) return;
  awaited = false;
  const sentences = view.sentences.map((each) => each.text).join(" ");
  said.textContent = view.state === "answered" ? [view.short && `${view.short}.`, sentences, `${count(view.sources.length, "source")}.`].filter(Boolean).join(" ") : view.problem || view.says;
};
hear("busy", (now) => { awaited ||= now; }, leaving);
hear("turn", (told) => {
  views = new Map(told.views.map((view) => [view.number, view]));
  const isNew = told.newest !== newest;
  newest = told.newest;
  const view = views.get(newest);
  if (view) announce(view);
  const key = `${newest} ${view.state} ${items(view).length} ${view.sources.length}`;
  if (isNew || (!current && !reading && key !== listed)) list(newest);
  listed = key;
}, leaving);
hear("cleared", () => { views.clear(); newest = 0; cameFrom = null; shelf(); }, leaving);
hear("library", () => texts.clear(), leaving);
hear("read", (document) => { raise(); read(document); }, leaving);
hear("shelf", () => { shelf(); raise(); }, leaving);
hear("close-sheet", close, leaving);
shelf();
