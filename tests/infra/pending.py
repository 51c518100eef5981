"""MERGE: what infra already holds and the code of this branch does not; the merger empties every set here.

Nothing else has to change: the tests compare for equality, take these away, and fail once one stands here in vain.
"""

CONTAINERS = {"usage"}
SETTINGS = {"SNAPSHOTS", "ENTRA_TENANT_ID", "ENTRA_AUDIENCE", "ENTRA_ISSUER", "ENTRA_JWKS_URL", "REQUESTS_PER_MINUTE"}
SCOPE_IS_DECLARED = False  # True once function_app.api.tokens.SCOPE is there to compare with
INDEXED_PAYLOAD_OF_UPDATES = {"attributes"}  # empty once updates keep their payload under `changes`
