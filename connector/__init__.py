"""The connector: its files. `build` generates the definition, `lint` checks all files."""
