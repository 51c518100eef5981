from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support import NOW
from support.entra import API, TENANT, USER, V1, V2, Issuer, app_token, issuer, later, private_key, token

from function_app.api.sign_in.tokens import SKEW_S, EntraTokens
from function_app.domain.access import Role
from function_app.errors import NotAuthenticated, ServiceError, Unavailable


@pytest.fixture
def entra() -> Iterator[Issuer]:
    with issuer() as found:
        yield found


@pytest.mark.parametrize("iss", [V1, V2])
@pytest.mark.parametrize("aud", [API, f"api://{API}"])
async def test_tokens_of_both_versions_are_accepted(entra: Issuer, iss: str, aud: str) -> None:
    principal = await entra.tokens().verify(token(iss=iss, aud=aud, roles=["Viewer", "Contributor", "x"]), NOW)
    assert (principal.principal_id, principal.principal_type, principal.role) == (USER, "user", Role.CONTRIBUTOR)


async def test_identities_are_the_user_and_its_groups_and_not_the_app_it_came_through(entra: Issuer) -> None:
    principal = await entra.tokens().verify(token(azp="connector", groups=["G1"]), NOW)
    assert principal.identities == {("user", USER), ("group", "g1")}


@pytest.mark.parametrize(
    ("claims", "left_out"),
    [
        ({}, False),
        ({"groups": ["g"]}, False),
        ({"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://graph"}}}, True),
        ({"hasgroups": True}, True),
        ({"_claim_names": "groups"}, False),
    ],
)
async def test_a_token_tells_if_it_has_no_room_for_groups(
    entra: Issuer, claims: dict[str, Any], left_out: bool
) -> None:
    assert (await entra.tokens().verify(token(**claims), NOW)).groups_left_out == left_out


async def test_an_app_is_known_by_its_object_id_and_its_app_id(entra: Issuer) -> None:
    principal = await entra.tokens().verify(app_token(appid="AA-1"), NOW)
    assert principal.identities == {("app", USER), ("app", "aa-1")}
    assert principal.role is None


BAD: dict[str, Any] = {
    "garbage": "x",
    "empty": "",
    "unsigned": token(algorithm="none"),
    "signed by a stranger": token(key=private_key("stranger")),
    "of an unknown key": token(kid="other"),
    "HS256": token(key="s" * 32, algorithm="HS256"),
    "RS512": token(algorithm="RS512"),
    "cut": token()[:-3],
    "of another tenant": token(tid="99999999-2222-4222-8222-222222222222"),
    "of another issuer": token(iss=V2.replace(TENANT, "common")),
    "for another audience": token(aud="https://graph.microsoft.com"),
    "expired": token(exp=int(NOW.timestamp()) - SKEW_S),
    "of the future": token(nbf=int(NOW.timestamp()) + SKEW_S + 1),
    "without expiry": token(exp=None),
    "with a text for expiry": token(exp="never"),
    "with true for expiry": token(exp=True),
    "with no number for expiry": token(exp=float("nan")),
    "that never expires": token(exp=float("inf")),
    "valid since no number": token(nbf=float("nan")),
    "valid since a text": token(nbf="0"),
    "valid since true": token(nbf=True),
    "without oid": token(oid=None),
    "an id token": token(scp=None, roles=["Administrator"]),
}


REASONS = {
    **dict.fromkeys(("garbage", "empty", "unsigned", "HS256", "RS512"), "is not a well-formed RS256 token."),
    **dict.fromkeys(("signed by a stranger",), "has a wrong signature."),
    "of an unknown key": "is signed with a key that the issuer does not have.",
    "of another tenant": "is of another tenant.",
    "of another issuer": "is of another issuer.",
    "for another audience": "is for another audience.",
    **{name: "has expired." for name in BAD if "expir" in name},
    **{name: "is not valid yet." for name in BAD if name == "of the future" or name.startswith("valid since")},
    "without expiry": "has no claim 'exp'.",
    "without oid": "has no claim 'oid'.",
    "an id token": "is an id token; send an access token.",
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_token_is_refused_with_the_reason_and_without_itself(entra: Issuer, name: str) -> None:
    with pytest.raises(NotAuthenticated) as caught:
        await entra.tokens().verify(BAD[name], NOW)
    assert f'error="invalid_token", error_description="The token {REASONS.get(name, "")}' in caught.value.challenge
    assert not BAD[name] or BAD[name] == "x" or BAD[name] not in caught.value.challenge


async def test_a_clock_may_be_off_by_less_than_the_skew(entra: Issuer) -> None:
    await entra.tokens().verify(token(exp=int(NOW.timestamp()) - SKEW_S + 1), NOW)
    await entra.tokens().verify(token(nbf=int(NOW.timestamp()) + SKEW_S), NOW)


async def test_a_token_may_leave_out_when_it_becomes_valid_as_its_expiry_is_what_the_standard_requires(
    entra: Issuer,
) -> None:
    assert (await entra.tokens().verify(token(nbf=None), NOW)).principal_id == USER


async def test_a_delegated_token_needs_the_scope(entra: Issuer) -> None:
    with pytest.raises(ServiceError, match="scope user_impersonation"):
        await entra.tokens().verify(token(scp="User.Read", roles=["Administrator"]), NOW)


async def test_keys_are_fetched_once_and_again_for_a_new_one_but_not_for_each_unknown(entra: Issuer) -> None:
    tokens = entra.tokens()
    for _ in range(3):
        await tokens.verify(token(), NOW)
    assert entra.asked == 1
    entra.kids.append("two")
    await tokens.verify(token("two"), later(seconds=10))
    assert entra.asked == 2
    for kid in ("three", "four", "five"):
        with pytest.raises(NotAuthenticated):
            await tokens.verify(token(kid), later(seconds=19))
    assert entra.asked == 2


async def test_known_keys_serve_while_the_endpoint_is_down(entra: Issuer) -> None:
    tokens = entra.tokens()
    await tokens.verify(token(), NOW)
    entra.answers = False
    exp = int(later(days=30).timestamp())
    for days in (2, 3, 4):
        await tokens.verify(token(exp=exp), later(days=days))
        await fetched(tokens)
    assert entra.asked == 4


@pytest.mark.parametrize(
    "nonsense", ["<html>", "[]", "{}", '{"keys": []}', '{"keys": [1]}', '{"keys": [{"kty": "RSA"}]}']
)
async def test_nonsense_in_place_of_keys_changes_none(entra: Issuer, nonsense: str) -> None:
    tokens, exp = entra.tokens(), int(later(days=30).timestamp())
    await tokens.verify(token(), NOW)
    entra.nonsense = nonsense
    with pytest.raises(NotAuthenticated):
        await tokens.verify(token("two"), later(seconds=10))
    await tokens.verify(token(exp=exp), later(seconds=20))


async def test_without_any_key_the_service_is_unavailable_and_recovers(entra: Issuer) -> None:
    entra.answers = False
    tokens = entra.tokens()
    with pytest.raises(Unavailable):
        await tokens.verify(token(), NOW)
    entra.answers = True
    await tokens.verify(token(), later(seconds=10))


async def test_a_withdrawn_key_is_not_used_after_the_daily_fetch(entra: Issuer) -> None:
    tokens, exp = entra.tokens(), int(later(days=30).timestamp())
    await tokens.verify(token(exp=exp), NOW)
    entra.kids = ["two"]
    await tokens.verify(token(exp=exp), later(days=1))
    assert entra.asked == 1
    await tokens.verify(token(exp=exp), later(days=1, seconds=1))  # the key that is known serves until then
    await fetched(tokens)
    with pytest.raises(NotAuthenticated):
        await tokens.verify(token(exp=exp), later(days=1, seconds=2))


async def fetched(tokens: EntraTokens) -> None:
    fetching = tokens._keys._fetching  # noqa: SLF001  # nothing else tells when it has ended
    assert fetching
    await fetching


async def test_a_withdrawn_key_is_not_used_after_a_fetch_for_another_one(entra: Issuer) -> None:
    tokens, exp = entra.tokens(), int(later(days=30).timestamp())
    await tokens.verify(token(), NOW)
    entra.kids = ["two"]
    await tokens.verify(token("two"), later(seconds=10))
    with pytest.raises(NotAuthenticated):
        await tokens.verify(token(exp=exp), later(seconds=20))
