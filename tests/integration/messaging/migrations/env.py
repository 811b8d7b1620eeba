"""Alembic's entry: the kit does the rest."""

from shared import migrating

migrating.run()
