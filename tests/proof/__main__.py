"""Run the proofs in their long form, or those with a given word in their name; print a table, write .bench/proof.md.

To add one, write a function from a size to a Finding, name it in PROOFS, and test it with a small size.
"""

from __future__ import annotations

import sys
from time import perf_counter

from support import ROOT

from .columnar import damaged_parquet
from .crowd import crowd
from .erasing import erased_whole
from .faults import cosmos_faults
from .finding import Proof
from .fuzz import declared_answers
from .hostile import hostile_requests
from .kills import nothing_lost
from .laws import laws
from .long_run import long_run
from .races import races, races_on_cosmos_db
from .simulation import simulation
from .snapshots import damaged_snapshots

PROOFS = (
    Proof(nothing_lost, 100),
    Proof(erased_whole, 40),
    Proof(cosmos_faults, 10_000),
    Proof(crowd, 3),
    Proof(races, 30),
    Proof(races_on_cosmos_db, 10),
    Proof(simulation, 10_000),
    Proof(declared_answers, 50_000),
    Proof(hostile_requests, 20),
    Proof(laws, 1_000),
    Proof(damaged_snapshots, 6_000),
    Proof(damaged_parquet, 2_400),
    Proof(long_run, 1_800),
)
_ROW = "| {:<44} | {:<90} | {:>7} |"


def main(words: list[str]) -> None:
    chosen = [proof for proof in PROOFS if not words or any(word in proof.name for word in words)]
    if not chosen:
        sys.exit("No proof is named so; there are: " + ", ".join(proof.name for proof in PROOFS))
    lines = [_ROW.format("promise", "seen", "took"), _ROW.format("---", "---", "---:")]
    _say("\n".join(lines))
    for proof in chosen:
        begun = perf_counter()
        finding = proof.prove(proof.size)
        lines.append(_ROW.format(finding.promise, finding.seen, f"{perf_counter() - begun:.0f} s"))
        _say(lines[-1])
    results = ROOT / ".bench" / "proof.md"
    results.parent.mkdir(exist_ok=True)
    results.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
