"""Subscriptions of webhooks: who gets which events, how far, and when to try again.

Events are read from the feed, so a subscription holds only its position there: `Progress`. An event may enter the feed
behind another one (see `feed`), so the ids of delivered events are kept until nothing can appear before them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple, get_args

from function_app.domain.access import Grants, Principal, Sender

EventKind = Literal["profileUpdated", "updateExpired", "updateWillExpire", "activityCreated", "refreshEnded"]
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
MAX_SUBSCRIPTIONS = 100
MAX_DONE, MAX_HOLDS = 5_000, 10
SWEEP_EVERY = timedelta(seconds=10)
RETRY_FOR = timedelta(days=1)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
_LOCAL = "local"
_GONE = frozenset((404, 410))


class Outcome(NamedTuple):
    """The answer to one message: its HTTP status, 0 if there was none, and why it failed, None if it did not.

    `retry_after` is in seconds, if the receiver sent it.
    """

    status: int
    failure: str | None = None
    retry_after: float | None = None

    @property
    def ends_it(self) -> bool:
        """Whether the receiver says that its address is no longer there."""
        return self.status in _GONE


class Hold(NamedTuple):
    """The events of one customer wait until `retry_at`, because its first one failed so often."""

    attempts: int
    retry_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a subscription has been served.

    - `cursors`: by channel of the feed, the position up to which every event is done
    - `done`: ids of events after the cursors that are done; `holds`: what waits, by a digest of the customer
    - `looked_at`: when the feed was last read to its end, `swept_at`: when it was read so from the cursors on
    - `failing_since`: the first failure since the last success; `failure`: the last one, in words, and `failed_at`
    """

    cursors: Mapping[str, str]
    done: frozenset[str] = frozenset()
    holds: Mapping[str, Hold] = field(default_factory=dict)
    looked_at: datetime = _NEVER
    swept_at: datetime = _NEVER
    delivered_at: datetime | None = None
    failing_since: datetime | None = None
    failed_at: datetime | None = None
    failure: str | None = None

    def begin_again(self) -> Progress:
        """Return the progress without failures; everything after the cursors is read again."""
        return replace(self, holds={}, failing_since=None, looked_at=_NEVER, swept_at=_NEVER)

    def is_blocked(self, now: datetime) -> bool:
        """Return whether nothing may be sent now: MAX_HOLDS customers fail, and none is due."""
        return len(self.holds) >= MAX_HOLDS and all(hold.retry_at > now for hold in self.holds.values())

    def needs_sweep(self, now: datetime) -> bool:
        """Return whether the feed has to be read from the cursors on: late events and retries are found only so."""
        due = any(hold.retry_at <= now for hold in self.holds.values())
        return due or now - self.swept_at >= SWEEP_EVERY or len(self.done) > MAX_DONE // 2

    def may_deliver(self, customer: str, now: datetime) -> bool:
        """Return whether an event of a customer may be sent; with MAX_HOLDS customers that fail, no other's may."""
        hold = self.holds.get(customer)
        return len(self.holds) < MAX_HOLDS if hold is None else hold.retry_at <= now

    def succeeded(self, customer: str, event_id: str, now: datetime) -> Progress:
        """Return the progress after a delivery; if MAX_HOLDS customers were failing, all are tried again at once."""
        holds = {each: hold for each, hold in self.holds.items() if each != customer}
        if len(self.holds) >= MAX_HOLDS:
            holds = {each: hold._replace(retry_at=now) for each, hold in holds.items()}
        done = self.done | {event_id}
        return replace(self, done=done, holds=holds, delivered_at=now, failing_since=None)

    def failed(self, customer: str, failure: str, wait: timedelta | None, now: datetime) -> Progress:
        """Return the progress after a delivery that failed; `wait` is what the receiver requested."""
        attempts = self.holds[customer].attempts + 1 if customer in self.holds else 1
        hold = Hold(attempts, now + max(wait_after(attempts), min(wait or timedelta(), _LONGEST_WAIT)))
        return replace(
            self,
            holds={**self.holds, customer: hold},
            failing_since=self.failing_since or now,
            failed_at=now,
            failure=failure,
        )

    def gives_up(self, happened_at: datetime, now: datetime) -> bool:
        """Return whether an event that failed is not tried again: others were accepted, and it holds up too many."""
        is_alone = self.delivered_at is not None and self.delivered_at > happened_at
        return is_alone and (now - happened_at >= RETRY_FOR or len(self.done) >= MAX_DONE)

    def gave_up(self, customer: str, event_id: str) -> Progress:
        """Return the progress without an event that is not tried again."""
        holds = {each: hold for each, hold in self.holds.items() if each != customer}
        return replace(self, done=self.done | {event_id}, holds=holds)


@dataclass(frozen=True, slots=True)
class Subscription:
    """One callback that gets one kind of event.

    - `secret`: signs what is sent; `held_by`: what gives the subscriber its role, see `holdings`
    - `within`: how long before its end an update is announced, for `updateWillExpire`
    - `worker`, `leased_until`: who serves it now; `revision` counts its writes
    """

    subscription_id: str
    event: EventKind
    callback: str
    secret: str
    subscriber: Sender
    held_by: tuple[str, ...]
    created_at: datetime
    progress: Progress
    within: timedelta | None = None
    worker: str | None = None
    leased_until: datetime = _NEVER
    revision: int = 0

    @property
    def has_failed_too_long(self) -> bool:
        """Whether nothing has been delivered for RETRY_FOR though it was tried."""
        since, last = self.progress.failing_since, self.progress.failed_at
        return since is not None and last is not None and last - since >= RETRY_FOR


def subscription_id(event: EventKind, callback: str, principal_id: str) -> str:
    """Return the id of a subscription: the same caller with the same callback and event has one."""
    return hashlib.sha256(f"{event}\0{callback}\0{principal_id}".encode()).hexdigest()[:32]


def event_id(instance_id: str, event: EventKind, position: str) -> str:
    """Return the id of an event, the same each time that it is sent."""
    digest = hashlib.sha256(f"{instance_id}\0{event}\0{position}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:15]).decode()


def customer_digest(customer_id: str) -> str:
    """Return what stands for a customer in a subscription: nothing there has to be erased with the person."""
    return hashlib.sha256(customer_id.encode()).hexdigest()[:16]


def holdings(principal: Principal, instance_id: str, grants: Grants) -> tuple[str, ...]:
    """Return what gives a caller a role on an instance and can be asked again later: assignments, or an API key.

    A key counts by its digest, so that a subscription ends with the key. A role in a token can't be asked again; the
    caller of a local host, who has no identities, keeps its role.
    """
    held = [_LOCAL] if principal.role is not None and not principal.identities else []
    held += [each for each in _assigned(grants) if each in {f"{kind}:{name}" for kind, name in principal.identities}]
    if instance_id in principal.instance_roles:
        name = principal.principal_id.split(":")[-2:]
        held += [f"key:{key.digest}" for key in grants.api_keys if [key.role.title, key.slot] == name]
    return tuple(held)


def still_held(held_by: tuple[str, ...], grants: Grants) -> bool:
    """Return whether anything of what gave a subscriber its role still does."""
    keys = (f"key:{key.digest}" for key in grants.api_keys)
    return not {_LOCAL, *_assigned(grants), *keys}.isdisjoint(held_by)


def _assigned(grants: Grants) -> list[str]:
    return sorted(f"{one.principal_type}:{one.principal_id}" for one in grants.assignments.values())


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: 5 s, then four times longer each time, up to an hour."""
    return min(_FIRST_WAIT * float(4 ** min(attempts - 1, 10)), _LONGEST_WAIT)


def new_secret(random: bytes) -> str:
    """Return random bytes as the secret of a subscription, in the form of Standard Webhooks."""
    return "whsec_" + base64.b64encode(random).decode()


def signed_headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of Standard Webhooks: the id of a message, when it is sent, and its signature."""
    key, seconds = base64.b64decode(secret.removeprefix("whsec_")), str(int(at.timestamp()))
    digest = hmac.digest(key, b".".join((message_id.encode(), seconds.encode(), body)), "sha256")
    signature = "v1," + base64.b64encode(digest).decode()
    return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": signature}
