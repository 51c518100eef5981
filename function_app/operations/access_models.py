"""Bodies about access, as pydantic models: roles, role assignments, API keys, changes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, RootModel

from function_app.operations.models import Strict

RoleName = Literal["Viewer", "Contributor", "Administrator"]


class RoleDefinition(BaseModel):
    """A role and what it may do."""

    roleName: RoleName = Field(title="Role", description="The role's name.")
    description: str = Field(title="Description", description="What the role may do.")


class RoleDefinitionList(RootModel[list[RoleDefinition]]):
    """Every role."""


class RoleAssignment(Strict):
    """A role of one instance for a user, group or app."""

    principalId: str | None = Field(None, title="Principal ID", description="An object id, or an app's id.")
    principalType: Literal["user", "group", "app"] = Field(title="Principal Type", description="What the id names.")
    roles: Annotated[list[RoleName], Field(min_length=1, max_length=3)] = Field(
        title="Roles", description="The roles; the highest holds."
    )
    instanceId: str | None = Field(None, title="Instance ID", description="The instance's id.")


class RoleAssignmentList(RootModel[list[RoleAssignment]]):
    """Role assignments."""


class ApiKeyInfo(BaseModel):
    """An API key without the key itself."""

    role: RoleName = Field(title="Role", description="The role the key gives.")
    slot: Literal["primary", "secondary"] = Field(title="Slot", description="Which of the role's two keys it is.")
    createdAt: str = Field(title="Created At", description="When it was made.")
    createdBy: str = Field(title="Created By", description="The id of who made it.")


class ApiKeyList(RootModel[list[ApiKeyInfo]]):
    """The API keys of an instance."""


class NewApiKey(BaseModel):
    """An API key, shown this once."""

    role: RoleName = Field(title="Role", description="The role the key gives.")
    slot: Literal["primary", "secondary"] = Field(title="Slot", description="Which of the role's two keys it is.")
    key: str = Field(title="Key", description="The key; keep it, it can't be read again.")


class ChangeInfo(BaseModel):
    """What somebody did to an instance's definition, roles or keys."""

    changedAt: str = Field(title="Changed At", description="When.")
    changedBy: str = Field(title="Changed By", description="The id of who did it.")
    action: str = Field(title="Action", description="What was done.")
    subject: str = Field(title="Subject", description="To what.")
    detail: str = Field(title="Detail", description="How it is since.")


class ChangeList(RootModel[list[ChangeInfo]]):
    """Changes, newest first."""
