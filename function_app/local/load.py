"""Load a folder: its definition.json, and the CSV parts below Customer/."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from function_app.api.call import model_faults
from function_app.api.models import InstanceDefinition
from function_app.errors import INVALID_DEFINITION, ServiceError
from function_app.services.load_profiles import Loaded
from function_app.services.suite import Suite


async def load_folder(services: Suite, instance_id: str, folder: Path) -> Loaded:
    """Define the instance as `definition.json` says and load its customers; ServiceError if either can't be used."""
    try:
        definition = InstanceDefinition.model_validate_json((folder / "definition.json").read_bytes())
    except ValidationError as error:
        raise ServiceError(*model_faults(error, INVALID_DEFINITION)) from None
    now = datetime.now(UTC)
    await services.instances.define(instance_id, definition.model_dump(exclude_none=True), now)
    model = await services.instances.get(instance_id, now)
    return await services.load_profiles(model, _rows(folder / "Customer"), now)


def _rows(folder: Path) -> Iterator[dict[str, str]]:
    for part in sorted(folder.glob("*.csv")):
        with part.open(encoding="utf-8-sig", newline="") as lines:
            yield from csv.DictReader(lines, restkey="(more than the header names)")
