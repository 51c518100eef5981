from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook
from support import INSTANCE, NOW

from function_app.domain.access import ApiKey, Assignment, Grants, Principal, Role
from function_app.domain.subscription import (
    MAX_DONE,
    MAX_HOLDS,
    RETRY_FOR,
    Progress,
    event_id,
    holdings,
    new_secret,
    signed_headers,
    still_held,
    subscription_id,
    wait_after,
)

EMPTY = Progress({"received": ""})
HOUR = timedelta(hours=1)


@given(st.binary(min_size=24, max_size=64), st.text(), st.uuids())
def test_a_signature_is_accepted_by_standard_webhooks(random: bytes, text: str, identity: object) -> None:
    secret, body = new_secret(random), json.dumps(text).encode()
    headers = signed_headers(secret, str(identity), datetime.now(UTC), body)
    Webhook(secret).verify(body, headers)


def test_another_body_or_secret_is_not_accepted() -> None:
    secret = new_secret(b"a" * 32)
    headers = signed_headers(secret, "evt", datetime.now(UTC), b"{}")
    for judge, body in ((Webhook(secret), b"{ }"), (Webhook(new_secret(b"b" * 32)), b"{}")):
        with pytest.raises(Exception, match="No matching signature"):
            judge.verify(body, headers)


def test_waits_are_five_seconds_first_and_an_hour_at_most() -> None:
    assert [wait_after(count).total_seconds() for count in (1, 2, 3, 4, 5, 6, 1000)] == [
        5,
        20,
        80,
        320,
        1280,
        3600,
        3600,
    ]


def test_a_receiver_may_ask_for_a_longer_wait_of_up_to_an_hour() -> None:
    for wait, expected in ((1, 5), (60, 60), (10**6, 3600)):
        progress = EMPTY.failed("ada", "it answered 429", timedelta(seconds=wait), NOW)
        assert progress.holds["ada"].retry_at == NOW + timedelta(seconds=expected)


def test_with_many_failing_customers_no_other_is_tried_until_one_succeeds() -> None:
    progress = EMPTY
    for number in range(MAX_HOLDS):
        assert progress.may_deliver("eve", NOW)
        progress = progress.failed(f"c{number}", "it answered 500", None, NOW)
    assert not progress.may_deliver("eve", NOW)
    assert not progress.may_deliver("c0", NOW)
    later = NOW + timedelta(seconds=5)
    assert progress.may_deliver("c0", later)
    progress = progress.succeeded("c0", "id", NOW + timedelta(seconds=1))
    assert progress.may_deliver("c1", NOW + timedelta(seconds=1))  # the receiver is back
    assert progress.may_deliver("eve", NOW)


def test_an_event_is_given_up_only_while_others_are_accepted() -> None:
    failing = EMPTY.failed("ada", "it answered 500", None, NOW)
    assert not failing.gives_up(NOW, NOW + 2 * RETRY_FOR)
    others = failing.succeeded("bob", "id", NOW + HOUR)
    assert not others.gives_up(NOW, NOW + RETRY_FOR - HOUR)
    assert others.gives_up(NOW, NOW + RETRY_FOR)
    full = Progress({}, frozenset(map(str, range(MAX_DONE))), delivered_at=NOW + HOUR)
    assert full.gives_up(NOW, NOW + HOUR)


def test_ids_are_the_same_each_time_and_differ_by_what_they_name() -> None:
    ids = [event_id(INSTANCE, "profileUpdated", "a"), event_id(INSTANCE, "profileUpdated", "a")]
    ids += [event_id(INSTANCE, "updateExpired", "a"), event_id("other", "profileUpdated", "a")]
    assert len(set(ids)) == 3
    names = {subscription_id("profileUpdated", callback, who) for callback in ("a", "b") for who in ("ada", "bob")}
    assert len(names) == 4


def grants(*assigned: tuple[str, str], digest: str = "d") -> Grants:
    roles = {who: Assignment(who, kind, Role.VIEWER) for kind, who in assigned}  # type: ignore[arg-type]
    return Grants(roles, (ApiKey(Role.VIEWER, "primary", digest, NOW, "boss"),))


def test_a_subscriber_holds_its_role_as_long_as_anything_gives_it() -> None:
    ada = Principal("ada", "user", identities=frozenset({("user", "ada"), ("group", "desk")}))
    held = holdings(ada, INSTANCE, grants(("user", "ada"), ("group", "desk")))
    assert still_held(held, grants(("group", "desk")))
    assert not still_held(held, grants(("group", "other"), ("app", "ada")))


def test_an_api_key_counts_by_its_digest() -> None:
    key = Principal(f"key:{INSTANCE}:Viewer:primary", "app", instance_roles={INSTANCE: Role.VIEWER})
    held = holdings(key, INSTANCE, grants(digest="old"))
    assert still_held(held, grants(digest="old"))
    assert not still_held(held, grants(digest="new"))


def test_a_role_in_the_token_does_not_count_as_it_can_not_be_asked_again() -> None:
    ada = Principal("ada", "user", Role.VIEWER, identities=frozenset({("user", "ada")}))
    assert holdings(ada, INSTANCE, Grants()) == ()
    assert holdings(ada, INSTANCE, grants(("group", "ada"))) == ()
    assert holdings(ada, INSTANCE, grants(("user", "ada"))) == ("user:ada",)


def test_the_caller_of_a_local_host_keeps_its_role() -> None:
    held = holdings(Principal("local", "user", Role.ADMINISTRATOR), INSTANCE, Grants())
    assert still_held(held, Grants())
