"""Starts the command `footnote`, and ends it; `python -m rag.cli` does so without the script.

It imports next to nothing itself, so that Ctrl-C while the rest is loaded ends in good order.
"""

import sys

_INTERRUPTED = 130


def start() -> int:
    """Run one command and return its exit code; 130 where it is interrupted, wherever it was."""
    try:
        from rag.cli.main import main

        code = main()
    except KeyboardInterrupt:
        sys.stderr.write("footnote: interrupted; the library is sound\n")
        code = _INTERRUPTED
    _leave(code)
    return code


def _leave(code: int) -> None:
    """End the process at once where threads are still at work that nothing waits for.

    The interpreter would end under them: a model's code, not in Python, aborted in 3 of 10 tries.
    What is to be tidied is; after Ctrl-C no thread is waited for.
    """
    threading = sys.modules.get("threading")
    others = threading.enumerate()[1:] if threading else []
    if not any(thread.daemon or code == _INTERRUPTED for thread in others):
        return
    import atexit
    import os
    from contextlib import suppress

    if code != _INTERRUPTED:
        vars(threading)["_shutdown"]()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.exit(start())
