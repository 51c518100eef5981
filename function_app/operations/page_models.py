"""Bodies about the pages and the Adaptive Card, as pydantic models."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field


class PageSignIn(BaseModel):
    clientId: str = Field(title="Client ID", description="The app registration that is signed in to.")
    authority: str = Field(title="Authority", description="The address of the tenant.")
    scope: str = Field(title="Scope", description="The scope that is asked for.")


class PageConfiguration(BaseModel):
    """How the pages sign people in."""

    signIn: PageSignIn | None = Field(None, title="Sign In", description="Nothing where nobody needs to.")


class AdaptiveCard(BaseModel):
    """An Adaptive Card; its elements are as adaptivecards.io describes them."""

    type: Literal["AdaptiveCard"] = Field(title="Type", description="Always AdaptiveCard.")
    version: str = Field(title="Version", description="The version of Adaptive Cards it needs.")
    fallbackText: str = Field(title="Fallback Text", description="What is shown where the version is not known.")
    body: list[dict[str, Any]] = Field(title="Body", description="The elements.")
