"""Tests of what trains: it is outside the wheel, so it is imported from the checkout."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))
