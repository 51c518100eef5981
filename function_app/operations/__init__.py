"""The operations: one file for each resource, with declarations, handlers and shapes."""
