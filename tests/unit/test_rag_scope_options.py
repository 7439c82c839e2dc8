"""The options of commands and the objects of programs that say which articles."""

import argparse
from datetime import date

import pytest

from eval.cli import arguments as eval_arguments
from rag import EVERYTHING, MisuseError, Scope, ScopeError
from rag.arguments import read_scope, scope_among
from rag.cli.main import own_commands

_WORDS = (
    "--tag economy --tag Trade --in notes --document 3f2a --type pdf --from 2024-03 --until 2024 "
    "--not-tag draft --not-in old --not-document x --not-type csv"
)
_SCOPE = Scope(
    tags=("economy", "Trade"), places=("notes",), documents=("3f2a",), types=("pdf",),
    since="2024-03", until="2024",
    not_tags=("draft",), not_places=("old",), not_documents=("x",), not_types=("csv",),
)  # fmt: skip


def _parsed(command: str, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(exit_on_error=False)
    own_commands()[command].describe(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize("command", ["ask", "search", "overview", "timeline", "verify", "chat"])
def test_every_command_that_looks_into_articles_takes_the_same_options(command: str) -> None:
    given = ["x"] if command != "chat" else []
    assert scope_among(vars(_parsed(command, *given, *_WORDS.split()))) == _SCOPE
    assert scope_among(vars(_parsed(command, *given))) is None


@pytest.mark.parametrize("words", [["eval"], ["gold", "add", "f", "q"]])
def test_eval_and_gold_take_them_behind_scope_since_their_tags_are_of_cases(
    words: list[str],
) -> None:
    commands = argparse.ArgumentParser().add_subparsers()
    eval_arguments.register_eval(commands)
    eval_arguments.register_gold(commands)
    options = _WORDS.replace("--", "--scope-").split()
    parsed = commands.choices[words[0]].parse_args([*words[1:], *options])
    assert scope_among(vars(parsed)) == _SCOPE


def test_everywhere_is_all_articles_and_goes_with_no_condition() -> None:
    assert scope_among(vars(_parsed("ask", "x", "--everywhere"))) == EVERYTHING
    with pytest.raises(MisuseError, match="--everywhere asks all articles, and the other options "):
        scope_among(vars(_parsed("ask", "x", "--everywhere", "--tag", "economy")))


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--from", "May", "'May' is no date: write a day as 2024-03-01"),
        ("--until", "2024-02-30", "'2024-02-30' is no date"),
        ("--from", "2024-3", "'2024-3' is no date"),
        ("--tag", " ", "' ' is empty: name one, or leave the option out"),
        ("--not-in", "", "'' is empty"),
    ],
)
def test_a_wrong_value_is_told_of_its_option(option: str, value: str, said: str) -> None:
    with pytest.raises(argparse.ArgumentError, match=f"argument {option}: {said}"):
        _parsed("ask", "x", option, value)


@pytest.mark.parametrize(
    ("given", "scope"),
    [
        (None, None),
        ({}, EVERYTHING),
        ({"tags": "economy"}, Scope(tags=("economy",))),
        ({"since": 2024, "until": date(2024, 3, 1)}, Scope(since="2024", until="2024-03-01")),
    ],
)
def test_a_program_sends_a_scope_as_an_object(given: object, scope: Scope | None) -> None:
    assert read_scope(given) == scope


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("economy", "a scope cannot be 'economy': send an object such as"),
        ({"tag": "x"}, r"a scope has no 'tag' \(the nearest is 'tags'\)"),
        ({"tags": [1]}, "tags of a scope cannot hold 1"),
        ({"since": True}, "since of a scope cannot be True"),
        ({"since": ["2024"]}, "since of a scope cannot be"),
    ],
)
def test_what_is_no_scope_is_one_sentence(given: object, said: str) -> None:
    with pytest.raises((MisuseError, ScopeError), match=said):
        read_scope(given)
