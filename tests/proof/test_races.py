from __future__ import annotations

from proof.races import races


def test_one_serial_order_explains_what_racing_clients_are_answered() -> None:
    races(1)
