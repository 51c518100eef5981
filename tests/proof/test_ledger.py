from __future__ import annotations

from collections import Counter

import httpx
import pytest

from proof.ledger import Ledger, check, write_of


@pytest.mark.parametrize("found", [{"u1": 1}, {"u1": 1, "u2": 2}, {"u1": 1, "u2": 1, "u3": 1}])
def test_a_write_lost_made_twice_or_never_sent_is_reported(found: dict[str, int]) -> None:
    with pytest.raises(AssertionError):
        check(Ledger(acknowledged={"u1", "u2"}), Counter(found))


def test_of_a_batch_only_the_items_with_an_outcome_are_acknowledged() -> None:
    ledger, batch = Ledger(), write_of("updates", "ada", "u1", 2)
    results = [{"index": 0, "outcome": "applied"}, {"index": 1, "errorCode": "StoreUnavailable"}]
    assert not ledger.acknowledge(batch, httpx.Response(200, json={"value": results}))
    assert ledger.acknowledged == {"u1/0"}


def test_what_is_no_2xx_acknowledges_nothing() -> None:
    with pytest.raises(AssertionError):
        Ledger().acknowledge(write_of("update", "ada", "u1"), httpx.Response(404))
