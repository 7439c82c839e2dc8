"""What OpenTelemetry and LlamaIndex are told: counts, and text only where it was asked for."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from rag import Article, Settings
from rag.testing import ScriptedModel, open_assistant

_QUESTION = "What did engineers find?"


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Collect spans with a provider of this test's own."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    return exporter


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., None]:
    def asked(**settings: object) -> None:
        chosen = Settings.load(library=tmp_path / "library", seeds=False, **settings)
        model = ScriptedModel("Engineers found cracks. [1]")
        with open_assistant(chosen, model=model) as assistant:
            assistant.library.add_articles(
                [Article(source="a", title="a", text="Engineers found cracks.")]
            )
            assistant.ask(_QUESTION)

    return asked


class Collector(BaseEventHandler):
    """Keeps the events that it is told."""

    seen: list[object] = []  # noqa: RUF012  # pydantic copies it for each handler

    @classmethod
    def class_name(cls) -> str:
        return "Collector"

    def handle(self, event: object, **_: object) -> None:
        self.seen.append(event)


@pytest.fixture
def collector() -> Iterator[Collector]:
    root = get_dispatcher()
    handler = Collector()
    before = list(root.event_handlers)
    root.add_event_handler(handler)
    yield handler
    root.event_handlers = before


def test_each_step_is_a_span_with_counts(
    exporter: InMemorySpanExporter, ask: Callable[..., None]
) -> None:
    ask()
    spans = {span.name: dict(span.attributes or {}) for span in exporter.get_finished_spans()}
    assert set(spans) == {"footnote.retrieve", "footnote.generate", "footnote.verify"}
    assert spans["footnote.retrieve"]["footnote.passages"] == 1
    assert spans["footnote.generate"]["footnote.output_tokens"] == 4
    assert spans["footnote.verify"]["footnote.evidence"] == 1


def test_text_is_told_only_where_it_is_asked_for(
    exporter: InMemorySpanExporter, ask: Callable[..., None]
) -> None:
    ask()
    assert "ngineers" not in str([span.attributes for span in exporter.get_finished_spans()])
    ask(trace_text=True)
    assert _QUESTION in str([span.attributes for span in exporter.get_finished_spans()])


def test_llama_index_handlers_hear_the_same(collector: Collector, ask: Callable[..., None]) -> None:
    ask()
    told = [event for event in collector.seen if type(event).__name__ == "FootnoteEvent"]
    assert [event.name for event in told] == ["retrieve", "verify", "generate"]  # type: ignore[attr-defined]
