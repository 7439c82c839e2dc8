"""Serves Footnote's tools to one MCP client over standard input and output; `ui.api` has the tools.

Nothing but the protocol reaches standard output: whatever else is printed goes to standard error.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

from rag import Assistant, FootnoteError, MisuseError
from rag.internal import in_thread
from ui.api import MCP_EXTRA, Endpoints, tools
from ui.guard import MOST_OTHER

if TYPE_CHECKING:
    import anyio
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
    from mcp.server.lowlevel import Server
    from mcp.shared.message import SessionMessage
    from mcp.types import CallToolResult, Tool

_NAME = "footnote"
_SAYS = (
    "Footnote answers from the user's own articles. Quote its sentences with their footnotes, and "
    "say so where it abstains."
)
_NO_MESSAGE = (
    "that line is no message: send one JSON object of JSON-RPC a line, of at most "
    f"{MOST_OTHER:,} characters"
)


def serve(assistant: Assistant) -> None:
    """Answer a client until it closes standard input.

    Raises:
        MisuseError: The package `mcp` is not installed, or there is no standard input.
    """
    if find_spec("mcp") is None:
        raise MisuseError(f"`footnote mcp` needs a package more: {MCP_EXTRA}")
    if sys.stdin is None:  # it was closed before the process began
        raise MisuseError(
            "`footnote mcp` talks to its client over standard input, which is closed: have an MCP "
            "client start it"
        )
    # What is no message is told to the client; `mcp` would print tracebacks of it, and pages of
    # what its forms lack on the logger of nobody, which is heard here by no other.
    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    logging.getLogger().addFilter(lambda record: False)
    sys.stdout.flush()
    out = os.dup(1)
    os.dup2(2, 1)
    asyncio.run(_serve(assistant, out))


async def _serve(assistant: Assistant, out: int) -> None:
    import anyio
    from mcp.server.stdio import stdio_server

    server = _server(assistant)
    # Read in a thread that nothing waits for: Ctrl-C would wait for the client's next line.
    lines = cast("anyio.AsyncFile[str]", in_thread(_lines))
    with open(out, "w", encoding="utf-8", newline="\n") as file:
        async with (
            stdio_server(stdin=lines, stdout=anyio.wrap_file(file)) as (read, write),
            anyio.create_task_group() as tasks,
        ):
            hand_on, messages = anyio.create_memory_object_stream["SessionMessage | Exception"](0)
            tasks.start_soon(_sift, read, hand_on, write)
            await server.run(messages, write, server.create_initialization_options())


async def _sift(
    read: "MemoryObjectReceiveStream[SessionMessage | Exception]",
    hand_on: "MemoryObjectSendStream[SessionMessage | Exception]",
    write: "MemoryObjectSendStream[SessionMessage]",
) -> None:
    """Hand on what a client asks; of a line that is no message say so: it has no id to answer.

    What is no question is passed over: nothing was asked of the client.
    """
    import anyio
    from mcp.shared.message import SessionMessage
    from mcp.types import JSONRPCError, JSONRPCMessage, JSONRPCNotification, JSONRPCResponse

    told = {"level": "error", "logger": _NAME, "data": _NO_MESSAGE}
    said = JSONRPCNotification(jsonrpc="2.0", method="notifications/message", params=told)
    async with hand_on:
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):  # nobody listens
            async for message in read:
                if isinstance(message, Exception):
                    await write.send(SessionMessage(JSONRPCMessage(said)))
                elif not isinstance(message.message.root, JSONRPCResponse | JSONRPCError):
                    await hand_on.send(message)


def _lines() -> Iterator[str]:
    """Yield what the client writes, from a descriptor of our own: the interpreter closes its.

    Of a line that is too long its beginning is yielded alone, which is no message.
    """
    with open(os.dup(0), encoding="utf-8", errors="replace") as file:
        while line := file.readline(MOST_OTHER):
            yield line
            while len(line) == MOST_OTHER and not line.endswith("\n"):
                line = file.readline(MOST_OTHER)


def _server(assistant: Assistant) -> "Server[Any, Any]":
    from mcp.server.lowlevel import Server
    from mcp.types import CallToolResult, TextContent

    endpoints = Endpoints(assistant)
    server: Server[Any, Any] = Server(_NAME, version=version("footnote"), instructions=_SAYS)

    async def call(name: str, arguments: dict[str, Any]) -> "CallToolResult":
        try:
            found = await endpoints.call(name, arguments)
        except FootnoteError as error:
            return CallToolResult(content=[TextContent(type="text", text=str(error))], isError=True)
        text = json.dumps(found, ensure_ascii=False, indent=1)
        return CallToolResult(
            content=[TextContent(type="text", text=text)], structuredContent=found
        )

    async def listed() -> list["Tool"]:
        return _tools()

    server.list_tools()(listed)  # type: ignore[no-untyped-call]
    server.call_tool()(call)
    return server


def _tools() -> list["Tool"]:
    from mcp.types import Tool, ToolAnnotations

    return [
        Tool(
            name=name,
            description=tool["description"],
            inputSchema=_schema(tool["arguments"]),
            annotations=ToolAnnotations(readOnlyHint=True, openWorldHint=False),
        )
        for name, tool in tools().items()
    ]


def _schema(arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: _property(one) for name, one in arguments.items()},
        "required": [name for name, one in arguments.items() if one["required"]],
        "additionalProperties": False,
    }


def _property(argument: dict[str, Any]) -> dict[str, Any]:
    plain = {"type": argument["type"], "description": argument["says"]}
    if "fields" not in argument:
        return plain
    texts = {"type": "array", "items": {"type": "string"}}
    fields = {
        name: {**({"type": "string"} if name in ("since", "until") else texts), "description": says}
        for name, says in argument["fields"].items()
    }
    return {**plain, "properties": fields, "additionalProperties": False}
