"""HTTP: operations, each declared once beside its handler, and the road a request takes to them."""
