"""What the pages are told: who may embed them, and how they sign people in."""

from __future__ import annotations

from dataclasses import dataclass

AUTHORITY = "https://login.microsoftonline.com"


@dataclass(frozen=True, slots=True)
class SignIn:
    """The app registration the pages sign in to, and the scope they ask for."""

    client_id: str
    tenant_id: str
    scope: str

    @property
    def authority(self) -> str:
        return f"{AUTHORITY}/{self.tenant_id}"


@dataclass(frozen=True, slots=True)
class PageSettings:
    """`embedders` are origins; `sign_in` None where nobody needs to."""

    embedders: tuple[str, ...] = ()
    sign_in: SignIn | None = None
