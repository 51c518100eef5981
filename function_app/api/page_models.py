"""Bodies about the pages, as pydantic models."""

from __future__ import annotations

from pydantic import BaseModel, Field


class PageSignIn(BaseModel):
    clientId: str = Field(title="Client ID", description="The app registration that is signed in to.")
    authority: str = Field(title="Authority", description="The address of the tenant.")
    scope: str = Field(title="Scope", description="The scope that is asked for.")


class PageConfiguration(BaseModel):
    """How the pages sign people in."""

    signIn: PageSignIn | None = Field(None, title="Sign In", description="Nothing where nobody needs to.")
