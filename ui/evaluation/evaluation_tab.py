"""The tab Evaluation: runs a suite of gold questions and shows what fails, as the reports do."""

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ui.parts import QUIET, Value, part
from ui.server.private_folder import private_folder

if TYPE_CHECKING:
    import gradio as gr

    from rag import Assistant
    from ui.evaluation.suite_runs import Progress, SuiteRuns

_TEMPLATE_SIGNS = str.maketrans({"{": "&#123;", "}": "&#125;", "$": "&#36;", "`": "&#96;"})
_HEAD = """# Evaluation
Questions with known answers, asked again after every change."""


def build(assistant: "Assistant", *, app: "gr.Blocks", tab: "gr.Tab") -> None:
    """Show the suites, the run of one and its result; call it inside the tab."""
    import gradio as gr

    private_folder()
    desk = _Desk(assistant)
    with gr.Row(elem_classes="head-row"):
        gr.Markdown(_HEAD, elem_classes="lede")
        start = gr.Button("Run the suite", elem_id="evaluation-run", scale=0, min_width=160)
        stop = gr.Button("Stop", visible=False, elem_classes="plain", scale=0, min_width=100)
    chosen = gr.Radio([], label="Suite", show_label=False, container=False, elem_id="suites")
    progress = part("progress")
    result = gr.HTML("", elem_id="evaluation", js_on_load=None, apply_default_css=False)
    with gr.Row(elem_id="evaluation-files"):
        files = [
            gr.DownloadButton(label, visible=False, elem_classes="plain", scale=0, min_width=0)
            for label in ("Download the HTML report", "Download JUnit XML")
        ]
        keep = gr.Button(
            "Keep as the baseline", visible=False, elem_classes="plain", scale=0, min_width=0
        )
    shown = [chosen, progress, result, start, stop, keep, *files]
    running = start.click(
        desk.run, chosen, shown, concurrency_id="evaluation", concurrency_limit=8, **QUIET
    )
    stop.click(desk.show, chosen, shown, cancels=[running], queue=False, **QUIET)
    keep.click(desk.keep, chosen, [progress], **QUIET)
    chosen.input(desk.show, chosen, shown, **QUIET)
    for opened in (app.load, tab.select):
        opened(desk.show, chosen, shown, **QUIET)


class _Desk:
    """What the tab shows of the suites. Shared by all pages; a suite's result is no secret."""

    def __init__(self, assistant: "Assistant") -> None:
        self._assistant = assistant
        self._making = threading.Lock()
        self._made: SuiteRuns | None = None

    def show(self, chosen: object) -> list[object]:
        """Return the suites and the last result of the chosen one."""
        return self._shown(self._suite(chosen)[0])

    def run(self, chosen: object) -> Iterator[list[object]]:
        """Yield how far the run is, then its result; an error is shown over the last one."""
        import gradio as gr

        from rag import FootnoteError

        name, suite = self._suite(chosen)
        off = gr.update(interactive=False)
        ready = {"said": "Getting ready…", "total": 0}
        yield [off, ready, gr.skip(), off, gr.update(visible=True), off, gr.skip(), gr.skip()]
        try:
            for step in self._runs().running(suite):
                yield [gr.skip(), _running(step), *[gr.skip()] * 6]
        except FootnoteError as error:
            yield self._shown(name, problem=str(error))
            return
        yield self._shown(name)

    def keep(self, chosen: object) -> Value:
        """Keep the last result as the baseline, and say so."""
        from rag import FootnoteError

        try:
            self._runs().keep_as_baseline(self._suite(chosen)[1])
        except FootnoteError as error:
            return {"problem": str(error)}
        return {"said": "Kept: later runs are compared with this one."}

    def _runs(self) -> "SuiteRuns":
        # Made at the first use: what evaluation needs would make every start of the page slower.
        from ui.evaluation.suite_runs import SuiteRuns

        with self._making:
            if self._made is None:
                self._made = SuiteRuns(self._assistant)
            return self._made

    def _suite(self, chosen: object) -> tuple[str, Path]:
        """Return the suite of this name, or the first one where a page names none that is known."""
        suites = self._runs().suites()
        name = chosen if isinstance(chosen, str) and chosen in suites else next(iter(suites))
        return name, suites[name]

    def _shown(self, name: str, problem: str = "") -> list[object]:
        import gradio as gr

        runs = self._runs()
        suites = runs.suites()
        last = runs.last(suites[name])
        done = last is not None
        own = suites[name] == runs.own
        return [
            gr.update(choices=list(suites), value=name, interactive=True),
            {"problem": problem, "empty": not done, "file": "" if own else str(runs.own)},
            _section(last) if last else "",
            gr.update(interactive=True),
            gr.update(visible=False),
            gr.update(visible=done and own, interactive=True),
            *(
                gr.update(visible=done, value=str(path) if path else None)
                for path in (_files(last) if last else (None, None))
            ),
        ]


def _section(last: Any) -> str:  # noqa: ANN401  # eval is imported late
    from eval import section

    return _inert(section(last))


def _files(last: Any) -> tuple[Path, Path]:  # noqa: ANN401
    """Return the two reports of a result, written when they are not there yet."""
    from eval import junit, write_reports

    text = junit([last])
    folder = private_folder() / "reports" / hashlib.sha256(text.encode()).hexdigest()[:16]
    paths = folder / "report.html", folder / "junit.xml"
    if not all(path.exists() for path in paths):
        folder.mkdir(parents=True, exist_ok=True)
        write_reports([last], html_path=paths[0], junit_path=paths[1])
    return paths


def _running(step: "Progress | None") -> Value:
    if step is None:
        return {"said": "Another run is going on; yours begins after it.", "total": 0}
    said = f"Question {step.done} of {step.total}" if step.done else f"{step.total} questions"
    return {"said": said, "done": step.done, "total": step.total, "question": step.question}


def _inert(markup: str) -> str:
    """Return HTML in which nothing is a sign of a template: Gradio's component compiles those."""
    return markup.translate(_TEMPLATE_SIGNS)
