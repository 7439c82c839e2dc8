"""The commands that keep and move a library: compact, export, import."""

import argparse
import sys

from index.upkeep.compact import CompactReport
from index.upkeep.transfer import ExportReport
from rag.assistant import Assistant
from rag.cli import terminal
from rag.cli.progress import progress
from rag.plain_data import json_text
from rag.settings import Settings


def compact(arguments: argparse.Namespace) -> int:
    """Compact the library and print what that freed."""
    with Assistant.open(Settings.load(library=arguments.library)) as assistant:
        report = assistant.compact()
    _print(json_text(report) if arguments.json else compacted(report))
    return 0


def export(arguments: argparse.Namespace) -> int:
    """Export the library and print the archive's hash."""
    with Assistant.open(Settings.load(library=arguments.library)) as assistant:
        report = assistant.export_to(arguments.file)
    _print(json_text(report) if arguments.json else exported(report))
    return 0


def import_(arguments: argparse.Namespace) -> int:
    """Import an archive and print what became of each document."""
    settings = Settings.load(library=arguments.library)
    with (
        progress("Indexing", unit=" sentences") as on_progress,
        Assistant.open(settings, on_progress=on_progress) as assistant,
    ):
        report = assistant.import_from(arguments.file)
    _print(json_text(report) if arguments.json else terminal.report(report))
    return 0


def compacted(report: CompactReport) -> str:
    """Return the sizes before and after, and the files that may still hold removed text."""
    lines = [f"{report.bytes_before:,} bytes before, {report.bytes_after:,} now."]
    lines += [
        f"kept: {terminal.one_line(path)}, set aside by a repair; it may hold removed text, so "
        "delete it when you need it no more"
        for path in report.kept
    ]
    return "\n".join(lines)


def exported(report: ExportReport) -> str:
    """Return what was written and its hash."""
    noun = "document" if report.documents == 1 else "documents"
    return (
        f"{report.documents:,} {noun}, {report.bytes:,} bytes: {terminal.one_line(report.file)}\n"
        f"sha256 {report.sha256}"
    )


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
