"""Read a request: parameters and body, parsed as the operation declares them."""

from __future__ import annotations

import json
import math
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func
from pydantic import BaseModel, ValidationError

from function_app import error_codes
from function_app.api.body_faults import model_faults
from function_app.api.media import check_acceptable
from function_app.api.operation import Body, Operation
from function_app.api.sign_in.auth import KEY_PARAMETER
from function_app.domain.addresses import decode_slashes
from function_app.domain.names import nearest_hint
from function_app.domain.values import parse_float
from function_app.error_detail import ErrorDetail
from function_app.errors import ServiceError

MAX_BODY_BYTES, MAX_DEPTH = 256 * 1024, 64
MAX_PARTS, MAX_FAULTS = 20_000, 2_000
"""The members and objects of a body with a model, and the faults that are listed one by one: each takes time."""
_HALF_A_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
_JSON_TYPES = frozenset(("application/json", "application/json-patch+json", "text/json"))
OF_THE_PLATFORM = frozenset(("code", "clientid", KEY_PARAMETER))
"""Query parameters, in lower case, that no operation reads: keys of the platform and of callers."""


class FaultyRequest(ServiceError):
    """Reject a request because of its form.

    `values` are the parameters without fault; `body` is None if it has one.
    """

    def __init__(self, faults: Sequence[ErrorDetail], values: Mapping[str, Any], body: Any = None) -> None:
        super().__init__(*faults)
        self.values, self.body = values, body


def read_request(operation: Operation, request: func.HttpRequest) -> tuple[dict[str, Any], Any]:
    """Return the parameters and the body. Raises FaultyRequest with all errors of both."""
    if operation.is_odata and operation.verb == "GET":
        check_acceptable(operation, request.params.get("$format"), request.headers.get("accept"))
    values, faults = _read_values(operation, request)
    try:
        body = read_body(operation, request)
    except ServiceError as error:
        raise FaultyRequest((*faults, *error.faults), values) from None
    if faults:
        raise FaultyRequest(faults, values, body)
    return values, body


def _read_values(operation: Operation, request: func.HttpRequest) -> tuple[dict[str, Any], list[ErrorDetail]]:
    """Return the values of the parameters that were sent, and the errors of the others."""
    faults: list[ErrorDetail] = []
    values: dict[str, Any] = {}
    route_values = {name: decode_slashes(value) for name, value in request.route_params.items()}
    sources = {"path": route_values, "query": request.params, "header": request.headers}
    for parameter in operation.parameters:
        text = sources[parameter.place].get(parameter.name)
        if not text:  # an empty value counts as absent
            if parameter.required:
                faults.append(error_codes.MISSING_PARAMETER(f"'{parameter.name}' is required.", parameter.name))
            continue
        try:
            values[parameter.name] = parameter.type.parse(text)
        except ValueError as error:
            message = f"'{parameter.name}' must be {error}; received '{text[:64]}'."
            faults.append(error_codes.INVALID_PARAMETER(message, parameter.name))
    for name in request.params:
        if name not in values and name.lower() not in OF_THE_PLATFORM:
            faults += _unknown(operation, name)
    if "," in "".join(request.params.values()):  # the host joins repeated parameters by a comma
        faults += _repeated(request.url)
    return values, faults


def _repeated(url: str) -> list[ErrorDetail]:
    names = Counter(name.lower() for name, value in parse_qsl(urlsplit(url).query))
    return [
        error_codes.INVALID_PARAMETER(f"'{name[:64]}' is sent {count} times; send it once.", name[:64])
        for name, count in names.items()
        if count > 1
    ]


def _unknown(operation: Operation, name: str) -> list[ErrorDetail]:
    known = [parameter.name for parameter in operation.parameters if parameter.place == "query"]
    if name in known:
        return []
    hint = nearest_hint(name, known)
    return [error_codes.UNKNOWN_PARAMETER(f"{operation.id} has no query parameter '{name[:64]}'{hint}.", name[:64])]


def read_body(operation: Operation, request: func.HttpRequest) -> Any:
    """Return the body as declared: a model or a JSON object. Raises ServiceError with all its errors."""
    if operation.body is None:
        return None
    raw = request.get_body()
    if not raw and "chunked" in request.headers.get("transfer-encoding", ""):
        message = "The host drops a chunked body; send Content-Length instead of Transfer-Encoding."
        raise ServiceError(error_codes.LENGTH_REQUIRED(message, "Content-Length"))
    if not raw and (operation.body.attributes_of or operation.body.optional):
        content = {}  # a designer with no field filled in sends no body
    else:
        content = _content(request.headers, raw)
    if operation.body.model is None:
        return content
    if raw.count(b",") + raw.count(b"{") > MAX_PARTS:
        message = f"The body may have at most {MAX_PARTS} members and objects."
        raise ServiceError(error_codes.BODY_TOO_LARGE(message))
    return _model(operation.body, operation.body.model, content)


def _content(headers: Mapping[str, str], raw: bytes) -> dict[str, Any]:
    """Return the JSON object in a body, which may be encoded once more as a text."""
    _check_media(headers)
    if len(raw) > MAX_BODY_BYTES:
        received = f"{len(raw) // 1024 + 1} KB or more"  # the local host cuts long ones
        message = f"The body may have at most {MAX_BODY_BYTES // 1024} KB; received {received}."
        raise ServiceError(error_codes.BODY_TOO_LARGE(message))
    content = _parse(raw)
    if isinstance(content, str):
        content = _parse(content)
    if not isinstance(content, dict):
        raise ServiceError(error_codes.NOT_AN_OBJECT("The body must be a JSON object.", ""))
    return content


def _check_media(headers: Mapping[str, str]) -> None:
    _check_type(headers.get("content-type", ""))
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise ServiceError(error_codes.UNSUPPORTED_MEDIA_TYPE("Send the body uncompressed.", "Content-Encoding"))


@lru_cache  # callers send few different values
def _check_type(text: str) -> None:
    media, *parameters = (part.strip().lower() for part in text.split(";"))
    if media not in _JSON_TYPES:
        message = f"Send the body as 'application/json'; received content type '{media[:64]}'."
        raise ServiceError(error_codes.UNSUPPORTED_MEDIA_TYPE(message, "Content-Type"))
    charsets = {
        part.partition("=")[2].strip(' "') for part in parameters if part.partition("=")[0].strip() == "charset"
    }
    if charsets - {"utf-8", "utf8"}:
        raise ServiceError(error_codes.UNSUPPORTED_MEDIA_TYPE("Send the body in UTF-8.", "Content-Type"))


def _parse(raw: bytes | str) -> Any:
    try:
        text = raw.removeprefix(BOM_UTF8).decode() if isinstance(raw, bytes) else raw
        content = _decode(text)
        if text.count("[") + text.count("{") > MAX_DEPTH:
            _check_depth(content)
        if _HALF_A_PAIR.search(text):
            json.dumps(content, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        message = f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
    except UnicodeDecodeError as error:
        message = f"The body is not UTF-8: byte {error.start} can not be decoded."
    except UnicodeEncodeError:
        message = "The body is not JSON: it contains half of a surrogate pair."
    except RecursionError:
        message = f"The body is nested too deep: at most {MAX_DEPTH} levels of arrays and objects are allowed."
    except ValueError as error:
        message = f"The body is not JSON: {error}."
    else:
        return content
    raise ServiceError(error_codes.MALFORMED_JSON(message, ""))


def _check_depth(content: Any) -> None:
    level: list[Any] = [[content]]
    for _ in range(MAX_DEPTH + 1):
        within = (part.values() if isinstance(part, dict) else part for part in level)
        level = [part for parts in within for part in parts if isinstance(part, dict | list)]
    if level:
        raise RecursionError


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        (twice, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        msg = f"the member '{twice[:64]}' occurs twice"
        raise ValueError(msg)
    return members


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON number")


def _float(text: str) -> float:
    number = parse_float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:32]} is too large")
    return number


_decode = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse, parse_float=_float).decode


def _model(body: Body, model: type[BaseModel], content: dict[str, Any]) -> Any:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        if error.error_count() > MAX_FAULTS:
            message = f"The body has {error.error_count()} faults; compare its form with the documentation."
            raise ServiceError(body.error_code(message, "")) from None
        faults = model_faults(model, error, body.error_code)
        raise ServiceError(*faults, *body.rules(content, [fault.target or "" for fault in faults])) from None
