"""What is in a service's tables, to tell whether something changed."""

from sqlalchemy import text

from shared.database import Database

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
_DIGEST = "SELECT '{0}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {0} t"


async def of(database: Database) -> dict[str, str | None]:
    """A digest of each table of the schema; None where it is empty."""
    async with database.connect() as connection:
        tables = (await connection.execute(text(_TABLES))).scalars()
        # One statement for all: each by itself takes six times as long.
        digests = " UNION ALL ".join(_DIGEST.format(table) for table in tables)
        return {row[0]: row[1] for row in await connection.execute(text(digests))}
