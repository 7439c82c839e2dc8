"""Adds a folder of files, asks about them, and adds again: only what changed is read.

Prints:

    1 added, 0 unchanged
    3 May, says bridge.md
    1 added, 1 unchanged
    No answer found in 2 articles: none of them mentions “Oslo”.
"""

from pathlib import Path

from rag import Assistant

folder = Path("notes")
folder.mkdir(exist_ok=True)
(folder / "bridge.md").write_text("# The bridge\n\nThe new bridge over the Elbe opens on 3 May.\n")

with Assistant.open(library="notes-library") as assistant:
    report = assistant.library.add(folder)
    print(f"{len(report.of('added'))} added, {len(report.of('unchanged'))} unchanged")
    answer = assistant.ask("When does the new bridge open?")
    print(f"{answer.short}, says {Path(answer.citations[0].card.source).name}")

    (folder / "museum.md").write_text("# The museum\n\nThe museum is closed on Mondays.\n")
    report = assistant.library.add(folder)
    print(f"{len(report.of('added'))} added, {len(report.of('unchanged'))} unchanged")
    print(assistant.ask("Who designed the opera house in Oslo?").text)
