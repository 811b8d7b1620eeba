"""What alembic runs."""

from shared import migrating

migrating.run()
