"""The tab Evaluation, which runs suites of gold questions, and the form that makes new ones."""

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from rag import Answer, Assistant, Document, FootnoteError
from ui.articles import Libraries, article, serving
from ui.guard import ONLY_ASKS, private_folder
from ui.parts import (
    NOBODY,
    QUIET,
    Sender,
    Sent,
    Value,
    answering,
    answering_sender,
    only_asks,
    part,
    telling,
)

if TYPE_CHECKING:
    import gradio as gr
    from gradio.events import Dependency

    from eval import Proposal, Quote
    from ui.suite_runs import Progress, SuiteRuns


_OWN_ONCE_SAVED = """(chosen, bar) => {
  const own = window.footnoteSaid?.delete("gold-saved");
  return [chosen, { ...bar, own }];
}"""
"""Has the own suite chosen once after a question was saved to it, whatever was chosen before."""
_HEAD = """<h1>Evaluation</h1>
<p>Questions with known answers, asked again after every change.</p>"""
AnswerOf = Callable[[Sent, Sender], Answer | None]
"""Given what a thumb sent: the answer that it is about; None where there is none."""
_NO_MORE = "No other question to propose: no other sentence is answered for sure today."
_TITLES = 500
"""Articles that the form offers, those of the answer first."""
_MOST_PICKS = 50
PLAIN: dict[str, Any] = {"elem_classes": "plain", "scale": 0}
_LONGEST = 2000
"""Characters of the question and of the answers."""


class GoldQuestions:
    """Prepares the form and writes what comes back from it; whoever sends it, all is checked."""

    def __init__(self, assistant: Assistant, *, answer_of: AnswerOf) -> None:
        self._assistant = assistant
        self._answer_of = answer_of
        self._drafts = _Drafts(assistant)

    def open(self, sent: Sent, sender: Sender = NOBODY) -> Value:
        """Return the form, filled in from the answer that a thumb was given to."""
        answer = self._answer_of(sent, sender)
        if answer is None:
            return {"problem": "The answer is not kept any more: ask the question again."}
        good = sent.get("good") is True
        try:
            return {
                "form": {
                    "good": good,
                    "question": answer.searched or answer.question,
                    "answer": _said(answer) if good and answer.status == "answered" else "",
                    "abstain": good and answer.status == "abstained",
                    "documents": self._titles(_near(answer)),
                    "picks": list(self._cited(answer)) if good else [],
                }
            }
        except FootnoteError as error:
            return {"problem": str(error)}

    def draft(self, sent: Sent) -> Value:
        """Return the form, filled in with the next proposal after the one that was sent."""
        try:
            return self._drafted(sent) or {"saved": _NO_MORE}
        except FootnoteError as error:
            return {"problem": str(error)}

    def save(self, sent: Sent) -> Value:
        """Add what the form says to the file of gold questions; say so, or what is wrong.

        Where it was a proposal, the form is filled in with the next one.
        """
        problem = ONLY_ASKS if only_asks() else self._add(sent)
        if problem:
            return {"problem": problem}
        said = f"Saved to {self._assistant.settings.gold_file.name}: the suite's next run asks it."
        if "draft" not in sent:
            return {"saved": said}
        more = self.draft(sent)
        return {**more, "saved": f"{said} {more.get('saved', '')}".strip()}

    def _add(self, sent: Sent) -> str:
        """Add a case and return nothing, or what is wrong."""
        from eval import add_case, wordings

        question = str(sent.get("question") or "")[:_LONGEST].strip()
        abstain = sent.get("abstain") is True
        answers = str(sent.get("answer") or "")[:_LONGEST].splitlines()
        given = [] if abstain else [line.strip() for line in answers if line.strip()]
        must = wordings(given) if sent.get("every") is True else []
        if must:
            given = list(dict.fromkeys(wording for item in must for wording in item))
        if not question:
            return "The question is empty: write what should be asked."
        if not abstain and not given:
            return "Write what it should have said, or choose that it should abstain."
        path = self._assistant.settings.gold_file
        try:
            evidence = () if abstain else tuple(self._quotes(sent.get("picks")))
            add_case(
                path,
                self._assistant.library,
                question=question,
                answers=given,
                must_include=must,
                evidence=evidence,
                answerable=not abstain,
            )
        except FootnoteError as error:
            return str(error)
        return ""

    def _drafted(self, sent: Sent) -> Value | None:
        before = sent.get("draft")
        after = before if isinstance(before, int) and not isinstance(before, bool) else -1
        found = self._drafts.after(after)
        if found is None:
            return None
        number, one = found
        return {
            "form": {
                "good": True,
                "draft": number,
                "shown": self._drafts.count(),
                "question": one.question,
                "answer": "\n".join(one.answers),
                "abstain": False,
                "documents": self._titles([one.document_id]),
                "picks": [(one.document_id, one.ordinal)],
            }
        }

    def _titles(self, near: Sequence[str]) -> list[Value]:
        order = {known: place for place, known in reversed([*enumerate(near)])}
        found = sorted(
            reversed(self._assistant.library.documents()), key=lambda d: order.get(d.id, len(order))
        )
        return [{"id": d.id, "title": d.card.title} for d in found[:_TITLES]]

    def _cited(self, answer: Answer) -> Iterator[tuple[str, int]]:
        """Give document and place of each sentence that the answer's citations touch."""
        for citation in answer.citations:
            for sentence in self._assistant.library.document(citation.document_id).sentences:
                if sentence.start < citation.end and citation.start < sentence.end:
                    yield sentence.document_id, sentence.ordinal

    def _quotes(self, picks: object) -> "Iterator[Quote]":
        """Give the picked sentences as evidence; those that follow each other are one quote."""
        from eval import Quote

        for document_id, places in _by_document(picks).items():
            document = self._assistant.library.document(document_id)
            name = PurePath(document.summary.card.source).name
            for first, last in _runs(places, within=len(document.sentences)):
                yield Quote(document=name, quote=_text(document, first, last))


class _Drafts:
    """Proposals for gold questions, each made once it is asked for. Shared by all pages."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._making = threading.Lock()
        self._edition = ""
        self._found: list[Proposal] = []
        self._more: Iterator[Proposal] = iter(())
        self._shown = itertools.count()

    def count(self) -> int:
        """Return another number each time."""
        return next(self._shown)

    def after(self, number: int) -> "tuple[int, Proposal] | None":
        """Return the next proposal that is no case yet, with its number; None where none is left.

        Raises:
            FootnoteError: The file of gold questions or the library cannot be read.
        """
        from eval import known_cases, proposals

        asked = {case.question for case in known_cases(self._assistant.settings.gold_file)}
        with self._making:
            self._assistant.library.seed()
            edition = self._assistant.library.edition()
            if edition != self._edition:
                self._edition, self._found = edition, []
                self._more = proposals(self._assistant, known=asked)
            while True:
                number = max(number, -1) + 1
                while number >= len(self._found):
                    one = next(self._more, None)
                    if one is None:
                        return None
                    self._found.append(one)
                if self._found[number].question not in asked:
                    return number, self._found[number]


def build(libraries: Libraries, *, tab: "gr.Tab", bar: "gr.HTML") -> None:
    """Show the suites, the run of one and its result, of the library that the bar names."""
    import gradio as gr

    private_folder()
    desk = _Desk(libraries)
    with gr.Row(elem_classes="head-row"):
        gr.HTML(_HEAD, elem_classes="lede", js_on_load=None)
        draft = gr.Button("Propose questions", elem_id="evaluation-propose", **PLAIN, min_width=150)
        start = gr.Button("Run the suite", elem_id="evaluation-run", scale=0, min_width=160)
        stop = gr.Button("Stop", visible=False, **PLAIN, min_width=100)
    with gr.Row(elem_id="evaluation-choice"):
        chosen = gr.Radio([], label="Suite", show_label=False, container=False, elem_id="suites")
        with gr.Row(elem_id="evaluation-files"):
            keep = gr.Button("Compare later runs with this", visible=False, **PLAIN, min_width=0)
            files = [
                gr.DownloadButton(label, visible=False, **PLAIN, min_width=0)
                for label in ("Download the report", "JUnit XML for CI")
            ]
    progress = part("progress")
    result = gr.HTML("", elem_id="evaluation", js_on_load=None, apply_default_css=False)
    shown = [chosen, progress, result, start, stop, keep, *files]
    once = QUIET | {"trigger_mode": "once"}
    running = start.click(
        desk.run, [chosen, bar], shown, concurrency_id="evaluation", concurrency_limit=8, **once
    )
    stop.click(desk.show, [chosen, bar], shown, cancels=[running], queue=False, **QUIET)
    keep.click(desk.keep, [chosen, bar], [progress], **QUIET)
    chosen.input(desk.show, [chosen, bar], shown, **QUIET)
    questions, form, saved = _form(libraries, answer_of=lambda *_: None, elem_id="gold-drafts")
    draft.click(lambda bar: questions(bar).draft({}), bar, form, **once)
    for shows in (tab.select, saved.then):
        shows(desk.show, [chosen, bar], shown, js=_OWN_ONCE_SAVED, **QUIET)


def build_gold_form(libraries: Libraries, *, log: "gr.HTML", answer_of: AnswerOf) -> None:
    """Add the form, which opens at the event 'thumb' of the conversation's part `log`."""
    questions, form, _ = _form(libraries, answer_of=answer_of, elem_id="gold")
    opened = answering_sender(lambda sent, sender: questions(sent).open(sent, sender))
    log.thumb(opened, None, form, **QUIET)


def _form(
    libraries: Libraries, *, answer_of: AnswerOf, elem_id: str
) -> "tuple[Callable[[object], GoldQuestions], gr.HTML, Dependency]":
    """Return what prepares the form, its part, and what happens when it was saved."""
    questions = libraries.each(partial(GoldQuestions, answer_of=answer_of))
    form = part("gold", elem_id=elem_id, server_functions=[serving(libraries, article)])
    save = answering(lambda sent: questions(sent).save(sent))
    saved: Dependency = form.save(save, None, form, **QUIET)
    form.skip(answering(lambda sent: questions(sent).draft(sent)), None, form, **QUIET)
    return questions, form, saved


class _Desk:
    """What the tab shows of the suites. Shared by all pages; a suite's result is no secret."""

    def __init__(self, libraries: Libraries) -> None:
        self._runs = libraries.each(_suite_runs)

    def show(self, chosen: object, bar: object) -> list[object]:
        """Return the suites and the last result of the chosen one."""
        with telling():
            return self._shown(self._suite(chosen, bar)[0], bar)

    def run(self, chosen: object, bar: object) -> Iterator[list[object]]:
        """Yield how far the run is, then its result; an error is shown over the last one."""
        import gradio as gr

        with telling():
            name, suite = self._suite(chosen, bar)
        if only_asks():
            yield self._shown(name, bar, problem=ONLY_ASKS)
            return
        off = gr.update(interactive=False)
        ready = {"said": "Getting ready…", "total": 0}
        yield [off, ready, gr.skip(), off, gr.update(visible=True), off, gr.skip(), gr.skip()]
        try:
            for step in self._runs(bar).running(suite):
                yield [gr.skip(), _running(step), *[gr.skip()] * 6]
        except FootnoteError as error:
            yield self._shown(name, bar, problem=str(error))
            return
        yield self._shown(name, bar)

    def keep(self, chosen: object, bar: object) -> Value:
        """Keep the last result as the baseline, and say so."""
        if only_asks():
            return {"problem": ONLY_ASKS}
        try:
            self._runs(bar).keep_as_baseline(self._suite(chosen, bar)[1])
        except FootnoteError as error:
            return {"problem": str(error)}
        return {"said": "Kept: later runs are compared with this one."}

    def _suite(self, chosen: object, bar: object) -> tuple[str, Path]:
        """Return the suite of this name, or the first one where a page names none that is known.

        Where a question was just saved, that is the first one too: the user's own.
        """
        suites = self._runs(bar).suites()
        saved = isinstance(bar, dict) and bar.get("own") is True
        known = isinstance(chosen, str) and chosen in suites and not saved
        name = str(chosen) if known else next(iter(suites))
        return name, suites[name]

    def _shown(self, name: str, bar: object, problem: str = "") -> list[object]:
        import gradio as gr

        from ui.suite_runs import section_of

        runs = self._runs(bar)
        suites = runs.suites()
        last = runs.last(suites[name])
        done = last is not None
        own = suites[name] == runs.own
        told = runs.since(suites[name]) if not problem else ""
        return [
            gr.update(choices=list(suites), value=name, interactive=True),
            {
                "problem": problem,
                "said": told,
                "empty": not done,
                "file": "" if own else str(runs.own),
            },
            section_of(last, name=name) if last else "",
            gr.update(interactive=True),
            gr.update(visible=False),
            gr.update(visible=done and own, interactive=True),
            *(
                gr.update(visible=done, value=str(path) if path else None)
                for path in runs.files(suites[name])
            ),
        ]


def _suite_runs(assistant: Assistant) -> "SuiteRuns":
    # At the first use: what evaluation needs would make every start of the page slower.
    from ui.suite_runs import SuiteRuns

    return SuiteRuns(assistant)


def _running(step: "Progress | None") -> Value:
    if step is None:
        return {"said": "Another run is going on; yours begins after it.", "total": 0}
    said = f"Question {step.done} of {step.total}" if step.done else f"{step.total} questions"
    return {"said": said, "done": step.done, "total": step.total, "question": step.question}


def _near(answer: Answer) -> list[str]:
    """Return the ids of the documents that an answer cites, then of those that it was found in."""
    cited = [citation.document_id for citation in answer.citations]
    return [*cited, *(hit.passage.document_id for hit in answer.hits)]


def _said(answer: Answer) -> str:
    """Return what an accepted answer may be: the short one, or what the sentences say."""
    return answer.short or " ".join(sentence.text for sentence in answer.sentences)


def _by_document(picks: object) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for pick in picks[:_MOST_PICKS] if isinstance(picks, list) else ():
        match pick:
            case [str(document), int(place)] if not isinstance(place, bool):
                found.setdefault(document, set()).add(place)
    return found


def _runs(places: Iterable[int], *, within: int) -> Sequence[tuple[int, int]]:
    """Return first and last of each run of consecutive places from 0 to less than `within`."""
    runs: list[tuple[int, int]] = []
    for place in sorted(place for place in places if 0 <= place < within):
        if runs and runs[-1][1] == place - 1:
            runs[-1] = runs[-1][0], place
        else:
            runs.append((place, place))
    return runs


def _text(document: Document, first: int, last: int) -> str:
    return document.text[document.sentences[first].start : document.sentences[last].end]
