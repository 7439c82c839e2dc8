"""Training of the shipped models: outside the wheel; nothing of the product imports it."""
