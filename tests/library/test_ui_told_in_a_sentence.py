"""What a page is told that names a library which is offered no more, as after another start."""

from types import SimpleNamespace

import gradio as gr
import pytest

from ui.additions import brought, dropped
from ui.articles import Libraries
from ui.evaluation import _Desk

GONE = {"library": "gone", "text": "A text."}


@pytest.mark.parametrize(
    "asked",
    [
        lambda libraries: [*brought(libraries)(SimpleNamespace(_data=GONE))],
        lambda libraries: [*dropped(libraries)([], GONE)],
        lambda libraries: _Desk(libraries).show("suite", GONE),
        lambda libraries: [*_Desk(libraries).run("suite", GONE)],
    ],
)
def test_a_library_that_is_offered_no_more_is_one_sentence_and_no_traceback(assistant, asked):
    with pytest.raises(gr.Error, match="'gone' is not offered here: load the page") as told:
        asked(Libraries(assistant))
    assert not told.value.print_exception
