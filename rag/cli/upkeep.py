"""The commands that check, keep and move a library: doctor, compact, export, import."""

import argparse
from functools import partial

from index.upkeep.compact import CompactReport
from index.upkeep.transfer import ExportReport
from rag.cli import terminal
from rag.cli.session import opened, print_result


def doctor(arguments: argparse.Namespace) -> int:
    """Check or repair the library; 1 where something is wrong."""
    with opened(arguments) as assistant:
        checkup = assistant.library.repair() if arguments.repair else assistant.library.check()
    print_result(checkup, terminal.checkup, arguments)
    return 1 if checkup.findings else 0


def compact(arguments: argparse.Namespace) -> int:
    """Compact the library and print what that freed."""
    with opened(arguments) as assistant:
        report = assistant.library.compact()
    print_result(report, compacted, arguments)
    return 0


def export(arguments: argparse.Namespace) -> int:
    """Export the library and print the archive's hash."""
    with opened(arguments) as assistant:
        report = assistant.library.export_to(arguments.file)
    print_result(report, exported, arguments)
    return 0


def import_(arguments: argparse.Namespace) -> int:
    """Import an archive and print what became of each document."""
    with opened(arguments) as assistant:
        report = assistant.library.import_from(arguments.file)
        as_text = partial(terminal.report, model=assistant.settings.embedding_model)
    print_result(report, as_text, arguments)
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
