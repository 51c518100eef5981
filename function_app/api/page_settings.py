"""Settings served to the pages: the sites that may embed them, and how they sign users in."""

from __future__ import annotations

from dataclasses import dataclass

AUTHORITY = "https://login.microsoftonline.com"


@dataclass(frozen=True, slots=True)
class SignIn:
    """The app registration that users sign in to, and the scope that the pages request."""

    client_id: str
    tenant_id: str
    scope: str

    @property
    def authority(self) -> str:
        return f"{AUTHORITY}/{self.tenant_id}"


@dataclass(frozen=True, slots=True)
class PageSettings:
    """`embedders` are origins; `sign_in` is None if no sign-in is needed."""

    embedders: tuple[str, ...] = ()
    sign_in: SignIn | None = None
