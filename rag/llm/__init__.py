"""Language models behind one protocol: which one is meant, how it is called, how it fails.

`rag.llm.protocol` says what a model is, and imports none; `rag.llm.registry` makes one of its name.
"""
