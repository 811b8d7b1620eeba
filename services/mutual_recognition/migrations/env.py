"""Alembic's entry point for this service's schema."""

from shared import migrating

migrating.run()
