"""Typed decision tables: pure, knowing of a filing only the typed inputs that a dictionary names.

A table is data: rows in an order, each with its conditions, what follows, why, by which law and
when. It is checked whole before it binds anybody (`check`), and evaluated by an index (`index`):
what it costs hardly grows with the number of rows.
"""
