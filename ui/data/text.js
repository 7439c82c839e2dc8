// Draws an article's text with what its lines show: headings, lists, tables, quoted and code lines.
// Every character of the text that is no blank line stands in what is drawn, in its order, so that a
// quote is lit exactly; what is only the form of the text (marks of items, bars between cells) is
// there and not seen.
//
// Offsets count code points; where a text has none above U+FFFF they are JavaScript's too.
const unitsOf = (text) => {
  if (!/[\ud800-\udbff]/.test(text)) return (offset) => offset;
  const high = [];
  let points = 0;
  for (const sign of text) { if (sign.length === 2) high.push(points); points += 1; }
  return (offset) => { let low = 0, top = high.length; while (low < top) { const middle = (low + top) >> 1; if (high[middle] < offset) low = middle + 1; else top = middle; } return offset + low; };
};
const LINE = 100; // characters of a line that is too long to be only a line of a paragraph
const ITEM = /^(\s*)([-*•‣–]|\(?(?:\d{1,3}|[a-z])[.)])\s+(?=\S)/;
const CODE = /[{};]\s*$|^\s*(?:def|class|for|if|else|elif|return|import|from|const|let|var|function|while|try|print|SELECT|INSERT|#include)\b.*[:;({)]?\s*$|[=!<>]=|=>|\w\(.*\)\s*$|^\s*(?:\$|>>>|#!)\s?\S|^\s*[\w.]+\s=\s/;
const FORMS = ["text/markdown", "text/html", "application/x-ipynb+json"]; // that have code in lines of their own
const TABLES = ["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.oasis.opendocument.spreadsheet"];
const MOST_ROWS = 200; // of one table that is drawn; a longer one goes on in the next
const MOST_COLUMNS = 60;
const BAR = " | ";

// Lines as {start, end, kind}: head, item, row, said (behind ">"), text; blank lines part them.
const linesOf = (text, begin, heads) => {
  const lines = [];
  for (let start = begin; start < text.length; ) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    const said = text.slice(start, end);
    if (said.trim()) {
      const kind = heads.has(start) ? "head" : ITEM.test(said.slice(0, 60)) ? "item" : said.includes(BAR) ? "row" : /^>/.test(said) ? "said" : "text";
      lines.push({ start, end, kind, apart: !lines.length || /\n\s*\n$/.test(text.slice(Math.max(begin, start - 40), start)) || start === begin });
    }
    start = end + 1;
  }
  return lines;
};
// Blocks as {start, end, kind, lines}, in order; a paragraph is not parted inside of a span.
const blocksOf = (found, spans, begin) => {
  const { text } = found;
  const units = unitsOf(text);
  const heads = new Set(found.sections.map(units));
  const isTable = TABLES.includes(found.kind), blocks = [];
  const inside = (at) => spans.some((span) => span.from < at && span.to > at);
  let last = null, wasLong = false;
  for (const line of linesOf(text, begin, heads)) {
    if (isTable && line.kind !== "head") line.kind = "record";
    const indented = last?.kind === "item" && line.kind === "text" && !line.apart && /^\s{2}/.test(text.slice(line.start, line.end));
    const goesOn = last && line.kind !== "head" && last.kind !== "head" && (
      indented || (["item", "row", "said"].includes(line.kind) && last.kind === line.kind && (!line.apart || line.kind === "item"))
      || (line.kind === "record" && last.kind === "record" && last.lines.length < MOST_ROWS)
      || (last.kind === "text" && ["text", "row"].includes(line.kind) && !line.apart && (!wasLong || inside(line.start))));
    if (indented) last.lines.at(-1).end = line.end;
    else if (goesOn) last.lines.push(line);
    else blocks.push(last = { kind: line.kind, start: line.start, lines: [line] });
    last.end = line.end;
    wasLong = line.end - line.start > LINE;
  }
  for (const block of blocks) {
    if (block.kind === "row" && block.lines.length < 2) block.kind = "text";
    if (block.kind === "text" && FORMS.includes(found.kind) && isCode(text, block)) block.kind = "code";
    if (block.kind === "record") readRecords(text, block);
  }
  return blocks;
};
const isCode = (text, block) => {
  const lines = block.lines.map((line) => text.slice(line.start, line.end));
  return lines.length > 1 && lines.some((line) => /^\s{2}|\t/.test(line)) && lines.filter((line) => CODE.test(line)).length * 2 >= lines.length;
};
// A row of a table is stored as `Country: Japan; Year: 2024.`; it is parted where most rows have a
// column's name, so that a cell may have a semicolon or a colon of its own.
const PIECE = /; /g;
const readRecords = (text, block) => {
  const rows = block.lines.map((line) => piecesOf(text, line)), times = new Map();
  for (const row of rows) for (const { name } of row) if (name) times.set(name, (times.get(name) || 0) + 1);
  const columns = [...times.keys()].filter((name) => times.get(name) > 1 || rows.length === 1);
  if (columns.length < 2 || columns.length > MOST_COLUMNS) { block.kind = rows.every((row) => row.length === 1) && block.lines.every((line) => text.slice(line.start, line.end).includes(BAR)) ? "row" : "records"; return; }
  const place = new Map(columns.map((name, at) => [name, at]));
  block.columns = columns;
  block.rows = rows.map((pieces, at) => {
    const cells = [];
    for (const piece of pieces) {
      if (place.has(piece.name) && !cells.some((cell) => cell.name === piece.name)) cells.push({ ...piece });
      else if (cells.length) cells.at(-1).end = piece.end;
      else cells.push({ ...piece, name: "" });
    }
    return { ...block.lines[at], cells };
  });
};
// Pieces as {start, end, name, from}: the value begins at `from`.
const piecesOf = (text, { start, end }) => {
  const pieces = [], line = text.slice(start, end);
  let at = 0;
  for (const cut of [...[...line.matchAll(PIECE)].map((found) => found.index + 2), line.length]) {
    const name = /^([^:\n]{1,80}): (?=\S)/.exec(line.slice(at, cut));
    pieces.push({ start: start + at, end: start + cut, name: name?.[1] || "", from: start + at + (name?.[0].length || 0) });
    at = cut;
  }
  return pieces;
};
// What stands between two offsets, what is lit in it marked.
const run = (text, from, to, spans) => {
  const parts = [];
  let at = from;
  for (const span of spans) {
    if (span.to <= at || span.from >= to) continue;
    const start = Math.max(span.from, at), end = Math.min(span.to, to);
    parts.push(text.slice(at, start), h("mark", { class: span.lit ? "lit" : "also", tabindex: span.lit ? "-1" : null }, text.slice(start, end)));
    at = end;
  }
  return [...parts, text.slice(at, to)];
};
const unseen = (text, from, to, spans) => (from < to ? h("span", { class: "unseen" }, run(text, from, to, spans)) : "");
const trimmed = (text, { start, end }) => {
  const said = text.slice(start, end);
  return [start + (said.length - said.trimStart().length), end - (said.length - said.trimEnd().length)];
};
const drawItem = (text, line, spans) => {
  const mark = ITEM.exec(text.slice(line.start, line.start + 60));
  const from = line.start + mark[1].length, behind = line.start + mark[0].length;
  const bullet = /^[-*•‣–]$/.test(mark[2]);
  const drawn = h("li", { dir: "auto", class: bullet ? null : "numbered" }, bullet ? unseen(text, from, behind, spans) : h("span", { class: "count" }, run(text, from, behind, spans)), run(text, behind, trimmed(text, line)[1], spans));
  drawn.style.marginInlineStart = `${Math.min(4, mark[1].length / 2) * 22}px`;
  return drawn;
};
const cellsOf = (text, { start, end }) => {
  const cells = [];
  for (let at = start; at <= end; ) {
    const bar = text.slice(at, end).indexOf(BAR), cut = bar < 0 ? end : at + bar;
    cells.push({ from: at, to: cut, end: bar < 0 ? end : cut + BAR.length });
    if (bar < 0) break;
    at = cut + BAR.length;
  }
  return cells;
};
const framed = (columns, table) => h("div", columns > 3 ? { class: "rows", tabindex: "0", role: "region", "aria-label": "Table" } : { class: "rows" }, table);
const drawRows = (text, block, spans) => {
  const rows = block.lines.map((line) => cellsOf(text, line));
  const [head] = rows, named = block.kind !== "record" && head.every((cell) => /[^\d\W]/.test(text.slice(cell.from, cell.to)) && !/^[-+]?[\d.,%\s]+$/.test(text.slice(cell.from, cell.to)));
  const cell = (tag, { from, to, end }) => h(tag, { dir: "auto", scope: tag === "th" ? "col" : null, class: tag === "td" ? cellForm(text.slice(from, to)) : null }, run(text, from, to, spans), unseen(text, to, end, spans));
  const row = (cells, tag) => h("tr", {}, cells.map((each) => cell(tag, each)));
  return framed(head.length, h("table", {}, named ? h("thead", {}, row(head, "th")) : "", h("tbody", {}, rows.slice(named ? 1 : 0).map((cells) => row(cells, "td")))));
};
const drawRecords = (text, block, spans) => {
  const names = () => block.columns.map((name) => h("th", { scope: "col", dir: "auto" }, name));
  const nameless = block.rows.some((row) => row.cells.some((cell) => !cell.name));
  const rows = block.rows.map((row, at) => {
    const quoted = spans.some((span) => span.lit && span.from < row.end && span.to > row.start);
    const asked = quoted && spans.find((span) => span.lit).asked;
    // Where the cell that answers is known, it alone is lit, and its row is shaded.
    const own = asked ? spans.map((span) => ({ ...span, lit: false })) : spans;
    const cell = (one) => {
      const isAsked = asked && one.from < asked.to && one.end > asked.from;
      const shown = isAsked ? [{ from: one.from, to: valueEnd(text, one), lit: true }] : own;
      const form = [isAsked && "asked", cellForm(text.slice(one.from, valueEnd(text, one)))].filter(Boolean).join(" ");
      return h("td", { dir: "auto", class: form || null }, unseen(text, one.start, one.from, own), run(text, one.from, valueEnd(text, one), shown), unseen(text, valueEnd(text, one), one.end, own));
    };
    const of = new Map(row.cells.map((one) => [one.name, one]));
    const drawn = h("tr", { class: quoted ? "quoted" : null }, nameless ? h("td", {}, of.has("") ? [run(text, of.get("").start, of.get("").end, own)] : "") : "", block.columns.map((name) => (of.has(name) ? cell(of.get(name)) : h("td", {}))));
    // Far from the head of its table a quoted row has the names of its columns above it once more.
    return quoted && at > 3 ? [h("tr", { class: "again", "aria-hidden": "true" }, nameless ? h("td", {}) : "", block.columns.map((name) => h("td", { dir: "auto" }, name))), drawn] : drawn;
  });
  return framed(block.columns.length, h("table", {}, h("thead", {}, h("tr", {}, nameless ? h("td", {}) : "", names())), h("tbody", {}, rows)));
};
const valueEnd = (text, { from, end }) => from + text.slice(from, end).replace(/(?:; |[.;])$/, "").length;
const drawBlock = (text, block, spans) => {
  const own = spans.filter((span) => span.to > block.start && span.from < block.end);
  const whole = () => run(text, ...trimmed(text, block), own);
  if (block.kind === "head") return h("h3", { dir: "auto" }, whole());
  if (block.kind === "item") return h("ul", { class: "items", role: "list" }, block.lines.map((line) => drawItem(text, line, own)));
  if (block.kind === "row") return drawRows(text, block, own);
  if (block.rows) return drawRecords(text, block, own);
  if (block.kind === "code") return h("pre", { tabindex: "0" }, h("code", {}, run(text, block.start, block.end, own)));
  if (block.kind === "said") return h("blockquote", { dir: "auto" }, block.lines.map((line) => {
    const mark = /^(?:>\s?)+/.exec(text.slice(line.start, line.end))[0].length;
    return h("p", {}, unseen(text, line.start, line.start + mark, own), run(text, line.start + mark, line.end, own));
  }));
  if (block.kind === "records") return h("div", {}, block.lines.map((line) => h("p", { dir: "auto" }, run(text, ...trimmed(text, line), own))));
  return h("p", { dir: "auto" }, whole());
};
// Where an article is from, to be followed in a tab of its own; nothing but a web address is.
const link = (address) => (/^https?:\/\/[^\s/]/i.test(address || "") ? h("a", { class: "address", href: address, target: "_blank", rel: "noopener noreferrer" }, address.replace(/^https?:\/\/(?:www\.)?/i, "").replace(/\/$/, ""), h("span", { class: "away" }, " (opens in a new tab)")) : "");
const whence = (source) => h("p", { class: "where", dir: "auto" }, source.source, source.address ? [source.source ? " · " : "", link(source.address)] : "");
// A mail's header; its subject is the title above.
const letterhead = (found) => (found.header?.length ? h("dl", { class: "letterhead" }, [...found.header, ["Subject", found.title]].map(([name, value]) => [h("dt", {}, name), h("dd", { dir: "auto" }, value)])) : "");
