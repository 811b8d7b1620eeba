"""Many filings in one spreadsheet: its columns, its cells, and the filings that its rows make.

A filing is one or several rows that name the same reference, one below the other. The header's
cells are given once or repeated; each row may add a goods line, a container, and an entry of every
other list. Files are read in a process of their own (`child`), with limits.
"""
