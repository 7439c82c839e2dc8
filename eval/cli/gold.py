"""Carries out what keeps gold files: `footnote gold`, and the words of `footnote eval` for them."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from eval.cli.opening import library_settings
from eval.datasets.formats import (
    as_lines,
    as_promptfoo,
    as_squad,
    beir_rows,
    left_out,
    load_beir,
    write_beir,
)
from eval.datasets.squad import load_squad, squad_rows
from eval.suites.cases import EvidenceError, GoldError, Quote, named, source_texts
from eval.suites.files import load_suite
from eval.suites.new_cases import (
    Maker,
    ModelMaker,
    Proposal,
    add_case,
    check_addable,
    known_cases,
    proposals,
    suggested,
    wordings,
)
from eval.suites.repair import Renewal, lint, renew, renewals, unproven_note, unsure
from eval.suites.turning import turned
from rag import Assistant, MisuseError, Settings, load_model
from rag.internal import data_text, logged_questions, scope_among


def add(args: argparse.Namespace) -> int:
    """Add a case and say so; a note follows where its answer is not in its quote.

    Raises:
        MisuseError: the arguments do not go together, or the case is not as it should be.
        OperationError: the library or the file cannot be used.
    """
    if len(args.document) != len(args.quote):
        raise MisuseError("each --quote needs its --document, and each --document its --quote")
    if args.abstain and (args.answer or args.quote or args.must_include):
        raise MisuseError(
            "--abstain goes with no --answer, --quote or --must-include: nothing answers it"
        )
    if not (args.abstain or args.answer):
        raise MisuseError(
            "name what is right by --answer, or say --abstain where the articles do not answer it"
        )
    if not all(wordings([item]) for item in args.must_include):
        raise MisuseError(
            "--must-include needs what must be said, such as 'two days' or '2 days|two days': "
            "leave it out where nothing must"
        )
    pairs = zip(args.document, args.quote, strict=True)
    with Assistant.open(Settings.load(library=getattr(args, "library", None))) as assistant:
        assistant.library.seed()
        scope = scope_among(vars(args))
        if scope is not None:
            assistant.search(args.question, k=1, scope=scope)  # a scope without articles is refused
        case = add_case(
            Path(args.file),
            assistant.library,
            question=args.question,
            answers=args.answer,
            must_include=wordings(args.must_include),
            evidence=[Quote(document=document, quote=quote) for document, quote in pairs],
            answerable=not args.abstain,
            critical=args.critical,
            tags=args.tag,
            notes=args.notes,
            case_id=args.id,
            scope=scope,
        )
    sys.stdout.write(f"added {case.id} to {args.file}\n")
    if note := unproven_note(case):
        sys.stderr.write(f"{note}\n")
    return 0


def suggest(args: argparse.Namespace) -> int:
    """Print the questions asked that are no cases yet.

    Raises:
        MisuseError: no question is logged, or a gold file is not as it should be.
    """
    settings = Settings.load(library=getattr(args, "library", None))
    if settings.log is False:
        raise MisuseError(
            "questions are not logged: set FOOTNOTE_LOG=1, which keeps them on this machine, and "
            "ask some"
        )
    known = [case for path in args.files for case in load_suite(Path(path)).cases]
    found = suggested(logged_questions(settings), known)
    if not found:
        sys.stdout.write("no logged question that is not a case already\n")
    for one in found[: args.limit]:
        sys.stdout.write(
            f"{one.status:<9}  confidence {one.confidence:.2f}  asked {one.times} "
            f"{'time' if one.times == 1 else 'times'}  {' '.join(one.question.split())}\n"
        )
    return 0


def print_schema(_: argparse.Namespace) -> int:
    """Print the gold format as JSON Schema."""
    sys.stdout.write(data_text("eval", "gold.schema.json"))
    return 0


def lint_files(args: argparse.Namespace) -> int:
    """Print all that is wrong or unsure; return 1 where anything is wrong.

    Raises:
        MisuseError: a file is empty, or the library is not there.
    """
    paths = [Path(path) for path in args.files]
    if hasattr(args, "library"):
        with Assistant.open(library_settings(args)) as assistant:
            assistant.library.seed()
            found = _written(lint(paths, assistant.library))
    else:
        found = _written(lint(paths))
    noted = _written(unsure(paths))
    if not found and not noted:
        sys.stdout.write(
            f"{len(paths)} gold {'file is' if len(paths) == 1 else 'files are'} well\n"
        )
    return 1 if found else 0


def _written(sentences: Iterable[str]) -> int:
    """Write each sentence as it comes, also where the next one raises; return how many came."""
    return sum(bool(sys.stdout.write(sentence + "\n")) for sentence in sentences)


def import_set(args: argparse.Namespace) -> int:
    """Print a set of another format as gold rows; its articles go into the library, if named.

    Raises:
        MisuseError: the set is not in the form it should have.
    """
    if args.form == "squad":
        squad = load_squad(Path(args.path))
        articles, rows = squad.articles, squad_rows(squad)
    else:
        beir = load_beir(Path(args.path))
        articles, rows = beir.articles, beir_rows(beir)
    if hasattr(args, "library"):
        with Assistant.open(library=args.library) as assistant:
            report = assistant.library.add_articles(articles)
        sys.stderr.write(f"{len(report.of('added'))} articles added to {args.library}\n")
    sys.stdout.write(as_lines(rows))
    return 0


def export_suite(args: argparse.Namespace) -> int:
    """Print or write a suite in another format.

    Raises:
        MisuseError: the suite cannot be read, or a document of it is not in the library.
    """
    suite = load_suite(Path(args.suite))
    lost = left_out(suite, args.to)
    if lost:
        sys.stderr.write(
            f"{len(lost)} of {len(suite.cases)} cases are left out, which {args.to} cannot hold: "
            f"{', '.join(lost)}\n"
        )
    if args.to == "promptfoo":
        sys.stdout.write(as_promptfoo(suite))
        return 0
    if args.to == "beir" and not args.out:
        raise MisuseError("a BEIR set is a folder: name it with --out DIR")
    names = {quote.document for case in suite.cases for quote in case.evidence}
    with Assistant.open(library_settings(args)) as assistant:
        assistant.library.seed()
        texts = source_texts(assistant.library, names)
    missing = sorted(names - set(texts))
    if missing:
        raise MisuseError(f"document {missing[0]!r} is not in the library: add it and export again")
    if args.to == "beir":
        write_beir(suite, texts, Path(args.out))
        return 0
    try:
        sys.stdout.write(as_squad(suite, texts))
    except EvidenceError as error:
        raise GoldError(str(error)) from error
    return 0


def repair(args: argparse.Namespace) -> int:
    """Propose new evidence where a document changed; return 0 where all of it stands now, else 1.

    Without a terminal nothing is asked, and nothing is written but with `--yes`.

    Raises:
        MisuseError: the gold file is not as it should be, or cannot be repaired for sure.
        OperationError: the library or the file cannot be used.
    """
    path = Path(args.file)
    suite = load_suite(path)
    with Assistant.open(library_settings(args)) as assistant:
        assistant.library.seed()
        found, others = renewals(suite.cases, assistant.library)
    for other in others:
        sys.stdout.write(f"{other}\n")
    if not found:
        if not others:
            sys.stdout.write(f"every quote of {path} stands in its document\n")
        return 1 if others else 0
    accepted = [one for one in found if _shown_and_accepted(one, args)]
    renew(path, accepted)
    sys.stdout.write(f"{len(accepted)} of {_quotes(len(found))} renewed in {path}\n")
    if not accepted and not args.yes and not _terminal():
        sys.stdout.write("nothing was written: run it in a terminal to choose, or with --yes\n")
    return 0 if len(accepted) == len(found) and not others else 1


def draft(args: argparse.Namespace) -> int:
    """Propose questions with their evidence one by one, and add those that a person accepts.

    Without a terminal they are printed and nothing is written.

    Raises:
        MisuseError: the gold file is not as it should be, or an article is not in the library.
        OperationError: the library or the file cannot be used.
    """
    path = Path(args.file)
    check_addable(path)
    questions = [case.question for case in known_cases(path)]
    shown = added = 0
    settings = library_settings(args).changed(log=False)
    if args.llm:
        settings = settings.changed(llm=args.llm)
    with Assistant.open(settings) as assistant:
        assistant.library.seed()
        chosen = _ids(assistant, args.document)
        found = proposals(assistant, documents=chosen, known=questions, make=_maker(assistant))
        for one in islice(found, args.limit):
            shown += 1
            sys.stdout.write("\n".join(_proposed(one)) + "\n")
            if _terminal():
                reply = _settled(path, assistant, one)
                added += reply == "a"
                if reply == "q":
                    break
    if not shown:
        sys.stdout.write(
            "no question to propose: no other sentence gives one that is answered for sure today\n"
        )
    elif _terminal():
        sys.stdout.write(f"{added} of {shown} added to {path}\n")
    else:
        sys.stdout.write("nothing was written: run it in a terminal to accept, edit or skip each\n")
    return 0


def _terminal() -> bool:
    """Tell whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _asked(prompt: str, *, allowed: str) -> str:
    """Ask until the reply is one of the allowed letters; the end of the input is the last one."""
    while True:
        try:
            reply = input(prompt).strip().lower()[:1]
        except EOFError:
            sys.stdout.write("\n")
            return allowed[-1]
        if reply and reply in allowed:
            return reply


def _maker(assistant: Assistant) -> Maker:
    """Return what makes questions: the model that answers, or word order where there is none."""
    model = load_model(assistant.settings.llm, assistant.settings)
    return turned if model is None else ModelMaker(model, settings=assistant.settings)


def _ids(assistant: Assistant, names: Sequence[str]) -> frozenset[str] | None:
    meant = named(assistant.library, names)
    for name in names:
        if name not in meant:
            raise MisuseError(f"{name!r} is not in the library: name it as `footnote list` does")
    return frozenset(one.id for found in meant.values() for one in found) if names else None


def _proposed(one: Proposal) -> Iterator[str]:
    yield f"question: {one.question}"
    yield f"  answer: {' | '.join(one.answers)}"
    yield f"  {one.evidence.document}: {' '.join(one.evidence.quote.split())}"


def _settled(path: Path, assistant: Assistant, one: Proposal) -> str:
    """Ask what becomes of a proposal, and do it: "a" where it was added, else "s" or "q"."""
    question, answers = one.question, one.answers
    while True:
        reply = _asked("  [a]ccept, [e]dit, [s]kip, [q]uit: ", allowed="aesq")
        if reply in "sq":
            return reply
        if reply == "e":
            question = _typed("  question", question)
            answers = tuple(
                part.strip() for part in _typed("  answer", "|".join(answers)).split("|")
            )
        try:
            case = add_case(
                path,
                assistant.library,
                question=question,
                answers=answers,
                evidence=[one.evidence],
            )
        except GoldError as error:
            sys.stdout.write(f"  {error}\n")
        else:
            if note := unproven_note(case):
                sys.stdout.write(f"  {note}\n")
            return "a"


def _typed(label: str, before: str) -> str:
    try:
        return input(f"{label} [Enter keeps {before!r}]: ").strip() or before
    except EOFError:
        return before


def _shown_and_accepted(one: Renewal, args: argparse.Namespace) -> bool:
    sys.stdout.write("\n".join(_lines(one)) + "\n")
    if not one.new:
        return False
    if args.yes:
        return not one.loses_answer
    return _terminal() and _asked("  write the new quote? [y]es, [n]o: ", allowed="yn") == "y"


def _lines(one: Renewal) -> Iterator[str]:
    yield f"{one.case.place}: {one.case.id}: {one.case.question}"
    yield f"  was in {one.old.document}: {' '.join(one.old.quote.split())}"
    if not one.new:
        yield "  nothing there is near it now: update the case by hand, or retire it"
        return
    yield f"  nearest there now: {' '.join(one.new.split())}"
    if one.loses_answer:
        yield f"  but it has no accepted answer ({' | '.join(one.case.answers)}): mend those too"


def _quotes(count: int) -> str:
    return "1 quote" if count == 1 else f"{count} quotes"
