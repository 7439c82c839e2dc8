"""Where the suite and thresholds lie that ship with the product, and baselines beside suites."""

from pathlib import Path

_HERE = Path(__file__).parent


def shipped_suite() -> Path:
    """Return the file of the shipped gold questions, which are about the shipped article."""
    return _HERE / "gold" / "japan_us_defense.jsonl"


def shipped_thresholds() -> Path:
    """Return the file of the thresholds that hold where no other file is named."""
    return _HERE / "thresholds.toml"


def baseline_beside(suite: Path, *, name: str) -> Path:
    """Return where a suite's baseline is kept: `baselines/NAME.json` beside the suite's file."""
    folder = _HERE if suite == shipped_suite() else suite.parent
    return folder / "baselines" / f"{name}.json"
