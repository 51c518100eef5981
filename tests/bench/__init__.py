"""The numbers: each a ratio against a baseline of the same run. `make bench` takes them all."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))  # where `support` is
