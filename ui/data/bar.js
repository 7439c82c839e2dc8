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
const show = (name) => { if (name) model.textContent = name; };
watch("value", () => show(props.value?.model));
hear("model", show, leaving);
show(props.value?.model);
