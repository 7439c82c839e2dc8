"""Gold questions, metrics, runs over standard sets, reports and gates: a client of `rag`.

Import from its modules (`from eval.running.suite import run`), never the package: its name is also
that of a builtin.
"""
