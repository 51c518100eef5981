"""Microsoft Entra access tokens: verified in process, and mapped to principals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from function_app import error_codes
from function_app.api.sign_in.signing_keys import SigningKeys
from function_app.domain.access import ROLES, Principal, PrincipalType
from function_app.errors import NotAuthenticated, ServiceError

SCOPE = "user_impersonation"
SKEW_S = 60
MAX_NAME_LENGTH = 200
_NAMES = ("name", "preferred_username", "upn", "app_displayname")
_REQUIRED = ("exp", "iss", "aud", "tid", "oid", "sub")


@dataclass(frozen=True, slots=True)
class Trust:
    """Which tokens are accepted: of one tenant, for one audience (`api://id` and `id`), of these issuers."""

    tenant_id: str
    audiences: tuple[str, ...]
    issuers: tuple[str, ...]


def trust_of(tenant_id: str, audience: str, issuer: str | None) -> Trust:
    """Return the trust in v1 and v2 tokens of a tenant, or in tokens of one issuer."""
    app_id = audience.removeprefix("api://")
    of_tenant = (f"https://sts.windows.net/{tenant_id}/", f"https://login.microsoftonline.com/{tenant_id}/v2.0")
    return Trust(tenant_id, (app_id, f"api://{app_id}"), (issuer,) if issuer else of_tenant)


class EntraTokens:
    def __init__(self, trust: Trust, keys: SigningKeys) -> None:
        self._trust, self._keys = trust, keys

    async def verify(self, token: str, now: datetime) -> Principal:
        """Return the principal of a token; NotAuthenticated if it is not valid, ServiceError if it lacks the scope."""
        claims = await self._claims(token, now)
        if claims["tid"] != self._trust.tenant_id:
            raise _refused("is of another tenant")
        if not _is_number(claims["exp"]) or claims["exp"] + SKEW_S <= now.timestamp():
            raise _refused("has expired")
        if not _is_number(claims.get("nbf", 0)) or claims.get("nbf", 0) - SKEW_S > now.timestamp():
            raise _refused("is not valid yet")
        return _principal(claims)

    async def _claims(self, token: str, now: datetime) -> Mapping[str, Any]:
        """Return the claims of a token after checks of signature, issuer and audience, but not of its times."""
        import jwt  # noqa: PLC0415  # 50 ms that a cold start saves

        try:
            header = jwt.get_unverified_header(token)
            key = await self._keys.find(str(header.get("kid")), now)
            if key is None:
                raise _refused("is signed with a key that the issuer does not have")
            return jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=self._trust.audiences,
                issuer=self._trust.issuers,
                options={
                    "require": list(_REQUIRED),
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidAudienceError:
            raise _refused("is for another audience") from None
        except jwt.InvalidIssuerError:
            raise _refused("is of another issuer") from None
        except jwt.InvalidSignatureError:
            raise _refused("has a wrong signature") from None
        except jwt.MissingRequiredClaimError as error:
            raise _refused(f"has no claim '{error.claim}'") from None
        except jwt.InvalidTokenError:
            raise _refused("is not a well-formed RS256 token") from None


def _principal(claims: Mapping[str, Any]) -> Principal:
    role = max((ROLES[name] for name in _texts(claims.get("roles")) if name in ROLES), default=None)
    identities: set[tuple[PrincipalType, str]] = {("group", group.lower()) for group in _texts(claims.get("groups"))}
    kind: PrincipalType = "user" if "scp" in claims else "app"
    ids = [claims["oid"]]
    if kind == "user" and SCOPE not in str(claims["scp"]).split():
        raise ServiceError(error_codes.FORBIDDEN(f"The token lacks the scope {SCOPE}."))
    if kind == "app":
        if claims["sub"] != claims["oid"]:
            raise _refused("is an id token; send an access token")
        ids += _texts([claims.get("azp"), claims.get("appid")])
    identities |= {(kind, str(principal_id).lower()) for principal_id in ids}
    name = next((claims[claim] for claim in _NAMES if claims.get(claim) and isinstance(claims[claim], str)), None)
    return Principal(
        str(claims["oid"]).lower(),
        kind,
        role,
        identities=frozenset(identities),
        name=name and name[:MAX_NAME_LENGTH],
        groups_left_out=_leaves_groups_out(claims),
    )


def _leaves_groups_out(claims: Mapping[str, Any]) -> bool:
    """Return whether the user is in more groups than a token has room for."""
    names = claims.get("_claim_names")
    return claims.get("hasgroups") is True or (isinstance(names, dict) and "groups" in names)


def _texts(claim: Any) -> list[str]:
    return [text for text in claim if isinstance(text, str)] if isinstance(claim, list) else []


def _is_number(claim: Any) -> bool:
    return (isinstance(claim, int) and not isinstance(claim, bool)) or (isinstance(claim, float) and isfinite(claim))


def _refused(reason: str) -> NotAuthenticated:
    return NotAuthenticated(f"The token {reason}.", invalid_token=True)
