// The form of the settings. Its value: {model, models, k, threshold, strict, facts, problem, kept,
// owner, found: [[spec, model, program, address], ...], file}.
// It triggers 'open', 'choose' {model, k, threshold, strict}, and for the computer's owner 'look' and
// 'keep' {model, address}, all with {token}.
const root = element.querySelector(".settings");
const field = (label, about, control) => h("div", { class: "field" }, h("label", { for: control.id }, label), h("div", {}, control, h("p", { class: "about", id: `${control.id}-about` }, about)));
const input = (id, attributes) => h("input", { id, "aria-describedby": `${id}-about`, autocomplete: "off", ...attributes });
const leaving = gone("settings");
const offer = ([spec, model, program, address]) => h("p", { class: "here" }, h("span", {}, h("strong", {}, model), ` runs here, in ${program}.`),
  h("button", { type: "button", class: "secondary", "aria-label": `Use ${model}`, onclick: () => trigger("keep", { token: token(), model: spec, address }) }, "Use it"));
const offers = (value) => h("div", { class: "box field" }, h("span", {}, "Models that run here"), h("div", {},
  h("button", { type: "button", class: "secondary", onclick: () => trigger("look", { token: token() }) }, "Look on this computer"),
  h("p", { class: "about" }, "For Ollama, LM Studio, llama-server and vLLM. Nothing is used by itself; what you choose is kept for the next start too."),
  h("div", { role: "status" }, (value.found || []).map(offer), value.found && !value.found.length ? h("p", { class: "about" }, "None of them runs here: start one and look again.") : [])));
const told = (value) => value.problem || (value.file ? `In use for your next question, and kept in ${value.file}.` : value.kept ? "In use for your next question." : "They hold for this browser tab only.");
const draw = () => {
  const value = props.value || {};
  if (!value.models) return;
  const model = input("set-model", { type: "text", value: value.model, list: "set-models", maxlength: 200, spellcheck: "false" });
  const k = input("set-k", { type: "number", value: value.k, min: 1, max: 100, step: 1 });
  const threshold = input("set-threshold", { type: "number", value: value.threshold, min: 0, max: 1, step: "any", placeholder: "as calibrated" });
  const strict = input("set-strict", { type: "checkbox", checked: value.strict });
  const form = h("form", { class: "box" },
    field("Model that answers", "extractive needs no model and shows quotes only; or PROVIDER:MODEL, as in ollama:llama3.2. Keys come from the environment of the server and are never shown.", model),
    h("datalist", { id: "set-models" }, value.models.map((name) => h("option", { value: name }))),
    field("Passages read", "1 to 100 for each question.", k),
    field("Abstains below", "Confidence from 0 to 1 under which it says that the documents do not say. Empty: as calibrated.", threshold),
    field("Strict", "Leave out what a language model says without a source, instead of marking it.", strict),
    h("div", { class: "actions" }, h("button", { type: "submit", class: "primary" }, "Use these"), h("p", { role: "status", class: value.problem ? "problem" : "about" }, told(value))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    trigger("choose", { token: token(), model: model.value, k: k.value, threshold: threshold.value, strict: strict.checked });
  });
  const held = root.contains(document.activeElement) && document.activeElement.textContent;
  root.replaceChildren(h("h1", {}, "Settings"), h("p", { class: "lede" }, "How your questions are answered."), form, ...(value.owner ? [offers(value)] : []),
    h("dl", { class: "box" }, value.facts.map(([name, what]) => [h("dt", {}, name), h("dd", {}, what)])));
  if (held !== false) ([...root.querySelectorAll("button")].find((one) => one.textContent === held) || root.querySelector(".primary")).focus();
  if (value.kept) say("model", value.model);
};
watch("value", draw);
draw();
trigger("open", { token: token() });
