"""Any LlamaIndex `LLM` object, a user's or a third party's, asked in a thread of its own."""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.llm.loop_bridge import in_thread
from rag.llm.protocol import Message
from rag.llm.providers.llama_chunks import chat_messages, chunk, tells_end
from rag.llm.providers.wire import Chunk

if TYPE_CHECKING:
    from llama_index.core.llms import LLM


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LLMWire:
    """Asks with the object's synchronous methods, whatever its asynchronous ones are.

    Those of many objects block the event loop or hold connections of an earlier one. What it
    repeats by itself cannot be seen from here, and given up on, it ends at its own time limit.
    """

    llm: "LLM"

    def prepare(self) -> None:
        """Do nothing: the object is there."""

    @property
    def known_context(self) -> int | None:
        """As the object's metadata says."""
        try:
            return self.llm.metadata.context_window
        except ValueError:
            return None

    @property
    def parameters(self) -> Mapping[str, str | int | float]:
        """The object's temperature and token limit, where it has such attributes."""
        found = {name: getattr(self.llm, name, None) for name in ("temperature", "max_tokens")}
        return {name: value for name, value in found.items() if isinstance(value, int | float)}

    async def chunks(
        self, messages: Sequence[Message], *, whole: bool
    ) -> AsyncGenerator[Chunk, None]:
        """Send the messages and yield what comes.

        Where the object's raw responses are of no known form, the end counts as complete.
        """
        asked = chat_messages(messages)

        def answer() -> Iterator[Chunk]:
            told = False
            responses = [self.llm.chat(asked)] if whole else self.llm.stream_chat(asked)
            for response in responses:
                part = chunk(response, whole=whole)
                told = told or part.finish is not None or tells_end(response)
                yield part
            if not told:
                yield Chunk(finish="stop")

        async with aclosing(in_thread(answer)) as came:
            async for piece in came:
                yield piece

    def leave_out(self, error: Exception) -> bool:
        """Return False: the object's options are its maker's."""
        return False

    async def models(self) -> int:
        """Return 1: the object is one model."""
        return 1
