"""A document changed: the nearest sentence is proposed, and the file is changed there alone."""

import json
from types import SimpleNamespace

import pytest

from eval.suites.cases import GoldError
from eval.suites.files import load_suite
from eval.suites.repair import renew, renewals
from rag import Card

SENTENCES = (
    "The harbour was dredged in the spring of 2024.",
    "The dredging cost 2.6 million crowns in all, the council says.",
    "The quay was not repaired.",
    "It rains.",
    "It rains.",
)
OLD = "The work cost 2.4 million crowns in all."


class Shelf:
    """One document, of the sentences above."""

    def documents(self):
        return [SimpleNamespace(id="d1", card=Card(source="/articles/a.txt"))]

    def document(self, _):
        text, sentences = "", []
        for sentence in SENTENCES:
            start = len(text)
            sentences.append(SimpleNamespace(text=sentence, start=start, end=start + len(sentence)))
            text += sentence + "\n"
        return SimpleNamespace(text=text, sentences=sentences)


def row(quote=OLD, case_id="cost", **more):
    evidence = [{"document": "a.txt", "quote": quote}]
    plain = {"id": case_id, "question": f"{case_id}?", "answers": ["2.4 million"]}
    return plain | {"evidence": evidence} | more


def gold_file(tmp_path, *rows, name="g.jsonl"):
    path = tmp_path / name
    lines = (one if isinstance(one, bytes) else json.dumps(one).encode() for one in rows)
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def proposed(path):
    return renewals(load_suite(path).cases, Shelf())


def test_the_nearest_sentence_is_proposed_and_a_lost_answer_told(tmp_path):
    path = gold_file(tmp_path, row(), row("The quay was not repaired.", "quay"))
    (one,), others = proposed(path)
    assert (one.case.id, one.old.quote, one.new) == ("cost", OLD, SENTENCES[1])
    assert (one.loses_answer, others) == (True, ())
    (kept,), _ = proposed(gold_file(tmp_path, row(answers=["million crowns"])))
    assert not kept.loses_answer


def test_a_quote_of_two_sentences_becomes_two_sentences(tmp_path):
    quote = "The harbour was dredged in spring 2024. The dredging cost 2.4 million crowns in all."
    (one,), _ = proposed(gold_file(tmp_path, row(quote)))
    assert one.new == "\n".join(SENTENCES[:2])


def test_what_nothing_is_near_to_gets_no_proposal(tmp_path):
    (one,), _ = proposed(gold_file(tmp_path, row("Penguins swim under the northern ice.")))
    assert one.new == ""


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"evidence": [{"document": "b.txt", "quote": "x"}]}, "is not in the library"),
        ({"evidence": [{"document": "a.txt", "quote": "It rains."}]}, "is ambiguous"),
    ],
)
def test_what_no_sentence_can_mend_is_told_with_its_line(tmp_path, changes, told):
    found, (other,) = proposed(gold_file(tmp_path, b"", row(**changes)))
    assert found == ()
    assert other.startswith(f"{tmp_path / 'g.jsonl'}:2: ")
    assert told in other


ODD = (
    b'  { "question":"What is a \\"quote\\": \xe2\x80\x9cthis\xe2\x80\x9d?","id" : "odd",\t'
    b'"answers":["quote"], "evidence":[{"quote" : "The quay was not  repaired.",'
    b'"document":"a.txt"},{"document":"a.txt","quote":"The work cost 2.4 million \\u0063rowns"}]} '
)


def test_all_else_of_a_json_file_stays_byte_for_byte(tmp_path):
    other = json.dumps(row("The quay was not repaired.", "other")).encode()
    path = tmp_path / "g.jsonl"
    before = b"\xef\xbb\xbf\r\n" + ODD + b"\r\n\n" + other + b"\r" + json.dumps(row()).encode()
    path.write_bytes(before)
    found, _ = proposed(path)
    assert [(one.case.id, one.index) for one in found] == [("odd", 1), ("cost", 0)]
    renew(path, found)
    expected = before.replace(
        b'"The work cost 2.4 million \\u0063rowns"', json.dumps(SENTENCES[1]).encode()
    ).replace(json.dumps(OLD).encode(), json.dumps(SENTENCES[1]).encode())
    assert path.read_bytes() == expected
    assert proposed(path) == ((), ())


YAML = """\
# Ours: “kept”.
- id: plain   # as it is
  question: "plain?"
  answers: [x]
  evidence:
  - {quote: QUOTE, document: a.txt}  # here
- id: block
  question: block?
  answers: [x]
  evidence:
  - document: a.txt
    quote: |
      QUOTE

  # and a remark
  tags: [t]
- id: last
  question: last?
  answers: [x]
  evidence: [{document: a.txt, quote: 'QUOTE'}]
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_all_else_of_a_yaml_file_stays_as_it_is(tmp_path, end):
    path = tmp_path / "g.yaml"
    text = YAML.replace("\n", end)
    path.write_bytes(text.replace("QUOTE", OLD).encode())
    found, _ = proposed(path)
    assert [one.case.id for one in found] == ["plain", "block", "last"]
    renew(path, found)
    new = json.dumps(SENTENCES[1])
    wanted = text.replace("'QUOTE'", new).replace(f"|{end}      QUOTE", new).replace("QUOTE", new)
    assert path.read_bytes().decode() == wanted
    assert proposed(path) == ((), ())


def test_only_what_was_accepted_is_written(tmp_path):
    path = gold_file(tmp_path, row(), row(case_id="again"))
    found, _ = proposed(path)
    renew(path, found[1:])
    assert [case.evidence[0].quote for case in load_suite(path).cases] == [OLD, SENTENCES[1]]
    before = path.read_bytes()
    renew(path, ())
    assert path.read_bytes() == before


ALIAS = f"""\
- id: a
  question: a?
  answers: [x]
  evidence: [{{document: a.txt, quote: &q "{OLD}"}}]
- {{id: b, question: "b?", answers: [x], evidence: [{{document: a.txt, quote: *q }}]}}
"""


def test_what_cannot_be_replaced_for_sure_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "g.yaml"
    path.write_text(ALIAS)
    found, _ = proposed(path)
    with pytest.raises(GoldError, match="was not repaired"):
        renew(path, found)
    assert path.read_text() == ALIAS
    changed = gold_file(tmp_path, row())
    found, _ = proposed(changed)
    gold_file(tmp_path, row("Other words."))
    with pytest.raises(GoldError, match="it changed meanwhile"):
        renew(changed, found)
    with pytest.raises(GoldError, match="is packed"):
        renew(tmp_path / "g.jsonl.gz", found)
    assert sorted(one.name for one in tmp_path.iterdir() if "part" in one.name) == []
