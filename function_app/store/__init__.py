"""The store: a port in the domain's nouns, its documents, and two adapters."""
