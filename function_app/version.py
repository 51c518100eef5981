"""The version of the service; `pyproject.toml` has the same, and `CHANGELOG.md` says what changed in it."""

VERSION = "1.1.0"
