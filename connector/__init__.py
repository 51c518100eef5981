"""The connector: its files; `build` makes the definition, `lint` checks all of them."""
