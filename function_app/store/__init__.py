"""The store: the port, the stored documents, and two adapters."""
