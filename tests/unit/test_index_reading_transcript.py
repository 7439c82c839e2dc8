"""Transcripts: whole sentences of who speaks, each at its time."""

from itertools import pairwise

import pytest

from index.errors import ReadError
from index.reading.registry import read_bytes
from index.sync.prepare import Incoming, entry

ZOOM = """WEBVTT

1
00:00:02.000 --> 00:00:05.500
Ida Lund: The harbour will be dredged

2
00:00:05.500 --> 00:00:09.000
Ida Lund: in spring. It costs a lot.

3
01:03:12.000 --> 01:03:14.000
Per Holm: How much?
"""


def transcript(data: str, name: str = "talk.vtt"):
    return read_bytes(data.encode(), name=name)


def place_of(extract, words: str) -> str:
    """Return the label of the place at which words stand."""
    at = extract.text.index(words)
    ends = (*extract.page_starts[1:], len(extract.text))
    spans = zip(extract.page_starts, ends, extract.page_labels, strict=True)
    return next(label for start, end, label in spans if start <= at < end)


def test_sentences_are_joined_over_cues_under_the_name_of_who_speaks():
    assert transcript(ZOOM).text == (
        "Ida Lund: The harbour will be dredged in spring. It costs a lot.\n\nPer Holm: How much?"
    )


def test_the_time_of_its_cue_is_a_sentence_s_place():
    talk = transcript(ZOOM)
    assert place_of(talk, "The harbour") == "00:00:02"
    assert place_of(talk, "It costs") == "00:00:05"
    assert place_of(talk, "How much") == "01:03:12"


def test_no_passage_ends_at_a_cue():
    lines = "".join(
        f"{n}\n00:00:{n:02},000 --> 00:00:{n + 1:02},000\nShip {n} left.\n\n" for n in range(9)
    )
    made = entry(Incoming(source="a", extract=transcript(lines, "a.srt")), as_id="a")
    assert (len(made.sentences), len(made.passages)) == (9, 1)


def test_tags_numbers_notes_and_settings_go_and_names_of_voices_stay():
    talk = transcript(
        "WEBVTT - On boats\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE by Ann\n\n"
        "intro\n00:01.000 --> 00:04.000 align:start position:0%\n<v.loud Ann Bo>A <i>red</i> "
        "boat &amp; a <c.blue>blue</c> one.</v>\n\n00:04.000 --> 00:05.000\n<v Per>Two?\n"
    )
    assert talk.text == "Ann Bo: A red boat & a blue one.\n\nPer: Two?"
    assert (talk.card.title, talk.card.media_type) == ("On boats", "text/vtt")
    assert talk.card.left_out == ("1 note: remarks in the file are not shown to viewers",)


def test_rolling_captions_are_read_once():
    words = [f"word{n}" for n in range(24)]
    lines = [" ".join(words[n : n + 4]) for n in range(0, 24, 4)]
    cues = []
    for n, (before, now) in enumerate(pairwise(["", *lines])):
        said = now.replace(" ", "<00:00:01.000><c> ", 1) + "</c>"
        cues += [
            f"00:00:{2 * n:02}.000 --> 00:00:{2 * n + 2:02}.000\n{before or ' '}\n{said}\n",
            f"00:00:{2 * n + 1:02}.990 --> 00:00:{2 * n + 2:02}.000\n{now}\n \n",
        ]
    talk = transcript("WEBVTT\n\n" + "\n".join(cues))
    assert talk.text.split() == words


def test_a_word_that_is_all_of_each_cue_is_read_each_time():
    cues = "\n".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\nNo!\n" for n in range(6))
    assert transcript(cues, "a.srt").text == "No! No! No! No! No! No!"


def test_words_that_are_said_twice_are_read_twice():
    assert transcript(
        "1\n00:00:01,000 --> 00:00:02,000\nNo, never.\n\n2\n00:00:02,000 --> 00:00:03,000\n"
        "No, never.\n\n3\n00:00:03,000 --> 00:00:04,000\nWhy not?\n\n"
        "4\n00:00:04,000 --> 00:00:05,000\nAsk her.\n",
        "a.srt",
    ).text == ("No, never. No, never. Why not? Ask her.")


@pytest.mark.parametrize("mark", [">>", "- ", "-", "–"])
def test_a_mark_of_another_speaker_begins_a_paragraph(mark: str):
    cue = f"1\n00:00:01,000 --> 00:00:02,000\n{mark}Where is she?\n{mark}<i>At sea.</i>\n"
    talk = transcript(cue, "a.srt")
    assert talk.text == "Where is she?\n\nAt sea."
    assert talk.card.media_type == "application/x-subrip"


def test_a_speech_without_stops_is_parted_at_cues():
    cues = "\n".join(
        f"00:{n:02}:00.000 --> 00:{n:02}:05.000\nand then the ship number {n} sailed on\n"
        for n in range(20)
    )
    paragraphs = transcript("WEBVTT\n\n" + cues).text.split("\n\n")
    assert {len(paragraph) < 220 for paragraph in paragraphs} == {True}
    assert paragraphs[1].startswith("and then the ship")


def test_lines_of_japanese_are_joined_without_a_blank():
    cue = "1\n00:00:01,000 --> 00:00:02,000\n港は春に\n閉まります。\n"
    assert transcript(cue, "a.srt").text == "港は春に閉まります。"


def test_what_has_no_times_is_plain_text():
    assert transcript("Cats sleep.\n", "a.srt").card.media_type == "text/plain"


def test_a_transcript_in_which_nothing_is_said_is_refused():
    with pytest.raises(ReadError, match="nothing is said in the transcript"):
        transcript("WEBVTT\n\n00:01.000 --> 00:02.000\n<i></i>\n")
