"""The texts of tool results, for users and for agents that read no structured content: each has all that was found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

Json = Mapping[str, Any]


def customers(page: Json) -> str:
    """Say which customers were found."""
    rows, more = page["value"], "\nThere are more: use a narrower search." if "@odata.nextLink" in page else ""
    return _list("Customers", (_pairs(row) for row in rows)) + more


def customer(profile: Json) -> str:
    """Say what a customer's fields have, and why where a live update shows."""
    reasons: Json = profile.get("@explain", {})
    fields = {name: value for name, value in profile.items() if name != "@explain" and value is not None}
    lines = [f"{name}: {_value(value)}{_why(reasons.get(name))}" for name, value in fields.items()]
    cleared = [f"{name}: empty{_why(reason)}" for name, reason in reasons.items() if name not in fields]
    return "\n".join(lines + cleared)


def _why(reason: Json | None) -> str:
    if reason is None:
        return ""
    odd = "; the source has changed since" if reason["contradicted"] else ""
    source = f"the source has {_value(reason['source'])}{odd}"
    return f" (update {reason['updateId']} from {_sender(reason)}, {_until(reason)}; {source})"


def _until(update: Json) -> str:
    return f"until {update['validUntil']}{' or the next refresh' if update.get('untilRefresh') else ''}"


def activities(page: Json) -> str:
    """Say what a customer did."""
    more = "\nThere are older ones: use the argument to." if "@odata.nextLink" in page else ""
    return _list("Activities, newest first", map(_activity, page["value"])) + more


def _activity(activity: Json) -> str:
    words = " - ".join(activity[name] for name in ("Title", "Description") if activity[name])
    sender = f" (from {_sender(activity)})" if activity.get("principal") else ""
    return f"{activity['ActivityTime']} {activity['ActivityTypeDisplay']}{': ' if words else ''}{words}{sender}"


DRY_RUN = "Nothing was stored, this is a dry run. It would be: "


def updated(answer: Json) -> str:
    """Say what an update changed, and until when."""
    receipt = answer["receipt"]
    head = f"Update {receipt['updateId']} is {receipt['outcome']}, {_until(receipt)}"
    return f"{head}. {_pairs(receipt['attributes'])}"


def ended(answer: Json) -> str:
    """Say what was ended, and what shows now."""
    names = [name for one in answer["ended"] for name in one["names"]]
    if not names:
        return "Nothing was ended: the update is not live."
    return f"Ended: {', '.join(names)}. Now: {_pairs({name: answer['customer'].get(name) for name in names})}"


def added(answer: Json) -> str:
    """Say which activity was added."""
    receipt = answer["value"]
    return f"Activity {receipt['activityId']} is {receipt['outcome']}, until {receipt['validUntil']}."


def live_updates(page: Json) -> str:
    """Say which updates are live."""
    more = "\nThere are more: name a field or a sender." if "@odata.nextLink" in page else ""
    return _list("Live updates, oldest first", map(_update, page["value"])) + more


def _update(update: Json) -> str:
    values = [
        f"{each['name']} = {_value(each['value'])} ({each['state']}; the source has {_value(each['source'])})"
        for each in update["attributes"]
    ]
    head = f"customer {update['customerId']}, update {update['updateId']} from {_sender(update)}"
    return f"{head}, {_until(update)}: {', '.join(values)}"


def _sender(sent: Json) -> str:
    """Say who sent something; what it calls itself only as that."""
    principal = sent.get("principal") or {"id": "an unknown sender"}
    alias = f", via {sent['caller']}" if sent.get("caller") else ""
    return f"{principal.get('name') or principal['id']}{alias}"


def schema(answer: Json) -> str:
    """Say which fields there are."""
    fields = answer["schema"]["properties"]
    return _list("Fields", (f"{name}: {field['description']}" for name, field in fields.items()))


def fault(answer: Json) -> str:
    """Say why an operation refused a call: all its faults."""
    return " ".join(dict.fromkeys(detail["message"] for detail in answer["details"]))


def _list(title: str, lines: Iterable[str]) -> str:
    found = [f"- {line}" for line in lines]
    return "\n".join([f"{title}:", *found]) if found else f"{title}: none."


def _pairs(row: Json) -> str:
    return ", ".join(f"{name}: {_value(value)}" for name, value in row.items() if value is not None)


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
