"""Media types: whether a caller accepts the response of an operation."""

from __future__ import annotations

from function_app import error_codes
from function_app.api.operation import Operation
from function_app.errors import ServiceError

_SHORT = {"json": "application/json", "xml": "application/xml"}


def check_acceptable(operation: Operation, format_: str | None, accept: str | None) -> None:
    """Raise ServiceError if neither `$format` nor, without it, `Accept` allows a media type of the operation."""
    if format_:
        kind = format_.partition(";")[0].strip().lower()
        accepted = [_SHORT.get(kind, kind)]
    elif accept:
        accepted = [media for media, is_accepted in map(_range, accept.split(",")) if is_accepted]
    else:
        return
    if not any(_covers(each, media) for each in accepted for media in operation.media):
        received = format_ or accept or ""
        message = f"The response is '{operation.media[0]}'; received '{received[:64]}'."
        raise ServiceError(error_codes.NOT_ACCEPTABLE(message, "$format" if format_ else "Accept"))


def _range(text: str) -> tuple[str, bool]:
    """Return a media range, and whether its quality is above zero."""
    media, *parameters = (part.replace(" ", "").lower() for part in text.split(";"))
    weights = [part.partition("=")[2] for part in parameters if part.startswith("q=")]
    return media, not (weights and weights[0].strip("0.") == "")


def _covers(accepted: str, media: str) -> bool:
    return accepted in {media, "*/*", "*"} or accepted == f"{media.partition('/')[0]}/*"
