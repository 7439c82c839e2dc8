// The question box. The log asks what it says; it triggers 'stop' {token}.
const root = element.querySelector(".composer");
const leaving = gone("composer");
const LONGEST = 2000;
let busy = false;
const box = h("textarea", { id: "question", rows: 1, maxlength: LONGEST, "aria-label": "Your question", placeholder: "Ask about your articles", autocomplete: "off", enterkeyhint: "send" });
const ask = h("button", { type: "submit", class: "send", "aria-label": "Ask", title: "Ask (Enter)" }, icon("send"));
const stop = h("button", { type: "button", class: "send halt", "aria-label": "Stop", title: "Stop (Esc)", hidden: true }, icon("stop"));
const grow = () => { box.style.height = "auto"; box.style.height = `${Math.min(box.scrollHeight, 160)}px`; };
const send = () => {
  const question = box.value.trim();
  if (!question || busy) return;
  box.value = "";
  box.style.height = "auto";
  say("asked", question);
};
const halt = () => { say("halted"); trigger("stop", { token: token() }); box.focus(); };
const form = h("form", {}, box, ask, stop);
form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
stop.addEventListener("click", halt);
box.addEventListener("input", grow);
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
  else if (event.key === "Escape" && busy) { event.stopPropagation(); halt(); }
});
root.replaceChildren(form, h("p", { class: "keys", "aria-hidden": "true" }, h("kbd", {}, "Enter"), " to ask · ", h("kbd", {}, "/"), " to return here · ", h("kbd", {}, "Alt"), " ", h("kbd", {}, "→"), " next source"));
hear("busy", (now) => {
  if (now === busy) return;
  const held = document.activeElement === ask || document.activeElement === stop;
  busy = now;
  ask.hidden = busy;
  stop.hidden = !busy;
  if (held) (busy ? stop : ask).focus();
}, leaving);
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName);
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && box.checkVisibility()) { event.preventDefault(); box.focus(); }
}, { signal: leaving });
if (matchMedia("(min-width: 901px)").matches) box.focus({ preventScroll: true });
