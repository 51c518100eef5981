"""What callers can do: one file for each resource, with declarations, handlers and shapes."""
