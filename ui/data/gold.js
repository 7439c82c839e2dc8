// The form for gold questions: { form: { good, question, answer, abstain, documents, picks } }, then
// { saved } or { problem }; a form with a number `draft` is a proposal. Fires 'save' with what is filled
// in, and 'skip' with the number of a proposal.
const root = element.querySelector(".gold");
const MOVES = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
let dialog = null;
let picks = [];

const same = (one, other) => one[0] === other[0] && one[1] === other[1];
const field = (label, control) => h("label", { class: "field" }, h("span", {}, label), control);

function toggle(span) {
  const pick = [span.dataset.document, Number(span.dataset.place)];
  const taken = picks.some((one) => same(one, pick));
  picks = taken ? picks.filter((one) => !same(one, pick)) : [...picks, pick];
  span.setAttribute("aria-pressed", String(!taken));
  tell();
}
function tell() {
  const said = dialog.querySelector(".picked");
  said.textContent = picks.length ? `${count(picks.length, "sentence")} picked` : "Click the sentence that says it";
}
// One Tab stop for all sentences: arrow keys go from one to the next.
function at(span, pane) {
  pane.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
  span.tabIndex = 0;
}
function keyed(event, pane) {
  const span = event.target.closest(".pick");
  if (!span) return;
  const all = [...pane.querySelectorAll(".pick")];
  const to = event.key === "Home" ? all[0] : event.key === "End" ? all.at(-1) : all[all.indexOf(span) + (MOVES[event.key] || NaN)];
  if (event.key === "Enter" || event.key === " ") toggle(span);
  else if (to) { at(to, pane); to.focus(); }
  else if (!MOVES[event.key]) return;
  event.preventDefault();
}
async function show(id, pane) {
  const found = await server.article({ id });
  if (found.missing) return pane.replaceChildren(h("p", { class: "note" }, "This article is not in the library any more."));
  const letters = Array.from(found.text);
  let end = 0;
  const pieces = found.sentences.flatMap(([start, stop], place) => {
    const between = letters.slice(end, start).join("");
    end = stop;
    const pressed = picks.some((one) => same(one, [id, place]));
    return [between, h("span", { class: "pick", role: "button", tabindex: -1, "aria-pressed": pressed ? "true" : "false", "data-document": id, "data-place": place }, letters.slice(start, stop).join(""))];
  });
  pane.replaceChildren(h("p", { dir: "auto" }, pieces));
  const first = pane.querySelector('[aria-pressed="true"]') || pane.querySelector(".pick");
  if (first) at(first, pane);
  pane.scrollTo({ top: first ? first.offsetTop - pane.offsetTop - 60 : 0 });
}

function open(form) {
  dialog?.remove();
  picks = form.picks;
  const drafted = form.draft !== undefined;
  const question = h("textarea", { rows: 2, maxlength: 2000, dir: "auto" }, form.question);
  const answer = h("textarea", { rows: 3, maxlength: 2000, dir: "auto", "aria-describedby": "every-hint" }, form.answer);
  const choice = (name, value, words, checked) => h("label", { class: "choice" }, h("input", { type: "radio", name, value, checked, onchange: arrange }), words);
  const pane = h("div", { class: "picker", role: "group", "aria-label": "Sentences of the article: arrow keys move, the space bar picks" });
  const titles = h("select", { onchange: () => show(titles.value, pane) }, form.documents.map((one) => h("option", { value: one.id }, one.title)));
  const chosen = (value) => dialog.querySelector(`[value="${value}"]`).checked;
  const hint = h("p", { class: "note", id: "every-hint" }, "Other words for the same line behind a stroke: 2.4 million | 2,400,000");
  const said = h("div", { class: "says" }, field("What it should say: one answer a line", answer),
    h("div", { class: "choices", role: "radiogroup", "aria-label": "How many of the lines must be in the answer" },
      choice("gold-lines", "any", "Any one of these lines is enough", true), choice("gold-lines", "all", "All of these lines must be in it", false)), hint);
  const where = h("div", { class: "where-it-says" }, field("The article that says it", titles), h("p", { class: "picked", role: "status" }), pane);
  function arrange() {
    said.hidden = where.hidden = chosen("abstain");
    hint.hidden = !chosen("all");
    dialog.classList.toggle("alone", where.hidden);
  }
  const save = () => {
    dialog.querySelector(".problem")?.remove();
    trigger("save", { question: question.value, answer: answer.value, abstain: chosen("abstain"), every: chosen("all"), picks, ...(drafted ? { draft: form.draft } : {}) });
  };
  dialog = h("dialog", { class: "gold-form reader", "aria-labelledby": "gold-title" },
    h("header", {}, h("div", {},
      h("h2", { id: "gold-title" }, form.good ? "Keep this as a test case?" : "What should it have said?"),
      h("p", { class: "about" }, drafted ? "Proposed from your articles: today it is answered from the sentence that is lit. Change what you like, or skip it." : form.good ? "The evaluation will check that later answers still say this and cite the same sentences." : "A corrected answer becomes a test case, so the mistake cannot come back unnoticed.")),
      h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, "Not now")),
    h("div", { class: "fields" },
      h("div", { class: "written" },
        h("div", { class: "choices", role: "radiogroup", "aria-label": "What is right" }, choice("gold-kind", "answer", "The articles answer it", !form.abstain), choice("gold-kind", "abstain", "It should abstain", form.abstain)),
        field("Question", question), said),
      where),
    h("footer", {}, h("button", { type: "button", class: "primary", onclick: save }, "Save test case"),
      drafted ? h("button", { type: "button", class: "plain", onclick: () => trigger("skip", { draft: form.draft }) }, "Skip") : ""));
  dialog.addEventListener("close", () => dialog.remove());
  pane.addEventListener("click", (event) => { const span = event.target.closest(".pick"); if (span) { at(span, pane); toggle(span); } });
  pane.addEventListener("keydown", (event) => keyed(event, pane));
  document.body.append(dialog);
  arrange();
  tell();
  if (titles.value) show(titles.value, pane);
  dialog.showModal();
  answer.focus();
}

function draw() {
  const { form, saved, problem } = props.value || {};
  if (saved) say("gold-saved", true);
  if (form) open(form);
  else if (saved) dialog?.close();
  if (form && saved) dialog.querySelector("footer").append(h("p", { class: "note", role: "status" }, saved));
  if (problem && dialog?.open) dialog.querySelector("footer").prepend(h("p", { class: "problem", role: "alert" }, asSentence(problem)));
  root.replaceChildren((saved && !form) || (problem && !dialog?.open) ? h("p", { class: problem ? "toast bad" : "toast", role: "status" }, saved || asSentence(problem)) : "");
  if (root.firstChild) { const told = root.firstChild; setTimeout(() => told.remove(), 6000); }
}
watch("value", draw);
