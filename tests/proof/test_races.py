from __future__ import annotations

from proof.races import races, races_on_cosmos_db


def test_one_serial_order_explains_what_racing_clients_are_answered() -> None:
    races(1)


def test_one_serial_order_explains_them_on_cosmos_db_too() -> None:
    races_on_cosmos_db(1)
