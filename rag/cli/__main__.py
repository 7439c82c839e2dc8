"""`python -m rag.cli`: the command `footnote` where its script is not on the path."""

import sys

from rag.cli.main import main

sys.exit(main())
