"""A mixed folder of over 300 files: the report tells of each what became of it."""

from pathlib import Path

from mixed_folder import make_mixed_folder

from rag import Assistant


def test_a_mixed_folder_is_added_whole_and_its_report_names_every_file(
    assistant: Assistant, tmp_path: Path
) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    facts, reasons = make_mixed_folder(folder)
    report = assistant.library.add(folder)
    told = {change.source.rpartition("/")[2]: change for change in report.changes}
    assert len(told) == len(report.changes) == len(facts) + len(reasons) > 300
    assert {name: told[name].kind for name in facts} == dict.fromkeys(facts, "added")
    assert {name for name in reasons if reasons[name] not in told[name].reason} == set()
    for name, fact in facts.items():
        document = assistant.library.document(told[name].document_id or "")
        quotes = [s.text for s in document.sentences if fact.rstrip(".") in s.text]
        assert len(quotes) == 1, name
        assert all(document.text[s.start : s.end] == s.text for s in document.sentences)
    again = assistant.library.add(folder)
    assert len(again.of("unchanged")) == len(facts)
    assert again.embedded == 0
