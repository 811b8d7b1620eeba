"""HTTP. Every change commits in the body, before the answer is sent."""
