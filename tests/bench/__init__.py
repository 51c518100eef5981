"""Benchmarks: each figure is a ratio against a baseline of the same run. `make bench` runs them all."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))  # contains `support`
