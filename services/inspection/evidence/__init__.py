"""Files that are evidence: what is taken of what was sent, where it is kept, and links to it."""
