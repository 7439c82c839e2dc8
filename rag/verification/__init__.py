"""Checks what any text says against sources: claims, verdicts and the sentences behind them."""
