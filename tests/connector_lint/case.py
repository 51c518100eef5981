"""One way to break the valid connector."""

from collections.abc import Mapping
from dataclasses import dataclass

LIST_SHELVES = "/paths/~1shelves/get"
GET_SCHEMA = "/paths/~1shelves~1{shelfId}~1schema/get"
CREATE = "/paths/~1shelves~1{shelfId}~1books/post"
LIST = "/paths/~1books/get"
POLL = "/paths/~1triggers~1books/get"
DELETE = "/paths/~1loans~1{loanId}/delete"

GENRE = f"{LIST}/parameters/0"
BOOK = "/definitions/Book"
NEW_BOOK = "/definitions/NewBook"
SHELF_ID = f"{CREATE}/parameters/0"


@dataclass(frozen=True)
class Case:
    """Applying `edits` to the valid connector breaks `rule` at `where`.

    The same edit also breaks the rules in `also`; it breaks no other rule.
    """

    rule: str
    where: str
    edits: Mapping[str, object]
    also: frozenset[str] = frozenset()


def case(rule: str, where: str, edits: Mapping[str, object] | object, *also: str) -> Case:
    """Return a case; edits other than a mapping are the new value of `where` itself."""
    if not isinstance(edits, Mapping):
        edits = {where: edits}
    return Case(rule, where, edits, frozenset(also))
