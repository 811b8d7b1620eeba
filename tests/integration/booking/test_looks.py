"""What is asked of the occupancy with every hold, offer and start is answered by its indexes."""

import re

from services.booking import live, occupancy
from shared.database import driver_of
from shared.prepared import Statement
from tests.integration.booking.room import Office
from tests.unit.booking import made

LONG_AGO = """
    WITH hours AS (
        SELECT gen_random_uuid() AS id, h AS starts
          FROM generate_series($1::timestamptz - interval '400 hours', $1, interval '1 hour') AS h),
    kept AS (
        INSERT INTO bookings
        SELECT other.* FROM hours, bookings b, jsonb_populate_record(
            b, jsonb_build_object('id', hours.id, 'requirement_id', hours.id)) AS other)
    INSERT INTO occupancy (resource, during, booking_id, active)
    SELECT r.id, tstzrange(starts, starts + interval '1 hour'), hours.id, true
      FROM resources r, hours
"""
LOOKS = {
    f"{module.__name__}.{name}": value.sql
    for module in (occupancy, live)
    for name, value in vars(module).items()
    if isinstance(value, Statement) and "occupancy o" in value.sql
}


async def test_no_look_reads_what_is_long_over(office: Office) -> None:
    assert len(LOOKS) == 5
    await office.bring(made.determined(1))
    async with office.service.kit.database.engine.connect() as connection:
        driver = await driver_of(connection)
        await driver.execute(LONG_AGO, made.OPENS)
        await driver.execute("ANALYZE")
        await driver.execute("SET plan_cache_mode = force_generic_plan")
        for name, sql in LOOKS.items():
            nothing = ", ".join("NULL" for _ in set(re.findall(r"\$\d+", sql)))
            await driver.execute(f"PREPARE look AS {sql}")
            told = await driver.fetch(f"EXPLAIN EXECUTE look ({nothing})")
            await driver.execute("DEALLOCATE look")
            plan = "\n".join(row[0] for row in told)
            assert "on occupancy" in plan, (name, plan)
            assert "Seq Scan on occupancy" not in plan, (name, plan)
