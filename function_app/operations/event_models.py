"""Bodies of triggers: what happened."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from function_app.operations.models import CustomerFields, UnifiedActivity


class UpdateEvent(BaseModel):
    """A profile update that was taken, or whose time is over."""

    updateId: str = Field(title="Update ID", description="The update's id.")
    customerId: str = Field(title="Customer ID", description="The customer it is for.")
    receivedAt: datetime = Field(title="Received At", description="When it came in.")
    occurredAt: datetime = Field(title="Occurred At", description="When the change happened.")
    validUntil: datetime = Field(title="Valid Until", description="When it disappears, or did.")
    caller: str | None = Field(None, title="Caller", description="The sender's name, if it gave one.")
    names: list[str] = Field(title="Field Names", description="The names of the fields it changes.")
    fields: CustomerFields = Field(title="Changes", description="The fields it changes, with their new values.")


class Events(BaseModel):
    """What happened."""

    state: str = Field(title="State", description="How far the flow has read.")


class UpdateEvents(Events):
    """Profile updates."""

    value: list[UpdateEvent] = Field(title="Updates", description="The updates.")


class ActivityEvents(Events):
    """Activities."""

    value: list[UnifiedActivity] = Field(title="Activities", description="The activities.")
