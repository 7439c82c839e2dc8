"""Web pages: fetching one that was asked for by its address, and nothing else."""

from index.address import is_web_address
from index.web.fetch import Fetched, Fetcher
from index.web.pages import read_pages

__all__ = ["Fetched", "Fetcher", "is_web_address", "read_pages"]
