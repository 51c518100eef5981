"""JSON values: their types, and JSON pointers into them."""

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

JSON_TYPES: dict[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}


def json_type(value: object) -> str:
    """Return the name of the JSON type of `value`."""
    return JSON_TYPES[type(value)]


def has_type(value: object, expected: str) -> bool:
    """Return whether `value` has the JSON type `expected`; an integer is also a number."""
    found = json_type(value)
    return found == expected or (found == "integer" and expected == "number")


def as_object(value: object) -> Json:
    """Return `value` if it is an object, otherwise an empty object."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return `value` if it is a list, otherwise an empty list."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Return `value` if it is a string, otherwise an empty string."""
    return value if isinstance(value, str) else ""


def point(where: str, *keys: str | int) -> str:
    """Return the JSON pointer `where` with `keys` appended."""
    return where + "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)


def follow(root: Json, where: str, value: Json) -> tuple[str, Json]:
    """Return the object that `value` refers to by `$ref`, and its pointer in `root`.

    Without `$ref` that is `value` itself. A reference without a target, or to itself, gives an empty object.
    """
    seen: set[str] = set()
    while isinstance(value.get("$ref"), str):
        ref = value["$ref"]
        if ref in seen:
            return where, {}
        seen.add(ref)
        where, value = ref.removeprefix("#"), _find(root, ref)
    return where, value


def _find(root: Json, ref: str) -> Json:
    value: object = root
    for token in ref.removeprefix("#/").split("/"):
        value = as_object(value).get(token.replace("~1", "/").replace("~0", "~"))
    return as_object(value)
