"""The source's side of a refresh: snapshots in a folder or Blob container, and the queue of their parts."""
