// The bar: which model answers, and light or dark. Its value: {model}.
const root = element.querySelector(".bar");
const leaving = gone("bar");
const model = h("b", {});
const scheme = () => document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
const turnOver = () => {
  const wanted = scheme() === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = wanted;
  try { localStorage.setItem("footnote-theme", wanted); } catch { /* then it lasts until the next load */ }
};
root.replaceChildren(
  h("span", { class: "brand" }, "Footnote"),
  h("span", { class: "grow" }),
  h("span", { class: "model", title: "What writes the answers" }, h("span", { class: "dot" }), model),
  h("button", { type: "button", class: "theme", "aria-label": "Switch between light and dark", title: "Switch between light and dark", onclick: turnOver }),
);
// Tabs by arrow keys, as https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ has them; Gradio's are buttons.
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.('[role="tab"]');
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!tab || !step || event.altKey || event.ctrlKey || event.metaKey) return;
  const all = [...tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')].filter((each) => each.checkVisibility());
  const next = all[(all.indexOf(tab) + step + all.length) % all.length];
  event.preventDefault();
  next.click();
  next.focus();
}, { signal: leaving });
const show = (name) => { if (name) model.textContent = modelName(name); };
watch("value", () => show(props.value?.model));
hear("model", show, leaving);
show(props.value?.model);
