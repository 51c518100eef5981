"""Suggest what somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest_hint(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'City'?`-like text naming up to three known names near `name`, or nothing."""
    by_lower = {other.lower(): other for other in known}
    near = get_close_matches(name[:100].lower(), by_lower, n=3, cutoff=0.6)
    return "; nearest: " + ", ".join(f"'{by_lower[match]}'" for match in near) if near else ""
