"""Validate attribute values against an entity's metadata, and convert them to canonical form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from function_app import error_codes
from function_app.domain.entity import Attribute, Entity
from function_app.domain.names import nearest_hints
from function_app.domain.schema import FORMAT_HINTS, MAX_WHOLE, TYPES, attribute_schema
from function_app.domain.values import NORMALIZERS, canonical, parse_text
from function_app.domain.wording import received
from function_app.error_detail import ErrorDetail

if TYPE_CHECKING:
    import jsonschema

MAX_CHANGES = 500
_SHOWN = 100


class Clear(NamedTuple):
    """Attributes to clear, and where the request names them: a parameter, or a JSON pointer."""

    names: Sequence[str] = ()
    at: str = "clear"


NOTHING = Clear()


class Checker:
    """Validates the values of one entity's attributes and converts them to canonical form."""

    def __init__(self, entity: Entity) -> None:
        self._entity = entity
        self._fixed = entity.key_names | {attribute.name for attribute in entity.attributes if attribute.read_only}
        self._canonical = {attribute.name: canonical(attribute) for attribute in entity.attributes}
        self._types = {attribute.name: attribute.data_type for attribute in entity.attributes}

    @cached_property
    def _validators(self) -> Mapping[str, jsonschema.Draft202012Validator]:
        """Compiled once, for the first invalid value."""
        return {attribute.name: _validator(attribute) for attribute in self._entity.attributes}

    def check_changes(self, body: Mapping[str, Any], clear: Clear = NOTHING) -> dict[str, Any] | list[ErrorDetail]:
        """Return changes in canonical form, or every fault in them; keys and read-only attributes are faults.

        Attributes to clear become null, as if the body had null for them.
        """
        changes = {**dict.fromkeys(clear.names), **body} if clear.names else body
        if not changes:
            return [
                error_codes.EMPTY_BODY(
                    "The body names no attribute; send at least one, or the names of those to clear.", ""
                )
            ]
        if len(changes) > MAX_CHANGES:
            message = f"The body names {len(changes)} attributes; at most {MAX_CHANGES} can be changed at once."
            return [error_codes.TOO_MANY_ATTRIBUTES(message, "")]
        faults = [*self._unknown(changes), *self._unchangeable(changes)]
        only_cleared = {pointer(name) for name in clear.names if name not in body}
        faults = [replace(fault, target=clear.at) if fault.target in only_cleared else fault for fault in faults]
        return self._checked(changes, [*faults, *self._both(body, clear)])

    def check_record(self, body: Mapping[str, Any], required: Iterable[str] = ()) -> dict[str, Any] | list[ErrorDetail]:
        """Return a record in canonical form, or every fault in it; required attributes must have a value."""
        faults = self._unknown(body)
        missing = [name for name in required if body.get(name) in (None, "")]
        faults += [error_codes.MISSING_ATTRIBUTE(f"'{name}' needs a value.", pointer(name)) for name in missing]
        return self._checked(body, faults)

    def _checked(self, body: Mapping[str, Any], faults: list[ErrorDetail]) -> dict[str, Any] | list[ErrorDetail]:
        written = dict(body)
        for name, value in body.items():
            if value is None or name not in self._canonical:
                continue
            written[name] = self._canonical[name](value)
            if written[name] is None and not self._is_empty(name, value):
                faults += self._wrong(name, value)
        return faults[:_SHOWN] or written

    def _is_empty(self, name: str, value: Any) -> bool:
        """Return whether a value is the empty text of an unfilled field, which is null in any type but text."""
        return value == "" and self._types[name] != "Edm.String"

    def _wrong(self, name: str, value: Any) -> list[ErrorDetail]:
        """Return the faults of an invalid value, by jsonschema: it is too slow for valid values (20 times)."""
        parsed = parse_text(self._types[name], value) if isinstance(value, str) else value
        found = [_fault(error, name, value) for error in self._validators[name].iter_errors(parsed)]
        return found or [_beyond_schema(name, value, parsed)]

    def _both(self, body: Mapping[str, Any], clear: Clear) -> list[ErrorDetail]:
        """Return the faults of attributes that are to be cleared and have a value too."""
        return [
            error_codes.CLEARED_WITH_VALUE(
                f"'{name[:100]}' is to be cleared, but the body has a value for it.", clear.at
            )
            for name in clear.names
            if body.get(name) is not None and not (name in self._types and self._is_empty(name, body[name]))
        ]

    def _unchangeable(self, body: Mapping[str, Any]) -> list[ErrorDetail]:
        return [
            error_codes.KEY_ATTRIBUTE(f"'{name}' is the key and can't be changed.", pointer(name))
            if name in self._entity.key_names
            else error_codes.READ_ONLY_ATTRIBUTE(f"'{name}' is read-only; only the source changes it.", pointer(name))
            for name in body
            if name in self._fixed
        ]

    def _unknown(self, body: Mapping[str, Any]) -> list[ErrorDetail]:
        """Return the faults of unknown names, up to the limit; only the first have hints, as these are slow."""
        known, entity = self._entity.by_name, self._entity.qualified_name
        if body.keys() <= known.keys():
            return []
        names = [name for name in body if name not in known][:_SHOWN]
        return [
            error_codes.UNKNOWN_ATTRIBUTE(f"{entity} has no attribute '{name[:100]}'{hint}.", pointer(name))
            for name, hint in nearest_hints(names, known)
        ]


def pointer(name: str) -> str:
    """Return the JSON pointer of a member, with at most 200 characters of its name."""
    return "/" + name[:200].replace("~", "~0").replace("/", "~1")


def _validator(attribute: Attribute) -> jsonschema.Draft202012Validator:
    import jsonschema  # noqa: PLC0415  # 80 ms, not needed at a cold start

    formats = jsonschema.FormatChecker(formats=())
    for name, parse in NORMALIZERS.items():
        formats.checks(name, raises=ValueError)(_checks(parse))
    return jsonschema.Draft202012Validator(attribute_schema(attribute), format_checker=formats)


def _fault(error: jsonschema.ValidationError, name: str, value: Any) -> ErrorDetail:
    expected: Any = error.validator_value
    sent, at = received(value), pointer(name)
    match error.validator:
        case "type":
            return error_codes.WRONG_TYPE(f"'{name}' must be {TYPES[expected]} or null; received {sent}.", at)
        case "format":
            return error_codes.WRONG_FORMAT(f"'{name}' must be {FORMAT_HINTS[expected]}; received {sent}.", at)
        case "maxLength":
            return error_codes.TOO_LONG(f"'{name}' may have at most {expected} characters; received {len(value)}.", at)
        case "enum":
            allowed = ", ".join(repr(value) for value in expected)
            return error_codes.VALUE_NOT_ALLOWED(f"'{name}' must be one of {allowed}; received {sent}.", at)
        case _:
            bound = "at least" if error.validator == "minimum" else "at most"
            return error_codes.OUT_OF_RANGE(f"'{name}' must be {bound} {expected}; received {sent}.", at)


def _beyond_schema(name: str, value: Any, parsed: Any) -> ErrorDetail:
    """Return the fault of a value that its schema accepts, but not every store."""
    if isinstance(parsed, str):
        return error_codes.WRONG_FORMAT(f"'{name}' may not hold the character U+0000.", pointer(name))
    limits = f"a number that a double holds exactly: up to 15 digits, whole numbers up to {MAX_WHOLE}"
    return error_codes.OUT_OF_RANGE(f"'{name}' must be {limits}; received {received(value)}.", pointer(name))


def _checks(parse: Callable[[str], str]) -> Callable[[object], bool]:
    def check(value: object) -> bool:
        return not isinstance(value, str) or bool(parse(value))

    return check
