"""Propose the definition of an instance from files: types, keys, customers and activities, each with the reason."""
