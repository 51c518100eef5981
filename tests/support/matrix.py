"""The access matrix: what each kind of caller gets from each operation, derived from the declarations."""

from __future__ import annotations

from collections import Counter

from function_app.api.operation import Operation
from function_app.bootstrap import OPERATIONS
from function_app.domain.access import Role

UNKNOWN, WITHOUT_ROLE = "unknown", "without a role"
KINDS: dict[str, Role | str] = {
    "no credentials, or ones that are not valid": UNKNOWN,
    "a valid token or key without a role on this instance": WITHOUT_ROLE,
    **{f"{role.title} on this instance or on all: user, group, app; key of this instance": role for role in Role},
}
ANSWERED, UNAUTHENTICATED, FORBIDDEN = "yes", "401", "403"


def cell(held: Role | str, operation: Operation) -> str:
    """Return what an operation of an instance answers a caller who holds a role on it, or none."""
    if operation.role is None:
        return ANSWERED
    if held == UNKNOWN:
        return UNAUTHENTICATED
    return ANSWERED if isinstance(held, Role) and held >= operation.role else FORBIDDEN


def table() -> list[list[str]]:
    """Return the matrix with one column for the operations that need the same role, the head first."""
    counts = Counter(operation.role for operation in OPERATIONS)
    columns = {role: next(op for op in OPERATIONS if op.role == role) for role in (None, *Role)}
    names = [f"{role.title if role else 'anyone'} ({counts[role]} operations)" for role in columns]
    rows = [[kind, *(cell(held, operation) for operation in columns.values())] for kind, held in KINDS.items()]
    return [["caller \\ operations that need", *names], *rows]
