"""Jupyter notebooks: cells as text and code, each a place; outputs are named."""

import json

import pytest

from index.errors import ReadError
from index.reading.registry import read_bytes


def notebook(*cells: dict[str, object], **more: object) -> bytes:
    return json.dumps({"cells": list(cells), "nbformat": 4, "metadata": {}, **more}).encode()


def markdown(*lines: str) -> dict[str, object]:
    return {"cell_type": "markdown", "source": list(lines)}


def code(source: str, *outputs: dict[str, object]) -> dict[str, object]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs)}


def test_cells_are_text_and_code_apart_and_outputs_are_named():
    article = read_bytes(
        notebook(
            markdown("# Tides\n", "The *tide* is high at noon."),
            code("height = 3\n\nprint(height)", {"output_type": "stream", "text": "3"}),
            {"cell_type": "raw", "source": "\\newpage"},
            markdown("It falls in the evening."),
        ),
        name="a.ipynb",
    )
    assert article.text == (
        "Tides\n\nThe tide is high at noon.\n\nheight = 3\n\nprint(height)\n\n"
        "It falls in the evening."
    )
    assert (article.card.title, article.section_starts) == ("Tides", (0,))
    assert article.page_labels == ("cell 1", "cell 2", "cell 4")
    assert [article.text[at:][:6] for at in article.page_starts] == ["Tides\n", "height", "It fal"]
    assert article.card.left_out == (
        "1 output: what code printed or drew is not read",
        "1 raw cell: it is not shown",
    )


def test_a_notebook_of_version_3_is_read():
    sheet = {
        "cells": [
            {"cell_type": "heading", "level": 2, "source": ["Tides"]},
            {"cell_type": "code", "input": ["height = 3"], "outputs": []},
        ]
    }
    data = json.dumps({"worksheets": [sheet], "nbformat": 3}).encode()
    article = read_bytes(data, name="a.ipynb")
    assert (article.text, article.section_starts) == ("Tides\n\nheight = 3", (0,))


def test_a_first_line_of_code_is_no_title():
    article = read_bytes(notebook(code("import os\nos.name")), name="my_tides.ipynb")
    assert article.card.title == "my tides"


@pytest.mark.parametrize("data", [b"{}", b"[]", b"{", b'{"cells": 3}', notebook(markdown(" "))])
def test_what_has_no_cell_with_text_is_refused(data: bytes):
    with pytest.raises(ReadError, match=r"no Jupyter notebook|no cell with text"):
        read_bytes(data, name="a.ipynb")


@pytest.mark.parametrize(
    "cell",
    [{}, {"cell_type": 3}, {"cell_type": "markdown", "source": {"a": 1}}, {"cell_type": "heading"}],
)
def test_an_odd_cell_does_not_stop_the_others(cell: dict[str, object]):
    assert read_bytes(notebook(cell, markdown("Seen.")), name="a.ipynb").text == "Seen."
