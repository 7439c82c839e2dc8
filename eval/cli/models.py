"""Chooses the language models of an evaluation run: live, recorded, replayed, and a judge."""

import argparse
from pathlib import Path

from eval.running.judge import Judge
from eval.running.recorded import RecordingModel, ReplayedModel
from rag import Assistant, LanguageModel, MisuseError, Settings, load_model


def opened(settings: Settings, args: argparse.Namespace) -> Assistant:
    """Open an assistant that answers with the model that the arguments name.

    Raises:
        MisuseError: `--record` without a model, or a recording that cannot be used.
    """
    settings = settings.model_copy(update={"log": False})
    if args.llm:
        settings = settings.model_copy(update={"llm": Settings.load(llm=args.llm).llm})
    if args.replay:
        model: LanguageModel = ReplayedModel(Path(args.replay), model=args.llm)
        # What the recording lacks must fail, not be answered otherwise.
        changed = {"llm": model.name, "llm_fallback": False}
        return Assistant.open(settings.model_copy(update=changed), model=model)
    if not args.record:
        return Assistant.open(settings)
    live = load_model(settings.llm, settings)
    if live is None:
        raise MisuseError("--record needs a language model: name one with --llm PROVIDER:MODEL")
    return Assistant.open(settings, model=RecordingModel(live, Path(args.record)))


def judge_of(args: argparse.Namespace) -> Judge | None:
    """Return the judge that `--judge` names; None without one.

    Raises:
        MisuseError: it is no language model, or the one that answers.
    """
    if not args.judge:
        return None
    settings = Settings.load(llm=args.judge)
    model = load_model(settings.llm, settings)
    if model is None:
        raise MisuseError("--judge needs a language model, PROVIDER:MODEL")
    return Judge(model, settings=settings, may_judge_itself=args.judge_self)
