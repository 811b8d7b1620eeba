"""What `onestop verify` looks at of every case: its chain, its signatures, and all that is stored.

Records are hashed as they are kept (decision 0065), told again from the first, and every row that
follows from them is held against that (decision 0080).
"""
