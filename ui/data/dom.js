// What every script of the page draws with. Text enters the page only here, and only as text nodes.
const h = (tag, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return made;
};
const ICONS = {
  copy: "M8 8h11v11H8zM5 15V5h10",
  retry: "M19 12a7 7 0 1 1-2.2-5.1M19 4v4h-4",
  good: "M7 11v9H4v-9zM7 11l4-7c1.500 0 2.500 1 2.500 2.500V9h5a1.800 1.800 0 0 1 1.800 2.200l-1.400 7A2.200 2.200 0 0 1 16.800 20H7",
  bad: "M17 13V4h3v9zM17 13l-4 7c-1.500 0-2.500-1-2.500-2.500V15h-5a1.800 1.800 0 0 1-1.800-2.200l1.400-7A2.200 2.200 0 0 1 7.200 4H17",
  clear: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.500 11v5M13.500 11v5",
  rename: "M5 19l1-4L16 5l3 3L9 18zM14 7l3 3",
  rail: "M4 5h16v14H4zM9.500 5v14",
  down: "M7 10l5 5 5-5",
  share: "M12 15V4M8 8l4-4 4 4M5 13v7h14v-7",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4 5l17 7-17 7 3-7zM7 12h7",
  stop: "M7 7h10v10H7z",
};
const icon = (name) => {
  const of = (tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);
  const drawn = of("svg"), line = of("path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", class: `icon ${name}` })) drawn.setAttribute(key, value);
  line.setAttribute("d", ICONS[name]);
  drawn.append(line);
  return drawn;
};
// What `Citation.source_note` says, as a sentence of its own.
const NOTES = {
  "source edited since indexed": "Its file was edited since it was added: add it again to search what it says now.",
  "source deleted since indexed": "Its file was deleted since it was added.",
  "source out of reach": "Its file is out of reach now.",
};
const noteSentence = (note) => NOTES[note] || `${note.replace(/^source moved since indexed,/, "Its file was moved since it was added,").replace(/^./, (c) => c.toUpperCase())}.`;
const modelName = (name) => (name === "extractive" ? "quotes only" : name);
// A day in the order that the server writes it, too: "30 Nov 2026".
const dayMonth = (at) => `${at.getDate()} ${at.toLocaleDateString("en", { month: "short" })}`;
// What went wrong, as a sentence of its own; empty for nothing.
const asSentence = (said) => (said ? `${said[0].toUpperCase()}${said.slice(1)}${/[.!?…]$/.test(said) ? "" : "."}` : "");
// What keeps a table's cell in shape: a figure or a date is never broken, and words that are many have room.
const cellForm = (text) => (/\d/.test(text) && text.length <= 20 ? "figure" : text.length > 60 ? "wordy" : null);
const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
// Events between the parts of the page; a part that is drawn anew lets go of what it heard before.
window.footnoteSaid ??= new Map();
const say = (name, detail) => { window.footnoteSaid.set(name, detail); window.dispatchEvent(new CustomEvent(`footnote:${name}`, { detail })); };
window.footnoteParts ??= new Map();
const gone = (part) => {
  window.footnoteParts.get(part)?.abort();
  const made = new AbortController();
  window.footnoteParts.set(part, made);
  return made.signal;
};
const hear = (name, act, signal) => window.addEventListener(`footnote:${name}`, (event) => act(event.detail), { signal });
// Also what was said last before this part of the page was there.
const hearLast = (name, act, signal) => { hear(name, act, signal); if (window.footnoteSaid.has(name)) act(window.footnoteSaid.get(name)); };
