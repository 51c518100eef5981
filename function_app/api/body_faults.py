"""The faults of a body that does not fit its model: what pydantic finds, in the words of this service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from function_app.domain.names import nearest_hint
from function_app.domain.wording import expectation, received
from function_app.error_detail import ErrorCode, ErrorDetail
from function_app.services.validation import pointer

_Place = tuple[str | int, ...]


def model_faults(model: type[BaseModel], error: ValidationError, error_code: ErrorCode) -> list[ErrorDetail]:
    """Return pydantic's errors as error details, each with its JSON pointer."""
    return [
        error_code(_message(model, found), "".join(pointer(str(part)) for part in found["loc"]))
        for found in error.errors(include_url=False)
    ]


def _message(model: type[BaseModel], found: Mapping[str, Any]) -> str:
    place, value = found["loc"], found["input"]
    if found["type"] == "extra_forbidden":
        *within, name = place
        known = _members(model, within)
        hint = nearest_hint(str(name), known) or f"; the members are {', '.join(known)}"
        return f"There is no member '{str(name)[:64]}'{hint}."
    sent = {"missing": "", "too_long": _size(value), "too_short": _size(value), "string_too_long": _size(value)}
    return f"{_subject(place)} {expectation(found)}{sent.get(found['type'], f'; received {received(value)}')}."


def _size(value: Any) -> str:
    return f"; received {len(value)}" if isinstance(value, str | list) else ""


def _subject(place: _Place) -> str:
    names = [part for part in place if isinstance(part, str)]
    return f"'{names[-1]}'" if place[-1:] == tuple(names[-1:]) else f"An item of '{names[-1]}'"


def _members(model: type[BaseModel], place: Iterable[str | int]) -> list[str]:
    """Return the names of the members of the object at a place in a body."""
    for part in place:
        if isinstance(part, str):
            fields = {field.alias or name: field for name, field in model.model_fields.items()}
            model = _model_in(fields[part].annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model in the annotation of a field, like list[Model] | None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
