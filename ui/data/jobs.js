// Draws uploads on their way: { jobs: [{ name, state, note, share }] }.
const root = element.querySelector(".jobs");
const words = { waiting: "Waiting", reading: "Reading", indexing: "Indexing", added: "Added", unchanged: "Unchanged", skipped: "Skipped" };
function draw() {
  const jobs = (props.value || {}).jobs || [];
  const ended = jobs.every((job) => job.share === 1);
  root.replaceChildren(
    jobs.length ? h("ul", { class: "job-list", "aria-label": "Uploads", role: "list" }, jobs.map((job) =>
      h("li", { class: `job ${job.state}` },
        h("bdi", { class: "job-name" }, job.name),
        h("span", { class: "job-state" }, words[job.state] || ""),
        job.note && h("p", { class: "job-note", dir: "auto" }, job.note),
        job.share < 1 && h("progress", { max: 1, value: job.share, "aria-label": job.name })))) : "",
    jobs.length && ended ? h("button", { type: "button", class: "plain", onclick: () => root.replaceChildren() }, "Clear this list") : "",
    h("p", { class: "away", role: "status" }, jobs.length && ended ? `${jobs.filter((job) => job.state === "added").length} of ${jobs.length} files added` : ""),
  );
}
watch("value", draw);
draw();
