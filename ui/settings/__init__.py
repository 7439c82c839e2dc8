"""The tab Settings: what one person chose."""
