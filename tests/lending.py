"""Databases that the tests of a module have one after the other, each as if it were new.

A clone and its drop take 35 ms of CPU, a connection 20, and a service's statements are prepared
anew on each: more than what most tests do with them. So a database goes from test to test with its
connections: its tables are given the rows of the template and its sequences their beginnings. One
whose schema was changed, or that many rows were written to, is dropped instead.
"""

import asyncio
from collections import defaultdict
from contextlib import AsyncExitStack

from sqlalchemy.pool import QueuePool

from shared import stray
from shared.database import Database, driver_of
from shared.embedded import provision
from tests import servers as support

MANY = 2_000
"""Rows: to take out more is slower than a clone, and what is left of them slows later tests."""

FEW = 4
"""Connections that a database keeps."""

MENDING = f"""
    CREATE SCHEMA mending;
    CREATE TABLE mending.marks (changed text);
    CREATE TABLE mending.tables (name regclass, guards name[], filling text);
    CREATE TABLE mending.sequences (name regclass, value bigint, called boolean);

    CREATE FUNCTION mending.mark() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        INSERT INTO mending.marks VALUES (tg_tag);
    END $$;
    CREATE EVENT TRIGGER mending_ddl ON ddl_command_end EXECUTE FUNCTION mending.mark();
    CREATE EVENT TRIGGER mending_drop ON sql_drop EXECUTE FUNCTION mending.mark();

    CREATE FUNCTION mending.take_out(name regclass, guards name[]) RETURNS bigint
    LANGUAGE plpgsql AS $$
    DECLARE
        guard name;
        taken bigint;
    BEGIN
        FOREACH guard IN ARRAY guards LOOP
            EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', name, guard);
        END LOOP;
        EXECUTE format('DELETE FROM %s', name);
        GET DIAGNOSTICS taken = ROW_COUNT;
        FOREACH guard IN ARRAY guards LOOP
            EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', name, guard);
        END LOOP;
        RETURN taken;
    END $$;

    CREATE FUNCTION mending.mend(kept int[]) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET session_replication_role = replica AS $$
    DECLARE
        each record;
        filled boolean;
        taken bigint := 0;
    BEGIN
        PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend'
            AND pid <> ALL (kept);
        IF EXISTS (SELECT FROM mending.marks) OR EXISTS (
            SELECT FROM pg_db_role_setting
            JOIN pg_database ON oid = setdatabase AND datname = current_database()
        ) THEN
            RETURN false;
        END IF;
        FOR each IN TABLE mending.tables LOOP
            filled := pg_relation_size(each.name) > 0;
            IF filled THEN
                EXECUTE format('SELECT EXISTS (SELECT FROM %s)', each.name) INTO filled;
            END IF;
            IF filled THEN
                taken := taken + mending.take_out(each.name, each.guards);
            END IF;
            IF each.filling IS NOT NULL THEN
                EXECUTE each.filling;
            END IF;
        END LOOP;
        PERFORM setval(name, value, called) FROM mending.sequences;
        RETURN taken < {MANY};
    END $$;
"""
"""Records of what was done have triggers that always fire and let nobody delete them: `guards`."""

TABLES = """
    INSERT INTO mending.tables
    SELECT oid, array(SELECT tgname FROM pg_trigger WHERE tgrelid = pg_class.oid
        AND tgenabled = 'A')
    FROM pg_class WHERE relkind = 'r' AND relnamespace = $1::regnamespace
    RETURNING name::text, (SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
        WHERE attrelid = name AND attnum > 0 AND NOT attisdropped AND attgenerated = '')
"""
SEQUENCES = """
    INSERT INTO mending.sequences
    SELECT format('%I.%I', schemaname, sequencename)::regclass,
        coalesce(last_value, start_value), last_value IS NOT NULL
    FROM pg_sequences WHERE schemaname = $1
"""
FILLING = "UPDATE mending.tables SET filling = $2 WHERE name = $1::text::regclass"
GRANT = "GRANT USAGE ON SCHEMA mending TO {}"

_clean: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
"""Databases that nobody has, by server and template."""


async def prepare(servers: support.TestServers, database: str, *, schema: str) -> None:
    """Write down in a template how its clones are made as they were."""
    async with provision.connection(servers.admin_url, database=database) as admin:
        await admin.execute(MENDING)
        await admin.execute(SEQUENCES, schema)
        for name, columns in await admin.fetch(TABLES, schema):
            if await admin.fetchval(f"SELECT EXISTS (SELECT FROM {name})"):
                kept = name.replace(f"{schema}.", "mending.kept_", 1)
                await admin.execute(f"CREATE TABLE {kept} AS TABLE {name}")
                filling = (
                    f"INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE"
                    f" SELECT {columns} FROM {kept}"
                )
                await admin.execute(FILLING, name, filling)
        await admin.execute(GRANT.format(provision.role_of(schema)))
        await admin.execute("DELETE FROM mending.marks")


class Lent(Database):
    """A service's database that a test has for its time."""

    template = ""

    @property
    def name(self) -> str:
        """Its name in the cluster."""
        return str(self.engine.url.database)

    async def mended(self) -> bool:
        """Make it as its template is; whether that was possible. Connections stay, a few of them.

        Whoever else is connected is ended.
        """
        self._after_commit.clear()
        await self._pool.close()
        pool = self.engine.pool
        assert isinstance(pool, QueuePool)
        if pool.checkedout() or pool.checkedin() > FEW:
            await self.close()
        async with AsyncExitStack() as stack:
            drivers = []
            for _ in range(max(1, pool.checkedin())):
                opened = await stack.enter_async_context(self.engine.connect())
                drivers.append(await driver_of(opened))
            for driver in drivers:
                await driver.reset()
            ours = [driver.get_server_pid() for driver in drivers]
            return bool(await drivers[0].fetchval("SELECT mending.mend($1)", ours))


class Lender:
    """Lends databases for as long as an event loop lives, which their connections are bound to."""

    def __init__(self, servers: support.TestServers) -> None:
        self.servers = servers
        self._free: defaultdict[str, list[Lent]] = defaultdict(list)
        self._tasks: dict[Lent, set[asyncio.Task[object]]] = {}

    async def lend(self, template: str, *, schema: str) -> Lent:
        """A database as the template is; who asked gives it back."""
        lent = await self._found(template, schema=schema)
        lent.template = template
        self._tasks[lent] = asyncio.all_tasks()
        return lent

    async def _found(self, template: str, *, schema: str) -> Lent:
        if self._free[template]:
            return self._free[template].pop()
        clean = _clean[self.servers.admin_url, template]
        name = clean.pop() if clean else await support.fresh_database(self.servers, template)
        return Lent(self.servers.url(name, schema=schema), schema=schema)

    async def take_back(self, lent: Lent) -> None:
        """End what its test left running, and make it as it was, or drop it."""
        await stray.ended(asyncio.all_tasks() - self._tasks.pop(lent) - {asyncio.current_task()})
        if await lent.mended():
            self._free[lent.template].append(lent)
        else:
            await lent.close()
            await self.servers.admin.drop(lent.name)

    async def close(self) -> None:
        """Close all connections; the next loop has the databases."""
        for template, free in self._free.items():
            for lent in free:
                await lent.close()
                _clean[self.servers.admin_url, template].append(lent.name)
