"""What makes the files that ship: the reader's weights and the graphs; not part of the wheel.

Run from the checkout, with the extra `train`: `python -m training.reader_train --help` trains,
`training.reader_export` writes a checkpoint as the file that ships, `training.graphs` the graphs.
"""
