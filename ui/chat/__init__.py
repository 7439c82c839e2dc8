"""The tab Ask: a conversation and its sources."""
