"""A stand-in for Microsoft Entra: an issuer with RSA keys, its JWKS on loopback, and tokens of every kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from function_app.api.sign_in import signing_keys
from function_app.api.sign_in.auth import TokenOrKey
from function_app.api.sign_in.signing_keys import SigningKeys
from function_app.api.sign_in.tokens import EntraTokens, trust_of
from function_app.services.access import Access
from support import NOW
from support.process import LONG_S

TENANT = "22222222-2222-4222-8222-222222222222"
API = "33333333-3333-4333-8333-333333333333"
USER = "44444444-4444-4444-8444-444444444444"
SIGN_IN_AT = f"https://login.microsoftonline.com/{TENANT}/oauth2/authorize"
V1, V2 = f"https://sts.windows.net/{TENANT}/", f"https://login.microsoftonline.com/{TENANT}/v2.0"


@cache
def private_key(kid: str) -> RSAPrivateKey:
    assert kid
    return generate_private_key(65537, 2048)


def token(kid: str = "one", key: Any = None, algorithm: str = "RS256", **claims: Any) -> str:
    """Return a delegated v2 token of USER without a role; given claims replace the defaults, None removes one."""
    now = int(NOW.timestamp())
    own = {"aud": API, "iss": V2, "tid": TENANT, "oid": USER, "sub": "pairwise", "scp": "user_impersonation"}
    times = {"iat": now, "nbf": now, "exp": now + 3600}
    payload = {name: value for name, value in {**own, **times, **claims}.items() if value is not None}
    signer: Any = None if algorithm == "none" else key or private_key(kid)
    return jwt.encode(payload, signer, algorithm, {"kid": kid})


def app_token(**claims: Any) -> str:
    """Return an app-only v1 token without a role."""
    own = {"scp": None, "sub": USER, "iss": V1, "aud": f"api://{API}"}
    return token(**{**own, **claims})


@dataclass
class Issuer:
    """The JWKS endpoint: the keys it returns, whether it answers, the number of requests."""

    url: str = ""
    kids: list[str] = field(default_factory=lambda: ["one"])
    answers: bool = True
    nonsense: str = ""
    asked: int = 0

    def authenticator(self, access: Access) -> TokenOrKey:
        return TokenOrKey(self.tokens(), access, SIGN_IN_AT)

    def tokens(self) -> EntraTokens:
        return EntraTokens(trust_of(TENANT, f"api://{API}", None), SigningKeys(self.url))


@contextmanager
def issuer() -> Iterator[Issuer]:
    """Serve an issuer's keys on loopback."""
    state = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked += 1
            keys = [
                {**RSAAlgorithm.to_jwk(private_key(kid).public_key(), as_dict=True), "kid": kid, "use": "sig"}
                for kid in state.kids
            ]
            self.send_response(200 if state.answers else 503)
            self.end_headers()
            body = state.nonsense or json.dumps({"keys": keys})
            self.wfile.write(body.encode() if state.answers else b"down")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing_keys, "_TIMEOUT_S", LONG_S)
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        state.url = f"http://127.0.0.1:{server.server_port}/keys"
        yield state
        server.shutdown()


def later(**delta: float) -> datetime:
    return NOW + timedelta(**delta)
