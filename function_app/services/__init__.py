"""Services: use cases over the store's port and the domain, one for each verb or small family."""
