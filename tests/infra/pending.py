"""MERGE: what infra already holds and the code of this branch does not; the merger empties every set here.

Nothing else has to change: the tests compare for equality, take these away, and fail once one stands here in vain.
"""

CONTAINERS: set[str] = set()
SETTINGS = {"SNAPSHOTS"}
SCOPE_IS_DECLARED = True
INDEXED_PAYLOAD_OF_UPDATES: set[str] = set()
