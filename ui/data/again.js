// What the log says and does of a question asked anew: edited, by another model, and what was put away
// for it. Its functions are called once the log is there.
const UNDO = 50000; // milliseconds; the server can have it back for longer
const LONGEST = 2000;
// What was put away stays in reach.
const lines = h("div", { class: "put-away", role: "status" });
const offerBack = ({ away, count: gone }, words) => {
  const line = h("p", {}, h("span", {}, words || (gone === 1 ? "The earlier answer was put away." : `The earlier answer and the ${gone === 2 ? "one" : gone - 1} after it were put away.`)),
    h("button", { type: "button", class: "secondary", onclick: () => { line.remove(); trigger("put_back", { token: token(), away }); } }, "Undo"),
    h("button", { type: "button", class: "tool", "aria-label": "Dismiss", title: "Dismiss", onclick: () => { line.remove(); say("typing"); } }, icon("close")));
  lines.append(line);
  setTimeout(() => line.remove(), UNDO);
};
// What goes with a turn that is asked anew is said before, too.
const after = (number) => [...turns.keys()].filter((other) => other > number).length;
const willGo = (number) => {
  const later = after(number);
  return !later ? "" : later === 1 ? "The answer after it will be put away; you can have it back." : `The ${later} answers after it will be put away; you can have them back.`;
};
const nameAgain = () => {
  for (const [number, turn] of turns) {
    const button = turn.tools?.querySelector(".retry"), later = after(number), label = later ? `Ask again, and put ${later === 1 ? "the answer" : `the ${later} answers`} after it away` : "Ask again";
    if (button && button.title !== label) { button.title = label; button.setAttribute("aria-label", label); }
  }
};
const inOrder = (node, number) => {
  const later = [...turns].filter(([other, turn]) => other > number && turn.node?.isConnected).sort(([a], [b]) => a - b)[0];
  if (later) later[1].node.before(node);
};
// What is said of a question that is near the longest one, or over it; nothing is cut.
const tooLong = (text) => (text.length <= LONGEST - 200 ? "" : text.length <= LONGEST ? `${text.length.toLocaleString("en")} of ${LONGEST.toLocaleString("en")} characters.`
  : `${text.length.toLocaleString("en")} characters, and at most ${LONGEST.toLocaleString("en")} can be asked: leave out ${(text.length - LONGEST).toLocaleString("en")}.`);
const editable = (node, number) => {
  const shown = node.querySelector(".question");
  const pencil = h("button", { type: "button", class: "tool edit", "aria-label": "Edit the question", title: "Edit the question", onclick: () => edit() }, icon("rename"));
  const asked = h("div", { class: "asked" });
  shown.before(asked);
  asked.append(pencil, shown);
  const edit = () => {
    const box = h("textarea", { "aria-label": "Edit the question", rows: 2 });
    const told = h("p", { class: "about", role: "status" });
    const tell = () => { told.textContent = tooLong(box.value) || willGo(number); box.style.height = "auto"; box.style.height = `${Math.min(box.scrollHeight + 2, 240)}px`; };
    const leave = () => { form.replaceWith(asked); pencil.focus(); };
    const form = h("form", { class: "editing" }, box, told, h("div", { class: "actions" }, h("button", { type: "button", class: "secondary", onclick: leave }, "Cancel"), h("button", { type: "submit", class: "primary" }, "Ask this")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const question = box.value.trim();
      if (!question || question.length > LONGEST) return;
      if (isBusy()) { told.textContent = "An answer is being written: stop it first, or wait for it."; return; }
      retry(number, false, { question });
      say("typing");
    });
    box.addEventListener("input", tell);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
      else if (event.key === "Escape") { event.stopPropagation(); leave(); }
    });
    box.value = turns.get(number).view.question;
    asked.replaceWith(form);
    tell();
    box.focus();
  };
};
// A list that opens stays within the window, above its button where there is no room below.
const fit = (box) => {
  const list = box.lastChild;
  list.style.left = "";
  const own = list.getBoundingClientRect(), at = box.getBoundingClientRect();
  list.style.left = `${Math.min(0, innerWidth - 24 - own.width - at.left)}px`;
  list.classList.toggle("up", at.bottom + own.height + 8 > scroller.getBoundingClientRect().bottom);
};
// Who else may answer: listed when it is asked for, since what runs on this machine changes.
const picker = (view) => {
  const choices = h("div", { class: "picks", role: "status" });
  const box = h("details", { class: "models", "data-turn": view.number }, h("summary", { "aria-label": "Ask again with another model", title: "Ask again with another model" }, icon("down")), choices);
  box.addEventListener("toggle", () => {
    if (!box.open) return;
    for (const other of root.querySelectorAll(".models[open]")) if (other !== box) other.open = false;
    choices.replaceChildren(h("p", { class: "about" }, "Looking for models…"));
    fit(box);
    trigger("models", { token: token(), turn: view.number });
  });
  box.addEventListener("keydown", (event) => { if (event.key === "Escape" && box.open) { event.stopPropagation(); box.open = false; box.firstChild.focus(); } });
  return box;
};
const fillPicker = ({ models, turn }) => {
  const box = root.querySelector(`.models[data-turn="${Number(turn)}"]`);
  if (!box?.open) return;
  const use = (model, address) => { box.open = false; retry(Number(turn), false, { model, address }); say("typing"); };
  box.lastChild.replaceChildren(h("p", { class: "about" }, models.length ? "Ask again with" : "Only who may change things here chooses another model."),
    ...models.map(([model, address, name]) => h("button", { type: "button", onclick: () => use(model, address) }, modelName(name))),
    models.length && after(Number(turn)) ? h("p", { class: "about" }, willGo(Number(turn))) : "",
    models.length === 1 ? h("p", { class: "about" }, "No language model was found. The tab Settings says how to add one.") : "");
  fit(box);
};
// That something was done is said in words beside the button, and to who hears the page.
const done = (button, words) => {
  button.parentElement.querySelector(".told")?.remove();
  const told = h("span", { class: "told", role: "status" });
  button.after(told);
  told.textContent = words;
  setTimeout(() => told.remove(), 4000);
};
// The conversation as a file: Markdown, or a page that shows its quotes and can be checked.
const download = ({ name, text, kind }) => {
  const address = URL.createObjectURL(new Blob([text], { type: kind }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
};
const share = () => {
  const ways = [["html", "Web page with its evidence"], ["md", "Markdown"]];
  const box = h("details", { class: "models share" }, h("summary", {}, icon("share"), "Export"), h("div", { class: "picks" },
    ways.map(([form, label]) => h("button", { type: "button", onclick: () => { box.open = false; box.firstChild.focus(); trigger("export", { token: token(), form }); } }, label))));
  box.addEventListener("keydown", (event) => { if (event.key === "Escape" && box.open) { event.stopPropagation(); box.open = false; box.firstChild.focus(); } });
  return box;
};
