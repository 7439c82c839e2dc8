"""Files of other formats read and written: JSON Lines, SQuAD, BEIR, promptfoo."""
