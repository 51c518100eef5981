"""HTTP: declarations of operations and parameters, request handling, and responses."""
