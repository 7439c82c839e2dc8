"""What makes the files that ship: the reader's weights and the graphs; not part of the wheel.

Run from the checkout, with the extra `train`; `training/README.md` says which program does what.
"""
