// Draws how far a run is: { said, done, total, question, problem, empty, file }.
const root = element.querySelector(".progress");
const leaving = gone("progress");
let broken = false;
const BROKEN = "The connection broke off while the suite ran: press Stop, and run it again.";
function draw() {
  const value = props.value || {};
  const { said, done, total, question, problem, empty, file } = broken && "total" in value ? { problem: BROKEN } : value;
  root.replaceChildren(
    problem ? h("p", { class: "problem", role: "alert" }, asSentence(problem)) : "",
    said ? h("div", { class: total || total === 0 ? "running now" : "running", role: "status" }, h("span", { class: "said" }, said),
      total ? h("progress", { max: total, value: done, "aria-label": "Questions asked" }) : "",
      question ? h("bdi", { class: "question-now" }, question) : "") : "",
    empty ? h("div", { class: "none" }, h("h2", {}, "Not run yet"),
      h("p", {}, "Every question of the suite is asked, and each answer is held against what is known to be right."),
      file ? h("p", {}, "A thumb down under an answer makes a question of your own; they are kept in ", h("code", {}, file), ".") : "") : "",
  );
}
hear("lost", ({ under }) => { if (under) { broken = true; draw(); } }, leaving);
watch("value", () => { broken = false; draw(); });
draw();
