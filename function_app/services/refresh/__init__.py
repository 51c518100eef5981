"""Loading a new snapshot of the source: the job, its tasks, and who runs them."""
