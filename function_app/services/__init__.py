"""Services: one verb each, over the store's port and the domain."""
