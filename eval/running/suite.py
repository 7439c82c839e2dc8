"""Asks the questions of a gold suite, scores the replies, has them judged; no files, no printing.

A judge is a language model that says what it thinks of answers: advice beside the checks, never
their part. What decides is the gate (`eval.comparing.gate`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from eval.metrics.answers import (
    DocumentSpan,
    contains_answer,
    exact_match,
    hit_at,
    quote_faithfulness,
    reciprocal_rank,
    sentence_precision_recall,
    span_precision_recall,
    token_f1,
)
from eval.results import CaseResult, Report, summarise
from eval.running.asking import (
    OnCase,
    by_the_model,
    cited_spans,
    exact_words,
    fingerprint_of,
    ignore,
    overlap,
    plain_text,
    results,
    told,
    with_crash,
    with_reply,
)
from eval.suites.cases import (
    EvidenceError,
    GoldCase,
    HasLibrary,
    SourceText,
    Suite,
    locate,
    source_texts,
)
from rag import Answer, Hit, LanguageModel, MisuseError, ModelError, Scope, Settings, Turn
from rag.internal import judge_messages, with_all_hits

WORDS = ("containment", "exact_match", "f1", "answered")
CITED = ("sentence_precision", "sentence_recall", "quote_faithfulness")
EVIDENCE = ("citation_precision", "citation_recall", "hit@1", "hit@5", "recall@5", "mrr")
LARGE = 2000
"""Cases from which on the passages of those that passed are not kept; reports do not show them."""


class Asked(HasLibrary, Protocol):
    """What is evaluated: an `Assistant`, or anything that replies as one does."""

    def ask(
        self,
        question: str,
        *,
        k: int | None = None,
        history: Sequence[Turn] = (),
        scope: Scope | None = None,
    ) -> Answer:
        """Answer a question from the documents, or abstain.

        `history` has what was asked before. `scope` is given where the case has one.
        """


def run(
    assistant: Asked,
    suite: Suite,
    *,
    k: int | None = None,
    jobs: int = 1,
    on_case: OnCase = ignore,
) -> Report:
    """Ask every question of the suite and score what comes back.

    A question that raises is a crashed case with every score zero, and one whose evidence is not
    in the documents exactly once fails with what to do about it; the others go on.

    Args:
        assistant: what is asked; its documents must hold the suite's evidence.
        suite: the cases; their results are in its order.
        k: passages to retrieve per question; None leaves it to the assistant.
        jobs: threads that ask at once, from 1; the assistant must be safe to share.
        on_case: called with each result as it is ready.
    """
    found = told(run_cases(assistant, suite, k=k, jobs=jobs), on_case)
    return summarise(suite.name, found, fingerprint=fingerprint_of(assistant, suite, k=k))


def run_cases(
    assistant: Asked, suite: Suite, *, k: int | None = None, jobs: int = 1
) -> Iterator[CaseResult]:
    """Yield the result of every case in order, as `run` says."""
    names = {quote.document for case in suite.cases for quote in case.evidence}
    texts = source_texts(assistant.library, names)
    large = len(suite.cases) > LARGE

    def ask(case: GoldCase) -> CaseResult:
        result = run_case(assistant, case, texts, k=k)
        return _slim(result) if large and result.passed else result

    return results(suite.cases, ask, jobs=jobs)


def run_case(
    assistant: Asked,
    case: GoldCase,
    texts: Mapping[str, tuple[SourceText, ...]],
    *,
    k: int | None = None,
) -> CaseResult:
    """Ask one question and score the reply against the case.

    `texts` are the documents that its evidence names, as `source_texts` gives them.
    """
    blank = _blank(case)
    try:
        gold = locate(case, texts)
        answer = with_all_hits(_asked(assistant, case, k=k), assistant, k=k)
        texts_of = {
            c.document_id: assistant.library.document(c.document_id) for c in answer.citations
        }
    except EvidenceError as error:
        scored = dict.fromkeys(metrics_of(case), 0.0)
        return replace(blank, problems=(str(error),), scores=scored, outdated=True)
    except Exception as error:  # noqa: BLE001 - whatever it raises, the case is wrong, the run goes on
        return with_crash(blank, error, metrics=metrics_of(case))
    relevant = {hit.passage.id for hit in answer.hits if _reaches(hit, gold)}
    result = with_reply(blank, answer, relevant=relevant)
    literal = {document_id: document.text for document_id, document in texts_of.items()}
    return replace(
        result,
        problems=problems(case, answer, gold),
        scores=scores(case, answer, gold, literal) if case.answerable else {},
    )


class Judge:
    """Says of each answer whether it gives what was expected.

    A model's judgement of answers is known to favour its own (Zheng et al. 2023, "Judging
    LLM-as-a-judge"), so the answering model is refused.

    Args:
        model: what is asked.
        settings: name the folder of a user's own prompts.
        may_judge_itself: whether answers that the model wrote itself are judged too.
    """

    def __init__(
        self, model: LanguageModel, *, settings: Settings, may_judge_itself: bool = False
    ) -> None:
        self._model = model
        self._settings = settings
        self._may_judge_itself = may_judge_itself

    def judged(self, cases: Iterable[CaseResult]) -> Iterator[CaseResult]:
        """Yield the results with the judgement in each; a crashed one is yielded as it is.

        Raises:
            MisuseError: an answer is by the judge itself, and that was not allowed.
            SettingsError: the prompt cannot be used.
        """
        for case in cases:
            if case.model == self._model.name and not self._may_judge_itself:
                raise MisuseError(
                    f"{case.model} would judge its own answers: name another model, or say "
                    "--judge-self"
                )
            yield case if case.status == "crashed" else replace(case, judged=self._ask(case))

    def _ask(self, case: CaseResult) -> str:
        messages = judge_messages(
            case.question, expected=case.expected, answer=case.text, settings=self._settings
        )
        try:
            first, _, reason = self._model.complete(messages).text.strip().partition("\n")
        except ModelError as error:
            return f"unclear: {error}"
        word = first.strip(" .*:").lower()
        if word not in ("right", "wrong"):
            return "unclear: it did not say right or wrong"
        return f"{word}: {reason.strip()}" if reason.strip() else word


def metrics_of(case: GoldCase) -> tuple[str, ...]:
    """Return the names of the metrics that apply to a case, in the order of the report."""
    if not case.answerable:
        return ()
    return WORDS + CITED + (EVIDENCE if case.evidence else ())


def scores(
    case: GoldCase, answer: Answer, gold: tuple[DocumentSpan, ...], texts: Mapping[str, str]
) -> Mapping[str, float]:
    """Score the reply to an answerable case; the keys are `metrics_of(case)`.

    `texts` are those of the cited documents, by id.
    """
    text, words = plain_text(answer), exact_words(answer, case.answers)
    precision, recall = sentence_precision_recall(answer.sentences)
    quotes = zip(cited_spans(answer), (c.quote for c in answer.citations), strict=True)
    found = {
        "containment": float(contains_answer(text, case.answers)),
        "exact_match": exact_match(words, case.answers),
        "f1": token_f1(words, case.answers),
        "answered": float(answer.status == "answered"),
        "sentence_precision": precision,
        "sentence_recall": recall,
        "quote_faithfulness": quote_faithfulness(quotes, texts),
    }
    return found | evidence_scores(answer, gold) if gold else found


def evidence_scores(answer: Answer, gold: tuple[DocumentSpan, ...]) -> dict[str, float]:
    """Score citations and hits against the located evidence, of which there is at least one.

    A hit is relevant if its passage shares a character with any evidence; `recall@5` is the
    share of the evidence that the first five hits reach.
    """
    precision, recall = span_precision_recall(cited_spans(answer), gold)
    ranked = [hit.passage.id for hit in answer.hits]
    relevant = {hit.passage.id for hit in answer.hits if _reaches(hit, gold)}
    reached = [any(_reaches(hit, (span,)) for hit in answer.hits[:5]) for span in gold]
    return {
        "citation_precision": precision,
        "citation_recall": recall,
        "hit@1": hit_at(ranked, relevant, 1),
        "hit@5": hit_at(ranked, relevant, 5),
        "recall@5": sum(reached) / len(reached),
        "mrr": reciprocal_rank(ranked, relevant),
    }


def problems(case: GoldCase, answer: Answer, gold: tuple[DocumentSpan, ...]) -> tuple[str, ...]:
    """Say in words what is wrong with the reply; empty when the case passes."""
    if not case.answerable:
        return (
            () if answer.status == "abstained" else ("it answered, but the documents do not say",)
        )
    if answer.status == "abstained":
        return ("it gave no answer, but the documents have one",)
    text = plain_text(answer)
    wrong = "the expected answer is not in what it says"
    found = [] if contains_answer(text, case.answers) else [wrong]
    lacking = (wordings for wordings in case.must_include if not contains_answer(text, wordings))
    found += [f"it must also say {' or '.join(map(repr, wordings))}" for wordings in lacking]
    found += [f"it must not say {part!r}" for part in case.must_not_include if _has(text, part)]
    if gold and not any(overlap(span, one) for span in cited_spans(answer) for one in gold):
        found.append("it quotes none of the expected text")
    return tuple(found)


def _asked(assistant: Asked, case: GoldCase, *, k: int | None) -> Answer:
    """Ask a case's question, after the earlier ones that it has no answers of."""
    ask = partial(assistant.ask, scope=case.scope) if case.scope is not None else assistant.ask
    if not case.history:
        return by_the_model(ask(case.question, k=k))
    turns: list[Turn] = []
    for earlier in case.history:
        if earlier.text:
            turns.append(Turn(question=earlier.question, text=earlier.text))
        else:
            answer = by_the_model(ask(earlier.question, k=k, history=turns))
            turns.append(answer.turn)
    return by_the_model(ask(case.question, k=k, history=turns))


def _blank(case: GoldCase) -> CaseResult:
    return CaseResult(
        id=case.id,
        question=case.question,
        answerable=case.answerable,
        critical=case.critical,
        tags=case.tags,
        expected=case.answers,
        must_include=case.must_include,
        evidence=case.evidence,
        file=case.file,
        line=case.line,
        scope=case.scope.words if case.scope else "",
        status="crashed",
    )


def _slim(result: CaseResult) -> CaseResult:
    cited = tuple(replace(citation, passage="") for citation in result.citations)
    return replace(result, citations=cited, retrieved=())


def _reaches(hit: Hit, gold: tuple[DocumentSpan, ...]) -> bool:
    passage = (hit.passage.document_id, hit.passage.start, hit.passage.end)
    return any(overlap(passage, span) for span in gold)


def _has(text: str, part: str) -> bool:
    return contains_answer(text, (part,))
