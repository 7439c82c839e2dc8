// The form of the settings. Its value: {model, models, k, threshold, strict, calibrated, price: {asked,
// near_misses, points: [[threshold, right, answered, near misses answered], ...]}, switches: [[name,
// on, whether a shell decides], ...], facts, owner, why, problem, typed, kept, file, refused, switched,
// found: [[spec, model, program, address], ...]}. It triggers 'open', 'choose' {model, k, threshold,
// strict}, and for the computer's owner 'look', 'keep' {model, address} and 'switch' {name, on}, all
// with {token}.
const root = element.querySelector(".settings");
const leaving = gone("settings");
const QUOTES = "extractive";
const SWITCHES = {
  originals: ["Keep originals", "Of files dropped here and pages fetched, so that a PDF's page can be shown and an article saved as it was. Off: of what is added from now on only the text is kept; what was kept stays until the command “footnote compact” removes it."],
  history: ["Keep conversations", "On this computer, for the list beside your questions. Changes hold from the next start of this page. Off: new conversations are kept nowhere; earlier ones stay until you delete them."],
};
let why = "", place = "", other = false;
const about = (id, words) => h("p", { class: "about", id: `${id}-about` }, words);
const field = (label, words, control) => h("div", { class: "field" }, h("label", { for: control.id }, label), h("div", {}, control, about(control.id, words)));
const input = (id, attributes) => h("input", { id, "aria-describedby": `${id}-about`, autocomplete: "off", ...attributes });
const told = (value) => value.problem ? asSentence(value.problem) : value.file ? `In use for your next question, and kept in ${value.file}.` : value.kept ? "In use for your next question." : "They hold for this browser tab only.";
const of = (part, whole) => {
  const tenth = Math.round((10 * part) / whole);
  return part === 0 ? "none" : part === whole ? "all" : tenth === 0 ? "less than 1 in 10" : tenth === 10 ? "nearly all" : `${tenth} in 10`;
};
// What a threshold was measured to cost: that of the measured step just below it.
const price = ({ asked, near_misses, points }, threshold) => {
  const [, right, answered, near] = points.filter(([at]) => at <= threshold + 1e-9).pop();
  return `Answers ${of(right, asked)} questions rightly (${right} of ${asked}) and ${answered - right} wrongly; of ${near_misses} near misses, which an article only seems to answer, it answers ${near}. Measured on the questions that come with Footnote, about one article: yours differ.`;
};

function models(value, typed, fixed) {
  const known = [...new Set([QUOTES, ...value.models])], now = typed ?? value.model;
  const one = (name, label, words) => h("label", { class: "model-one" }, h("input", { type: "radio", name: "set-model", value: name, checked: now === name && !other, disabled: fixed && !known.includes(name), onchange: () => { other = false; custom.parentElement.hidden = true; } }), h("span", {}, h("b", {}, label), words && h("span", { class: "about" }, words)));
  const custom = input("set-model", { type: "text", maxlength: 200, spellcheck: "false", "aria-label": "Model that answers", placeholder: "PROVIDER:MODEL, as in ollama:llama3.2", value: known.includes(now) ? "" : now });
  if (!known.includes(now)) other = true;
  const another = h("label", { class: "model-one" }, h("input", { type: "radio", name: "set-model", value: "", checked: other, onchange: () => { other = true; custom.parentElement.hidden = false; custom.focus(); } }), h("span", {}, h("b", {}, "Another model")));
  const found = value.found || [];
  return h("fieldset", { class: "field models" }, h("legend", {}, "What writes the answers"), h("div", {},
    one(QUOTES, "Quotes only", "No language model: answers are sentences of your articles. Nothing leaves this computer."),
    known.slice(1).map((name) => one(name, name, "")),
    fixed ? "" : another,
    h("div", { class: "custom", hidden: !other || fixed }, custom, about("set-model", "Keys come from the settings of the computer that serves this page, and are never shown.")),
    value.owner ? h("div", { class: "here-all" },
      h("div", { role: "status" }, found.map(offer), value.found && !found.length ? h("p", { class: "about" }, "No model runs here: start Ollama, LM Studio, llama-server or vLLM, and look again.") : ""),
      h("button", { type: "button", class: "secondary", onclick: () => trigger("look", { token: token() }) }, "Look on this computer"),
      h("p", { class: "about" }, "For Ollama, LM Studio, llama-server and vLLM. Nothing is used by itself; what you choose is kept for the next start too.")) : ""));
}
const offer = ([spec, model, program, address]) => h("p", { class: "here" }, h("span", {}, h("strong", {}, model), ` runs here, in ${program}.`),
  h("button", { type: "button", class: "secondary", "aria-label": `Use ${model}`, onclick: () => { other = false; trigger("keep", { token: token(), model: spec, address }); } }, "Use it"));

function threshold(value, typed) {
  const given = typed ?? value.threshold ?? "";
  const slider = input("set-threshold", { type: "range", min: 0, max: 1, step: 0.01, value: given === "" ? value.calibrated : given });
  let isChosen = given !== "";
  const words = about("set-threshold", "");
  const shown = h("output", { for: "set-threshold" });
  const back = h("button", { type: "button", class: "link", onclick: () => { isChosen = false; slider.value = value.calibrated; say_(); } }, "As calibrated");
  const say_ = () => {
    const at = Number(slider.value);
    shown.textContent = isChosen ? `${Math.round(100 * at)} %` : `${Math.round(100 * value.calibrated)} %, as calibrated`;
    slider.setAttribute("aria-valuetext", shown.textContent);
    words.textContent = price(value.price, isChosen ? at : value.calibrated);
    back.hidden = !isChosen;
  };
  slider.addEventListener("input", () => { isChosen = true; say_(); });
  say_();
  const row = h("div", { class: "field" }, h("label", { for: "set-threshold" }, "Confidence needed"), h("div", {}, h("div", { class: "slide" }, h("span", { class: "about" }, "more answers"), slider, h("span", { class: "about" }, "surer answers"), shown, back), words));
  return { row, read: () => (isChosen ? slider.value : "") };
}

function switches(value) {
  const words = asSentence(value.refused) || (value.switched ? `Your choice is kept in ${value.switched}.` : "");
  return h("section", { class: "box", "aria-label": "What is kept on this computer" }, value.switches.map(([name, on, isFixed]) => {
    const id = `set-${name}`, [label, said] = SWITCHES[name];
    const box = input(id, { type: "checkbox", checked: on, disabled: isFixed, onchange: () => trigger("switch", { token: token(), name, on: box.checked }) });
    return field(label, isFixed ? `${said} It is set by FOOTNOTE_${name.toUpperCase()} where this page was started: take it out there to choose here.` : said, box);
  }), h("p", { role: "status", class: value.refused ? "problem" : "about", hidden: !words }, words));
}

const draw = () => {
  const value = props.value || {};
  if (!value.models) return;
  why = value.why ?? why;
  place = value.place ?? place;
  const fixed = !value.owner, asks = document.documentElement.dataset.asks !== undefined, typed = value.typed || {};
  const k = input("set-k", { type: "number", value: typed.k ?? value.k, min: 1, max: 100, step: 1 });
  const slide = threshold(value, typed.threshold);
  const strict = input("set-strict", { type: "checkbox", checked: typed.strict ?? value.strict });
  const form = h("form", { class: "box" }, h("fieldset", { class: "all", disabled: asks },
    models(value, typed.model, fixed),
    slide.row,
    field("Strict", "For language models: a sentence that no source says is left out of the answer. Otherwise it is shown, marked as without a source.", strict),
    field("Passages read", "For each question, 1 to 100. More find what is scattered, and take longer.", k),
    asks ? "" : h("div", { class: "actions" }, h("button", { type: "submit", class: "primary" }, "Use these"), h("p", { role: "status", class: value.problem ? "problem" : "about" }, told(value)))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const model = form.querySelector("[name=set-model]:checked")?.value || form.querySelector("#set-model").value;
    trigger("choose", { token: token(), model, k: k.value, threshold: slide.read(), strict: strict.checked });
  });
  const active = document.activeElement, held = root.contains(active) && [active.id, active.textContent];
  root.replaceChildren(h("h1", {}, "Settings"), h("p", { class: "lede" }, "How your questions are answered."), why ? h("p", { class: "why" }, why) : "", form, value.owner ? switches(value) : "",
    h("dl", { class: "box" }, value.facts.map(([name, what]) => [h("dt", {}, name), h("dd", {}, name === "Library" && place ? place : what)])));
  if (held) (held[0] && document.getElementById(held[0]) || [...root.querySelectorAll("button")].find((one) => one.textContent === held[1]) || root.querySelector(".primary"))?.focus();
  if (value.kept) say("model", value.model);
};
watch("value", draw);
draw();
trigger("open", { token: token() });
