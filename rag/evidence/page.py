"""Writes an answer's evidence as one HTML file: its quotes, what stands around them, and hashes.

The file loads nothing and runs nothing. `rag.evidence.check` reads it back.
"""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

from index.errors import MisuseError
from rag.plain_data import renewed
from rag.types import Answer, Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """A citation with the rest of its passage."""

    citation: Citation
    before: str
    after: str
    sha256: str
    """Hex digest of the quote's UTF-8 bytes."""


def read_answer(data: str) -> Answer:
    """Read what `footnote ask --json` printed.

    Raises:
        MisuseError: It is something else.
    """
    from pydantic import TypeAdapter, ValidationError
    from pydantic_core import from_json

    try:
        return TypeAdapter(Answer).validate_python(renewed(from_json(data)))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the beginning"
        raise MisuseError(
            f"this is no answer ({where}: {first['msg']}): give what `footnote ask --json` prints"
        ) from error
    except ValueError as error:
        raise MisuseError(
            f"this is no answer ({error}): give what `footnote ask --json` prints"
        ) from error


def page(answer: Answer) -> str:
    """Return the HTML of an answer's evidence.

    Raises:
        MisuseError: The answer cites nothing, or a quote does not stand in the passages it names.
    """
    import jinja2

    if not answer.citations:
        raise MisuseError("this answer cites nothing, so there is no evidence to write down")
    data = files("rag") / "data"
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    template = environment.from_string((data / "evidence.html").read_text(encoding="utf-8"))
    return template.render(
        answer=answer,
        exhibits=[_exhibit(citation, answer) for citation in answer.citations],
        style=(data / "evidence.css").read_text(encoding="utf-8"),
    )


def _exhibit(citation: Citation, answer: Answer) -> Exhibit:
    for hit in answer.hits:
        passage = hit.passage
        start, end = citation.start - passage.start, citation.end - passage.start
        same = passage.document_id == citation.document_id
        if same and 0 <= start < end and passage.text[start:end] == citation.quote:
            return Exhibit(
                citation=citation,
                before=passage.text[:start],
                after=passage.text[end:],
                sha256=hashlib.sha256(citation.quote.encode("utf-8")).hexdigest(),
            )
    raise MisuseError(
        f"quote [{citation.number}] does not stand in the passages of this answer: give the whole "
        "output of `footnote ask --json`, unchanged"
    )
