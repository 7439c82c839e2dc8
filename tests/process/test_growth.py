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
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from inspect import signature
from pathlib import Path
from types import ModuleType

import pytest
from pumps import inputs

from eval.metrics.answers import normalise_answer
from index.errors import FootnoteError
from index.reading.hidden import declarations, simple_rules
from index.reading.layout import Line
from index.reading.metadata import split_front_matter
from index.reading.pdf_flow import set_pages
from index.reading.references import read_references
from index.reading.registry import read_bytes
from index.splitting.paragraphs import group
from index.splitting.sentences import split
from index.terms import terms
from index.web.address import parse_address
from rag import citations, follow_up, question, refusal
from rag.answer import changed, edges, holder
from rag.citations import misquoted
from rag.comparison import sets_beside
from rag.llm.prompting import gives_orders, inert
from rag.llm.replies import ReplyReader, plain
from rag.llm.stream import Thoughts
from rag.types import Turn
from rag.verification import parse, values
from rag.verification.claims import read_claims
from rag.verification.verify_text import resolve
from ui.chat import questions

ROOT = Path(__file__).parents[2]
PATHS = sorted(
    path
    for room in ("index", "rag", "eval", "ui", "prompts")
    for path in (ROOT / room).rglob("*.py")
)
FLAGS_AT = {"compile": 1, "sub": 4, "subn": 4, "split": 3}
METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")
SIZE = 1000
"""Characters of the shortest input; the others are two and four times as long."""
FLOOR = 0.005
"""Seconds for the longest input under which nothing is compared: 4,000 characters take 0.1 ms
where time grows with them, and 0.02 s or more where it grows with their square."""
WALKING = 0.05
"""Seconds, as `FLOOR`, for what walks a text with many patterns and in Python."""
FASTER = 10
"""Times that four times the input may take; where time grows with the square it takes 16."""
ROUNDS = 5
"""Times that the two are compared, until one comparison is well: on a busy machine one alone may
not be."""


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
    ("rag/overview/asked.py", "_bare"): _SHORT,
    ("rag/overview/asked.py", "_forms"): _SHORT,
    ("rag/overview/asked.py", "_whole"): _SHORT,
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


def seconds(run: Callable[[], object], *, times: int = 3) -> float:
    """Return the least processor time of some runs."""
    least = float("inf")
    for _ in range(times):
        begun = time.thread_time()
        run()
        least = min(least, time.thread_time() - begun)
    return least


def runner(pattern: re.Pattern[str], way: str, text: str) -> Callable[[], object]:
    if way in ("search", "finditer"):
        return lambda: [0 for _ in pattern.finditer(text)]
    if way in ("sub", "subn"):
        return lambda: pattern.sub("", text)
    return lambda: getattr(pattern, way)(text)


def grows_too_fast(make: Callable[[int], Callable[[], object]], *, floor: float) -> bool:
    """Tell whether four times the input takes more than ten times as long.

    The longest input is asked first: where it is fast nothing else is measured.
    """
    # A shorter one before it keeps a pattern whose time doubles with each character from hanging.
    if seconds(make(SIZE // 15), times=1) < 1 and seconds(make(SIZE), times=1) < floor / 4:
        longest = seconds(make(4 * SIZE), times=1)
        if longest < floor:
            return False
    return all(_is_slower(make, floor=floor) for _ in range(ROUNDS))


def _is_slower(make: Callable[[int], Callable[[], object]], *, floor: float) -> bool:
    one, four = seconds(make(SIZE)), seconds(make(4 * SIZE))
    return four > FASTER * max(one, floor / 16)


def repeated(before: str, pump: str, end: str, size: int) -> str:
    return before + pump * (size // len(pump)) + end


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


def outcome(read: Callable[[], object]) -> object:
    """Return what a reader says, its refusal too: that a text is refused may take time as well."""
    try:
        return read()
    except (FootnoteError, ValueError) as error:
        return error


def whole_reply(text: str) -> tuple[object, ...]:
    """Read a reply of a model as it comes, in pieces."""
    thoughts, reply = Thoughts(), ReplyReader()
    found: list[object] = []
    for start in range(0, len(text), 50):
        for piece in thoughts.visible(text[start : start + 50]):
            found += reply.feed(piece)
    return (*found, *reply.feed(thoughts.rest()), *reply.finish())


HISTORY = (Turn(question="Who is Ada Lovelace?", text="Ada Lovelace was a mathematician."),)


def asked_after(text: str) -> object:
    return follow_up.stand_alone(question.read_question(text), HISTORY)


WALKERS: dict[str, Callable[[str], object]] = {
    **{
        f"a file .{end}": lambda text, e=end: outcome(
            lambda: read_bytes(text.encode(), name=f"a.{e}")
        )
        for end in ("md", "txt", "csv")
    },
    "a transcript": lambda text: outcome(
        lambda: read_bytes(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{text}".encode(), name="a.vtt")
    ),
    "front matter": lambda text: split_front_matter(f"---\n{text}\n---\n"),
    "a page's styles": simple_rules,
    "an element's style": declarations,
    "a list of references": lambda text: outcome(
        lambda: read_references(text.encode(), name="a.bib")
    ),
    "an entry of one": lambda text: outcome(
        lambda: read_references(
            f"@a{{x, title = {{{text}}}, author = {{{text}}}, file = {{{text}}}}}".encode(),
            name="a.bib",
        )
    ),
    "pages of a PDF": lambda text: set_pages(
        [[Line(text=line, size=9) for line in text.split("\n") if line]] * 3
    ),
    "passages": lambda text: group(text, split(text), breaks=()),
    "terms": terms,
    "an address": lambda text: outcome(lambda: parse_address(f"https://{text}")),
    "a question": question.read_question,
    "what a sentence holds": lambda text: [
        question.holds(kind, text, asked="") for kind in ("date", "money", "person", "reason")
    ],
    "a follow-up": lambda text: asked_after(text),
    "a follow-up's pronoun": lambda text: asked_after(f"When did she {text}?"),
    "persons": lambda text: follow_up._persons([text]),
    "a clause": lambda text: edges.cut(text, start=0, end=len(text), expects="reason"),
    "claims": read_claims,
    "a reply": whole_reply,
    "a claim's words": parse.read,
    "values": values.read_values,
    "dates": parse.read_dates,
    "quotations": lambda text: misquoted(text, text),
    "a list of sources": lambda text: resolve(text, ()),
    "orders": gives_orders,
    "a model's sentence": plain,
    "a shown source": inert,
    "a graded answer": normalise_answer,
    "questions to offer": lambda text: [
        *questions._named(text),
        *questions._labelled(text),
        *questions._done(text),
    ],
}
PUMPS = (
    *" \t\na1A.,-_'\"’“[](){}<>*#|:;/!?&`~=+%$@\\é…",
    *("\n\n", "---\n", "- ", "1. ", "> ", "[1]", "[1] ", " [", "![", "](", "[a](", "<a ", "</a>"),
    *("<!--", "<think>", "<", '"a', "'a ", "a.", "A. ", "Mr. ", "A-", "A b ", "Aa Bb ", "U.S. "),
    *("1,", "1.", "1,000 ", "one ", "May ", "in ", "because ", "a: b\n", "a,b\n", '","', "|a"),
    *("\n#", "\n\ta", "**", "*a ", "__", "``", "//a", "a@", "a/", "http://", "&amp;", "not "),
    *("she ", "? ", "@a{", "@a{x,a=", " and ", "\\a", "\\{"),
)


@pytest.mark.parametrize("name", WALKERS)
def test_what_walks_a_text_takes_no_more_time_than_the_text_is_longer(name: str) -> None:
    walk = WALKERS[name]
    slow = [
        pump
        for pump in PUMPS
        if grows_too_fast(
            lambda size, p=pump: lambda: walk("a" + repeated("", p, "\0z", size)), floor=WALKING
        )
    ]
    assert slow == []


@pytest.mark.parametrize("pump", ["more ", "between a ", "or "])
def test_signs_of_two_sides_are_looked_for_in_a_question_of_any_length(pump: str) -> None:
    assert not grows_too_fast(
        lambda size: lambda: sets_beside(repeated("", pump, "", size)), floor=0.002
    )


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
