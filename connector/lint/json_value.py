"""JSON values whose shape nobody has promised."""

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
    """Name the JSON type of `value`."""
    return JSON_TYPES[type(value)]


def has_type(value: object, expected: str) -> bool:
    """Tell whether `value` is of the JSON type `expected`; an integer is a number too."""
    found = json_type(value)
    return found == expected or (found == "integer" and expected == "number")


def as_object(value: object) -> Json:
    """Return `value`, or an empty object in place of anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return `value`, or an empty list in place of anything else."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Return `value`, or an empty string in place of anything else."""
    return value if isinstance(value, str) else ""


def point(where: str, *keys: str | int) -> str:
    """Append `keys` to the JSON pointer `where`."""
    return where + "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)


def count_of(number: int, noun: str) -> str:
    """Write `number` and `noun`, in the plural where it is not one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
