"""Use cases that change state. None commits: the edge that opened the transaction does."""
