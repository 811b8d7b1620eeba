"""The optimizer's inner loops, compiled. They work on arrays alone (`frame`)."""
