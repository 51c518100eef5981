"""The connector: its files, and in `build` what makes and checks them."""
