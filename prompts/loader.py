"""Loads a prompt from its file and fills it in; knows no model and no library.

A prompt is a Markdown file whose lines `# system`, `# user` and `# assistant` begin its messages.
Variables are written `$name` (`string.Template`), a literal dollar sign `$$`. Values are put in
once and never read as a template or as a heading, whatever they hold.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Literal, get_args

Role = Literal["system", "user", "assistant"]
JOBS: Mapping[str, frozenset[str]] = {
    "answer": frozenset({"question", "sources", "nonce", "count"}),
    "plan": frozenset({"question"}),
    "rewrite": frozenset({"question", "history", "nonce"}),
    "draft": frozenset({"sentence", "around", "nonce"}),
    "judge": frozenset({"question", "expected", "answer", "nonce"}),
}
"""The prompts with the variables that each must use, no more and no less."""

_HEADING = re.compile(rf"^# ({'|'.join(get_args(Role))})[ \t]*$", re.MULTILINE)


class PromptError(ValueError):
    """A prompt file cannot be used; the message says which, why, and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message of a prompt."""

    role: Role
    text: str
    """A template in `Prompt.parts`, the finished text where `Prompt.fill` returns it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt that was checked when it was loaded."""

    name: str
    sha256: str
    """Hex digest of the file's bytes."""
    parts: tuple[Part, ...]

    def fill(self, values: Mapping[str, str]) -> tuple[Part, ...]:
        """Return the messages with the values in their places.

        Raises:
            PromptError: A variable has no value, or a value no variable.
        """
        wanted = JOBS[self.name]
        if wanted != set(values):
            odd = ", ".join(sorted(wanted ^ set(values)))
            raise PromptError(f"prompt {self.name!r} and its values differ in: {odd}")
        return tuple(
            Part(role=part.role, text=Template(part.text).substitute(values)) for part in self.parts
        )


def load_prompt(name: str, *, folder: Path | None = None) -> Prompt:
    """Read and check a prompt.

    Args:
        name: One of `JOBS`.
        folder: Where to look for `NAME.md` first; the shipped one is taken where it has none.

    Raises:
        PromptError: There is no such folder, the file cannot be read, has no messages, or uses
            other variables than its job has.
    """
    if folder is not None and not folder.is_dir():
        raise PromptError(f"{str(folder)!r} is no folder: name the folder that holds your prompts")
    own = None if folder is None else folder / f"{name}.md"
    shipped = Path(__file__).with_name(f"{name}.md")
    try:
        data = own.read_bytes() if own is not None and own.exists() else shipped.read_bytes()
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"prompt {str(own)!r} cannot be read as UTF-8 text: {error}") from error
    place = str(own) if own is not None and own.exists() else f"{name}.md"
    parts = _parts(text.replace("\r\n", "\n").removeprefix("\ufeff"), place)
    _check_variables(name, parts, place)
    return Prompt(name=name, sha256=hashlib.sha256(data).hexdigest(), parts=parts)


def _parts(text: str, place: str) -> tuple[Part, ...]:
    headings = list(_HEADING.finditer(text))
    if not headings or text[: headings[0].start()].strip():
        raise PromptError(
            f"prompt {place!r} must begin with a line `# system` or `# user`; each such line "
            "begins a message"
        )
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    parts = []
    for heading, end in zip(headings, ends, strict=True):
        body = text[heading.end() : end].strip()
        if not body:
            raise PromptError(f"prompt {place!r} has an empty message under {heading.group()!r}")
        parts.append(Part(role=_role(heading[1]), text=body))
    if parts[-1].role != "user":
        raise PromptError(f"prompt {place!r} must end with a message under `# user`")
    return tuple(parts)


def _role(heading: str) -> Role:
    return next(role for role in get_args(Role) if role == heading)


def _check_variables(name: str, parts: tuple[Part, ...], place: str) -> None:
    used: set[str] = set()
    for part in parts:
        template = Template(part.text)
        if not template.is_valid():
            raise PromptError(
                f"prompt {place!r} has a dollar sign that names no variable: write it as `$$`"
            )
        used.update(template.get_identifiers())
    wanted = JOBS[name]
    for kind, names in (("lacks", wanted - used), ("has the unknown", used - wanted)):
        if names:
            listed = ", ".join(f"${one}" for one in sorted(names))
            allowed = ", ".join(f"${one}" for one in sorted(wanted))
            raise PromptError(
                f"prompt {place!r} {kind} {listed}: it must use each of {allowed} and no other"
            )
