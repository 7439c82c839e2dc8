"""No pattern that sees documents, questions or replies grows faster than its input.

Each regular expression of the product is found in its source and is run, by the methods by which
the product runs it, on inputs made of its own parts (`pumps`). A new one is measured without being
named here: a function that is cached and takes nothing is called for what it makes. Only one made
of a caller's values needs its maker named.
"""

import ast
import builtins
import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from inspect import signature
from pathlib import Path
from types import ModuleType

import pytest
from growth import grows_too_fast, repeated
from pumps import inputs

from rag import citations, question, refusal
from rag.answer import changed, edges, holder

ROOT = Path(__file__).parents[2]
PATHS = sorted(
    path
    for room in ("index", "rag", "eval", "ui", "prompts")
    for path in (ROOT / room).rglob("*.py")
)
FLAGS_AT = {"compile": 1, "sub": 4, "subn": 4, "split": 3}
METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")
FLOOR = 0.005
"""Seconds for the longest input under which nothing is compared: 4,000 characters take 0.1 ms
where time grows with them, and 0.02 s or more where it grows with their square."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A pattern made of values that no module holds, and how to get it."""

    make: Callable[[], list[re.Pattern[str]]]
    ways: tuple[str, ...]


MADE = {
    ("eval/suites/clauses.py", "opened"): Made(
        make=lambda: [re.compile(r"[a-z,] The\b"), re.compile(r"(?<![\w'’-])the\b")],
        ways=("search",),
    ),
    ("eval/suites/turning.py", "_is_person"): Made(
        make=lambda: [
            re.compile(r"(?:\b(?:said|says) Aker\b|\bAker (?:said|says)\b|\bAker, who\b)")
        ],
        ways=("search",),
    ),
    ("rag/citations.py", "places"): Made(
        make=lambda: [re.compile(citations._pattern("“The bridge”, it said, opened in 1964."))],
        ways=("finditer",),
    ),
    ("rag/ellipsis.py", "_with_phrase"): Made(
        make=lambda: [re.compile(r"\bin (?:(?:the|a|an) )?", re.IGNORECASE)], ways=("finditer",)
    ),
    ("rag/question.py", "_form"): Made(
        make=lambda: [
            question._form(name)
            for name in re.findall(r'_form\("(\w+)"\)', source(ROOT / "rag/question.py"))
        ],
        ways=("search", "match"),
    ),
    ("rag/answer/changed.py", "_says"): Made(
        make=lambda: [changed._says(name) for name in ("corrected", "original", "before")],
        ways=("search",),
    ),
    ("rag/answer/holder.py", "_says"): Made(
        make=lambda: [
            holder._says(name)
            for name in re.findall(r'_says\("(\w+)"\)', source(ROOT / "rag/answer/holder.py"))
        ],
        ways=("search",),
    ),
    ("rag/refusal.py", "_kind_missing"): Made(
        make=lambda: [
            re.compile(rf"\b(?:{kind['words']})", re.IGNORECASE)
            for kind in refusal._words()["missing"].values()
        ],
        ways=("search",),
    ),
    ("rag/answer/edges.py", "_leading"): Made(
        make=lambda: [
            form
            for expects in ("reason", "manner")
            for lead in ("plain", "open")
            for form in edges._leading(expects, lead)
        ],
        ways=("search", "match"),
    ),
    ("ui/chat/questions.py", "_is_person"): Made(
        make=lambda: [
            re.compile(
                r"Aker(?:, | (?:is|was) |, who (?:is|was) )(?:an? |the |[a-z]+ of )"
                r"|\b[a-z]+ Aker\b"
            ),
            re.compile(r"\b[Tt]he Aker\b"),
        ],
        ways=("search",),
    ),
    ("ui/chat/questions.py", "_is_thing"): Made(
        make=lambda: [re.compile(r"\(Aker\)|Aker (?:is|was) (?:an?|the) ")], ways=("search",)
    ),
    ("ui/chat/questions.py", "_is_good"): Made(
        make=lambda: [
            re.compile(
                r"Aker(?:,| is| was|, who is|, who was) a mayor|a mayor,? Aker|a mayor \(Aker\)"
            )
        ],
        ways=("search",),
    ),
}
"""By file and function."""
_SENTENCE = "a sentence of 1,000 characters at most is read"
_LINE = "a line of a few hundred characters at most is read, one of 160 in 0.4 ms"
_SHORT = "a question of 400 characters at most is read"
BOUNDED = {
    ("eval/suites/turning.py", "_agent"): _SENTENCE,
    ("eval/suites/turning.py", "_bare"): _SENTENCE,
    ("eval/suites/turning.py", "_counted"): _SENTENCE,
    ("eval/suites/turning.py", "_relative"): _SENTENCE,
    ("eval/suites/turning.py", "_roles"): _SENTENCE,
    ("index/reading/metadata.py", "_byline"): _LINE,
    ("rag/comparison.py", "_asked"): _SHORT,
    ("rag/comparison.py", "_form"): _SHORT,
    ("rag/compound.py", "_END"): _SHORT,
    ("rag/compound.py", "_JOIN"): _SHORT,
    ("rag/compound.py", "_form"): _SHORT,
    ("rag/compound.py", "_pieces"): _SHORT,
    ("rag/named_scope.py", "_form"): _SHORT,
    ("rag/named_scope.py", "_named"): _SHORT,
    ("rag/overview/topic.py", "_bare"): _SHORT,
    ("rag/overview/topic.py", "_forms"): _SHORT,
    ("rag/overview/topic.py", "_whole"): _SHORT,
    ("rag/refusal.py", "_phrases"): "a message of 120 characters at most is read",
    ("index/reading/normal.py", "_DECLARED"): "2,048 bytes of a page are looked at",
    ("index/reading/sniff.py", "_HEADER"): "2,048 bytes of a file are looked at",
}
"""Patterns that see so few characters that their growth does not matter, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A place that makes a pattern."""

    file: str
    name: str
    """The variable or function that holds it."""
    line: int
    patterns: tuple[re.Pattern[str], ...]
    ways: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file}:{self.name}:{self.line}"


@cache
def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def uses() -> Iterator[Use]:
    """Yield each pattern of the product with the methods by which it is run."""
    for path in PATHS:
        tree = ast.parse(source(path))
        named = {
            id(node.value): node.targets[0].id
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for top in tree.body:
            name = getattr(top, "name", "") or named.get(id(getattr(top, "value", None)), "")
            for call in ast.walk(top):
                if method := _method(call):
                    yield _use(path, name, call, method, top)


def _method(node: ast.AST) -> str:
    """Return the function of `re` that a call names; empty for any other node."""
    called = node.func if isinstance(node, ast.Call) else None
    from_re = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name)
    if from_re and called.value.id == "re" and called.attr in (*METHODS, "compile"):
        return called.attr
    return ""


def _use(path: Path, name: str, call: ast.Call, method: str, top: ast.AST) -> Use:
    file = path.relative_to(ROOT).as_posix()
    if (file, name) in BOUNDED:
        patterns, ways = [], ()
    elif made := MADE.get((file, name)):
        patterns, ways = made.make(), made.ways
    else:
        module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
        maker = getattr(module, name, None)
        cached = hasattr(maker, "cache_info") and not signature(maker).parameters
        patterns = list(_made(maker())) if cached else []
        ways = _ways(path, name, "compile" if patterns else method)
        patterns = patterns or [_pattern(module, call, method, top)]
    return Use(file=file, name=name, line=call.lineno, patterns=tuple(patterns), ways=ways)


def _made(value: object) -> Iterator[re.Pattern[str]]:
    """Yield the patterns in what a function returns, however deep in lists and tables."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Mapping):
        yield from _made(list(value.values()))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _made(one)


def _pattern(module: ModuleType, call: ast.Call, method: str, top: ast.AST) -> re.Pattern[str]:
    """Compile what a call compiles, from the values of its module and function."""

    def value(node: ast.expr) -> object:
        code = compile(ast.Expression(node), module.__name__, "eval")
        return eval(code, vars(module), Locals())

    class Locals(dict[str, object]):
        def __missing__(self, name: str) -> object:
            if name in vars(module) or hasattr(builtins, name):
                raise KeyError(name)  # looked for there next
            for node in ast.walk(top):
                target = node.targets[0] if isinstance(node, ast.Assign) else None
                if isinstance(target, ast.Name) and target.id == name:
                    with suppress(KeyError, TypeError, ValueError):
                        return value(node.value)
            return Given("the bridge")

    flags = [k.value for k in call.keywords if k.arg == "flags"]
    flags += call.args[FLAGS_AT.get(method, 2) :]
    form = value(call.args[0])
    if isinstance(form, bytes):
        form = form.decode("latin-1")
    return re.compile(form, value(flags[0]) if flags else 0)


class Given(str):
    """Stands for a word that is known at a call alone, and for all parts of it."""

    __slots__ = ()

    def __getattr__(self, name: str) -> "Given":
        return self


def _ways(path: Path, name: str, method: str) -> tuple[str, ...]:
    if method != "compile":
        return (method,)
    places = [path] if name.startswith("_") else PATHS
    found = {
        way
        for place in places
        for way in re.findall(rf"\b{name}(?:\(\))?\.({'|'.join(METHODS)})\(", source(place))
    }
    return tuple(sorted(found)) or ("search", "fullmatch")


def runner(pattern: re.Pattern[str], way: str, text: str) -> Callable[[], object]:
    if way in ("search", "finditer"):
        return lambda: [0 for _ in pattern.finditer(text)]
    if way in ("sub", "subn"):
        return lambda: pattern.sub("", text)
    return lambda: getattr(pattern, way)(text)


USES = list(uses())


@pytest.mark.parametrize("use", USES, ids=str)
def test_a_pattern_takes_no_more_time_than_its_input_is_longer(use: Use) -> None:
    slow = (
        (pattern.pattern, way, parts)
        for pattern in use.patterns
        for parts in inputs(pattern)
        for way in use.ways
        if grows_too_fast(
            lambda size, p=pattern, w=way, x=parts: runner(p, w, repeated(*x, size)), floor=FLOOR
        )
    )
    found = next(slow, None)
    assert found is None, str(found)


def test_a_pattern_whose_time_grows_with_the_square_is_told() -> None:
    square = re.compile(r"\s+#")
    assert ("", " ", "\0") in inputs(square)
    assert grows_too_fast(
        lambda size: runner(square, "sub", repeated("", " ", "\0", size)), floor=FLOOR
    )


def test_every_place_that_makes_a_pattern_is_measured() -> None:
    made = sum(
        len(re.findall(rf"\bre\.(?:compile|{'|'.join(METHODS)})\(", source(path))) for path in PATHS
    )
    assert made == len(USES) > 100
