// Draws uploads on their way: { jobs: [{ name, state, note, share, article }] }; of one that was there
// already it says "open" with the article.
const root = element.querySelector(".jobs");
const words = { waiting: "Waiting", reading: "Reading", indexing: "Indexing", added: "Added", unchanged: "Unchanged", skipped: "Skipped" };
const MOST = 20_000_000; // as `ui.guard` has it; the server's own refusal reaches the page without a word
const OVER = ["added", "unchanged", "skipped"];
const FEW = 3; // files that are all shown when they have come in
// "12 articles added, 1 not read: notes.bin (it is no text)."
const tally = (jobs) => {
  const many = (state) => jobs.filter((job) => job.state === state).length, not = jobs.filter((job) => job.state === "skipped");
  const parts = [many("added") && `${count(many("added"), "article")} added`, many("unchanged") && `${many("unchanged")} there already`, not.length && `${not.length} not read`].filter(Boolean);
  const why = not.slice(0, 2).map((job) => `${job.name} (${job.note.replace(/[.]$/, "").replace(/^[A-Z](?=[a-z])/, (c) => c.toLowerCase())})`).join("; ");
  return `${parts.join(", ")}${why ? `: ${why}${not.length > 2 ? "; and others" : ""}` : ""}.`;
};
let underway = false; // whether uploads are on their way that were shown already
let tooLarge = [], broken = false; // whether nothing more will be told of these uploads
const leaving = gone("jobs");

// Of chosen or dropped files those that are too large are told, and the others go their way.
function sift(event) {
  const zone = event.target.closest?.("#library-drop");
  const files = [...((event.type === "drop" ? event.dataTransfer : event.target)?.files || [])];
  if (!zone || files.every((file) => file.size <= MOST)) return;
  event.stopImmediatePropagation();
  event.preventDefault();
  tooLarge = files.filter((file) => file.size > MOST).map((file) => ({ name: file.name, state: "skipped", share: 1, note: "It is larger than 20 MB, the most that this page takes of one file: split it into smaller files, or add a table (CSV, TSV) of up to 100 MB with `footnote add FILE`." }));
  const kept = new DataTransfer();
  files.filter((file) => file.size <= MOST).forEach((file) => kept.items.add(file));
  const input = zone.querySelector("input[type=file]");
  input.files = kept.files;
  draw();
  if (kept.files.length) input.dispatchEvent(new Event("change", { bubbles: true }));
}
for (const kind of ["change", "drop"]) document.addEventListener(kind, sift, { capture: true, signal: leaving });

const BROKEN = "The connection broke off: look whether it is in the list below, and add it again if it is not.";
function draw() {
  const told = (props.value || {}).jobs || [];
  const jobs = [...tooLarge, ...(broken ? told.map((job) => (job.share < 1 ? { ...job, state: "skipped", share: 1, note: BROKEN } : job)) : told)];
  const ended = jobs.every((job) => OVER.includes(job.state)), begins = !ended && !underway;
  underway = !ended;
  const list = (some) => h("ul", { class: "job-list", "aria-label": "Uploads", role: "list" }, some.map((job) =>
    h("li", { class: `job ${job.state}` },
      h("bdi", { class: "job-name" }, job.name),
      h("span", { class: "job-state" }, words[job.state] || ""),
      (job.note || job.article) && h("p", { class: "job-note", dir: "auto" }, asSentence(job.note), job.article && [" ", h("button", { type: "button", class: "plain", "aria-label": `Open ${job.article.title}`, onclick: () => say("open", job.article) }, "Open it")]),
      job.share < 1 && h("progress", { max: 1, value: job.share, "aria-label": job.name }))));
  // Of several that have come in, one line, with all of them folded.
  const fold = ended && jobs.length > 1;
  root.replaceChildren(
    fold ? h("p", { class: "note", dir: "auto" }, tally(jobs)) : "",
    fold ? h("details", { class: "folded", open: jobs.length <= FEW }, h("summary", {}, `Show the ${count(jobs.length, "file")}`), list(jobs)) : jobs.length ? list(jobs) : "",
    jobs.length && ended ? h("button", { type: "button", class: "plain", onclick: () => { tooLarge = []; root.replaceChildren(); } }, "Clear this list") : "",
    h("p", { class: "away", role: "status" }, jobs.length && ended ? `${jobs.filter((job) => job.state === "added").length} of ${jobs.length} files added` : ""),
  );
  if (begins) root.scrollIntoView({ block: "nearest" }); // who drops files far down in the list sees what becomes of them
}
hear("lost", ({ under }) => { const told = props.value?.jobs; if (under && told?.some((job) => job.share < 1)) { broken = true; draw(); } }, leaving);
watch("value", () => { broken = false; draw(); });
draw();
