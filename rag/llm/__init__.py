"""Language models behind one protocol: which one is meant, how it is called, how it fails.

`rag.types.LanguageModel` says what one is; `rag.llm.registry` makes one of its name.
"""
