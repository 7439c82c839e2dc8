// A web page by its address, or a text that is pasted. It triggers 'bring' {address} or {text, title}.
const root = element.querySelector(".bring");
const LONGEST = 1000000; // characters of a text, as `ui.additions` has it
const address = h("input", { id: "bring-address", type: "url", maxlength: 2000, placeholder: "https://… a web page", "aria-label": "Address of a web page", autocomplete: "off", spellcheck: "false" });
const title = h("input", { id: "bring-title", type: "text", maxlength: 80, placeholder: "Title (or its first line)", "aria-label": "Title of the text", autocomplete: "off" });
const text = h("textarea", { id: "bring-text", rows: 7, maxlength: LONGEST, placeholder: "Paste a text", "aria-label": "Text" });
const fetching = h("form", {}, address, h("button", { type: "submit", class: "plain" }, "Add page"));
const pasting = h("form", { class: "pasting", hidden: true }, title, text, h("button", { type: "submit", class: "plain" }, "Add text"));
const toggle = h("button", { type: "button", class: "plain", "aria-expanded": "false", onclick: () => {
  pasting.hidden = !pasting.hidden;
  toggle.setAttribute("aria-expanded", String(!pasting.hidden));
  if (!pasting.hidden) text.focus();
} }, "Paste a text");
fetching.append(toggle);
fetching.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!address.value.trim()) return address.focus();
  trigger("bring", { address: address.value.trim() });
  address.value = "";
});
pasting.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!text.value.trim()) return text.focus();
  trigger("bring", { text: text.value, title: title.value });
  text.value = title.value = "";
  pasting.hidden = true;
  toggle.setAttribute("aria-expanded", "false");
  toggle.focus();
});
root.replaceChildren(fetching, pasting);
