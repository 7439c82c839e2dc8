"""Ends connections whose request does not come; what requests may hold is looked at elsewhere.

Import it where a server starts: it loads uvicorn.
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

_SAYS = b'{"error": {"message": "the request did not come in time: send it again, at once"}}'
_LATE = (
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-type: application/json\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(_SAYS), _SAYS)
)


class Hurried(H11Protocol):
    """Speaks HTTP for uvicorn with whoever sends whole requests in time.

    Otherwise, who opens connections and says nothing would keep them all. That of h11 also refuses
    a head of more than 64 kB, on every machine; that of httptools, where it is installed, takes
    any.
    """

    seconds = 30.0
    """In which a request has to come in whole, from its connection or its first byte on."""
    _ends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what came, and wait on unless it ends a request."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        super().connection_lost(exc)
        self._rest()

    def _watch(self) -> None:
        if self._is_answering and not self.cycle.more_body:
            self._rest()
        elif self._ends is None:
            self._ends = self.loop.call_later(self.seconds, self._end)

    def _rest(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
        self._ends = None

    def _end(self) -> None:
        if not (self._is_answering and self.cycle.response_started):
            self.transport.write(_LATE)
        self.transport.close()

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete
