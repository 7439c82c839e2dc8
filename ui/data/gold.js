// The form for gold questions: { form: { good, question, answer, abstain, documents, picks } }, then
// { saved } or { problem }; a form with a number `draft` is a proposal. Fires 'save' with what is filled
// in, and 'skip' with the number of a proposal.
const root = element.querySelector(".gold");
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
async function show(id, pane) {
  const found = (await server.article({ id })) || { missing: true };
  if (found.missing) return pane.replaceChildren(h("p", { class: "note" }, "This article is not in the library any more."));
  const letters = Array.from(found.text);
  let at = 0;
  const pieces = found.sentences.flatMap(([start, end], place) => {
    const between = letters.slice(at, start).join("");
    at = end;
    const pressed = picks.some((one) => same(one, [id, place]));
    return [between, h("span", { class: "pick", role: "button", tabindex: 0, "aria-pressed": pressed ? "true" : "false", "data-document": id, "data-place": place }, letters.slice(start, end).join(""))];
  });
  pane.replaceChildren(h("p", { dir: "auto" }, pieces));
  const first = pane.querySelector('[aria-pressed="true"]');
  pane.scrollTo({ top: first ? first.offsetTop - pane.offsetTop - 40 : 0 });
}

function open(form) {
  dialog?.remove();
  picks = form.picks;
  const drafted = form.draft !== undefined;
  const question = h("textarea", { rows: 2, maxlength: 2000, dir: "auto" }, form.question);
  const answer = h("textarea", { rows: 3, maxlength: 2000, dir: "auto" }, form.answer);
  const choice = (value, words) => h("label", { class: "choice" }, h("input", { type: "radio", name: "gold-kind", value, checked: (value === "abstain") === form.abstain, onchange: arrange }), words);
  const pane = h("div", { class: "picker", tabindex: -1 });
  const titles = h("select", { onchange: () => show(titles.value, pane) }, form.documents.map((one) => h("option", { value: one.id }, one.title)));
  const abstain = () => dialog.querySelector('[value="abstain"]').checked;
  const said = field("What it should say: one accepted answer a line", answer);
  const must = h("textarea", { rows: 2, maxlength: 2000, dir: "auto", "aria-describedby": "must-hint" });
  const more = h("details", { class: "must" }, h("summary", {}, "Several things must be in it"),
    field("What must all be there: one item a line", must),
    h("p", { class: "note", id: "must-hint" }, "Other wordings of an item behind a stroke: 2.4 million | 2,400,000"));
  const where = h("div", { class: "where-it-says" }, field("The article that says it", titles), h("p", { class: "picked", role: "status" }), pane);
  function arrange() { said.hidden = more.hidden = where.hidden = abstain(); }
  const save = () => {
    dialog.querySelector(".problem")?.remove();
    trigger("save", { question: question.value, answer: answer.value, abstain: abstain(), must_include: must.value, picks, ...(drafted ? { draft: form.draft } : {}) });
  };
  dialog = h("dialog", { class: "gold-form reader", "aria-labelledby": "gold-title" },
    h("header", {}, h("div", {},
      h("h2", { id: "gold-title" }, form.good ? "Keep this as a test case?" : "What should it have said?"),
      h("p", { class: "about" }, drafted ? "Proposed from your articles: today it is answered from the sentence that is lit. Change what you like, or skip it." : form.good ? "The evaluation will check that later answers still say this and cite the same sentences." : "A corrected answer becomes a test case, so the mistake cannot come back unnoticed.")),
      h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, "Not now")),
    h("div", { class: "fields" },
      h("div", { class: "choices", role: "radiogroup", "aria-label": "What is right" }, choice("answer", "The articles answer it"), choice("abstain", "It should abstain")),
      field("Question", question), said, more, where),
    h("footer", {}, h("button", { type: "button", class: "primary", onclick: save }, "Save test case"),
      drafted ? h("button", { type: "button", class: "plain", onclick: () => trigger("skip", { draft: form.draft }) }, "Skip") : ""));
  dialog.addEventListener("close", () => dialog.remove());
  pane.addEventListener("click", (event) => { const span = event.target.closest(".pick"); if (span) toggle(span); });
  pane.addEventListener("keydown", (event) => { const span = event.target.closest(".pick"); if (span && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); toggle(span); } });
  document.body.append(dialog);
  arrange();
  tell();
  if (titles.value) show(titles.value, pane);
  dialog.showModal();
  answer.focus();
}

function draw() {
  const { form, saved, problem } = props.value || {};
  if (form) open(form);
  else if (saved) dialog?.close();
  if (form && saved) dialog.querySelector("footer").append(h("p", { class: "note", role: "status" }, saved));
  if (problem && dialog?.open) dialog.querySelector("footer").prepend(h("p", { class: "problem", role: "alert" }, problem));
  root.replaceChildren((saved && !form) || (problem && !dialog?.open) ? h("p", { class: problem ? "toast bad" : "toast", role: "status" }, saved || problem) : "");
  if (root.firstChild) { const told = root.firstChild; setTimeout(() => told.remove(), 6000); }
}
watch("value", draw);
