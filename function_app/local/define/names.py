"""Names of files and columns: as names of a definition, as words, and what they hint at."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

_MAX_NAME = 100
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CUSTOMER = re.compile(
    r"customer|client|contact|person|people|member|account|user|guest|patient|subscriber|kunde|고객|회원",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"name|mail|phone|city|country|address|street|birth|postal|zip|plz|이름|성명|메일|전화|휴대폰|우편|주소",
    re.IGNORECASE,
)
_KEY = re.compile(r"(id|key|guid|uuid|code|number|nummer|no|nr|번호|아이디)$", re.IGNORECASE)
_NO_AMOUNT = re.compile(r"(phone|fax|mobile|zip|postal|postcode|plz|iban|number|code|nr)", re.IGNORECASE)
_TITLES = ("title", "subject", "product", "productname", "name", "item", "description", "page", "channel", "shipname")
_TYPES = {
    "SalesOrder": re.compile(r"order|purchase|sale|invoice|transaction|booking", re.IGNORECASE),
    "SupportTicket": re.compile(r"ticket|case|complaint|incident|support", re.IGNORECASE),
    "WebVisit": re.compile(r"visit|session|click|page|web", re.IGNORECASE),
    "Appointment": re.compile(r"appointment|meeting|call", re.IGNORECASE),
}


def identifier(text: str, taken: Collection[str] = (), default: str = "Column") -> str:
    """Return a name as definitions have it, made of a text, that is none of those taken without regard to case."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    pieces = re.findall("[A-Za-z0-9_]+", plain)
    name = pieces[0] if len(pieces) == 1 else "".join(piece[:1].upper() + piece[1:] for piece in pieces)
    name = name.strip("_") or default
    name = (name if name[0].isalpha() else f"{default}{name}")[: _MAX_NAME - 4]
    lower, number = {other.lower() for other in taken}, 2
    unique = name
    while unique.lower() in lower:
        unique, number = f"{name}{number}", number + 1
    return unique


def titled(text: str) -> str:
    """Return a name as definitions have it, that begins with a capital letter, its words joined."""
    name = identifier(text.replace("_", " "), default="Table")
    return name[:1].upper() + name[1:]


def words(name: str) -> str:
    """Return a display name."""
    return " ".join(_CAMEL.sub(" ", name.replace("_", " ")).split())


def plain(name: str) -> str:
    """Return a name for comparison."""
    return re.sub(r"[\W_]", "", name.lower())


def similarity(reference: str, key: str) -> int:
    """Return how much the name of a column is that of a key of customers: 0 to 3."""
    mine, other = plain(reference), plain(key)
    if mine == other:
        return 3
    if other.endswith(mine) and len(mine) > len("id"):
        return 2
    return 1 if names_customers(reference) else 0


def names_customers(text: str) -> bool:
    """Return whether a name is one for customers."""
    return _CUSTOMER.search(text) is not None


def names_person(column: str) -> bool:
    """Return whether a column is one that customers have."""
    return _PERSON.search(column) is not None


def names_mail(column: str) -> bool:
    """Return whether a column is one for mail addresses."""
    return re.search("mail|메일", column, re.IGNORECASE) is not None


def names_key(column: str) -> bool:
    """Return whether a column is one for ids."""
    return _KEY.search(column) is not None


def names_no_amount(column: str) -> bool:
    """Return whether digits in a column are no number to count with."""
    return _NO_AMOUNT.search(column) is not None


def activity_type(name: str) -> tuple[str, bool]:
    """Return the semantic type of activities by the name of their table, and whether the name tells it."""
    found = next((type_ for type_, pattern in _TYPES.items() if pattern.search(name)), None)
    return found or titled(name), found is not None


def title_of(columns: Collection[str]) -> str | None:
    """Return the column that names an activity best, None if no name tells."""
    by_plain = {plain(column): column for column in reversed([*columns])}
    return next((by_plain[name] for name in _TITLES if name in by_plain), None)
