"""Rows that are named by their key in parentheses, as in `Customer('3f2a')` and `Orders(Year=2026,Number=7)`."""

from __future__ import annotations

import re
from dataclasses import replace

from function_app import error_codes
from function_app.domain.entity import Entity
from function_app.domain.query import Condition
from function_app.error_detail import ErrorDetail
from function_app.errors import ServiceError

_PART = re.compile(r"\s*(?:([A-Za-z_]\w*)\s*=\s*)?('(?:[^']|'')*'|[^,'()\s=]+)\s*(?:,|$)")


def split_key(name: str) -> tuple[str, str | None]:
    """Return the entity and the text in parentheses after it, None without parentheses."""
    entity, mark, key = name.partition("(")
    return (entity, key[:-1]) if mark and key.endswith(")") else (name, None)


def key_condition(text: str, entity: Entity) -> Condition:
    """Return the condition that finds the row with a key. Raises ServiceError if the text is no key of the entity."""
    names = entity.keys[0]
    parts = [(found[1] or "", found[2]) for found in _PART.finditer(text)]
    if len(parts) == 1 == len(names) and not parts[0][0]:
        parts = [(names[0], parts[0][1])]
    is_whole = "".join(found.group() for found in _PART.finditer(text)) == text
    if not is_whole or sorted(name.lower() for name, _ in parts) != sorted(name.lower() for name in names):
        like = "'...'" if len(names) == 1 else ",".join(f"{name}=..." for name in names)
        message = (
            f"A row of {entity.qualified_name} is named {entity.qualified_name}({like}); received '({text[:64]})'."
        )
        raise ServiceError(error_codes.INVALID_QUERY(message, "entityName"))
    from function_app.api.odata_filter import parse_filter  # noqa: PLC0415  # 90 ms that a cold start saves

    try:
        return parse_filter(" and ".join(f"{name} eq {value}" for name, value in parts), entity)
    except ServiceError as error:
        raise ServiceError(*(_of_key(fault, text, entity) for fault in error.faults)) from None


def _of_key(fault: ErrorDetail, text: str, entity: Entity) -> ErrorDetail:
    """Return a fault of the filter that a key was written as, as one of the key."""
    message = f"The key of {entity.qualified_name} {fault.message.removeprefix('$filter ').removesuffix('.')}"
    return replace(fault, message=f"{message}; received '({text[:64]})'.", target="entityName")
