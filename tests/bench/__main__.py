"""Run the benchmarks, or those with a given word in their name; print a table, write .bench/latest.json.

To add one, write a function that returns a Ratio, and name it in BENCHES.
"""

from __future__ import annotations

import json
import sys
from time import perf_counter
from typing import Any

from . import (
    activities,
    cards,
    cold_start,
    crowd,
    lists,
    pages,
    read_cost,
    refresh,
    throughput,
    usage,
    webhooks,
)
from .measure import RESULTS, ROOT, Bench, Ratio

BENCHES: tuple[Bench, ...] = (
    throughput.merged_read,
    throughput.update,
    throughput.read_latency,
    throughput.update_latency,
    throughput.steady_reads,
    read_cost.many_profiles,
    read_cost.many_updates,
    lists.list_with_live_updates,
    lists.waits_for_lists,
    lists.waits_for_mass_expiry,
    cold_start.import_time,
    activities.post,
    activities.batch,
    activities.long_timeline,
    pages.of_customers,
    usage.counting,
    crowd.batches_by_clients,
    crowd.slowest_batch,
    crowd.reads_beside_batches,
    crowd.updates_beside_batches,
    crowd.reads_beside_batches_of_activities,
    crowd.updates_beside_batches_of_activities,
    crowd.refused_batch,
    webhooks.update,
    webhooks.expiry,
    cards.writes_beside_cards,
    refresh.throughput,
    refresh.memory,
    refresh.few_changes,
    refresh.from_csv,
    refresh.reads_meanwhile,
)
_ROW = "{:<44} {:>7} {:>7} {:>9}  {:<6} {:>5}"


def main(words: list[str]) -> None:
    chosen = [bench for bench in BENCHES if not words or any(word in bench.__name__ for word in words)]
    if not chosen:
        sys.exit("No bench is named so; there are: " + ", ".join(bench.__name__ for bench in BENCHES))
    _say(_ROW.format("name", "ratio", "spread", "target", "", "took"))
    results = _earlier() if words else {}
    for bench in chosen:
        begun = perf_counter()
        measured = bench()
        _say(_line(measured, perf_counter() - begun))
        results[measured.name] = {
            "ratio": round(measured.ratio, 4),
            "target": measured.target,
            "better": measured.better,
        }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    _say(f"Written to {(RESULTS / 'latest.json').relative_to(ROOT)}.")


def _line(measured: Ratio, took: float) -> str:
    bound = ">=" if measured.better == "higher" else "<="
    return _ROW.format(
        measured.name,
        f"{measured.ratio:.2f}",
        f"{measured.spread:.2f}",
        f"{bound} {measured.target:.2f}",
        "ok" if measured.ok else "missed",
        f"{took:.0f} s",
    )


def _earlier() -> dict[str, Any]:
    """Return the figures of the last run: a run of some benchmarks replaces only their figures."""
    try:
        found: dict[str, Any] = json.loads((RESULTS / "latest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
