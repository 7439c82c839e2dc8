"""Web pages: fetching one that was asked for by its address, and nothing else."""
