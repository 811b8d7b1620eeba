"""What a case's records say of it: the state that all of them lead to, told again from the first.

The very functions that change a case are used, with what the records have instead of clocks,
clients and other services. What is stored of a case is held against this by `onestop verify`.
"""
