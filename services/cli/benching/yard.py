"""A yard in which nobody has to wait for the clock: what is measured is the system, not the day."""

from collections.abc import Mapping

from services.cli.benching.watching import Watch

SETTINGS: Mapping[str, str] = {"ONESTOP_BOOKING_LEAD_MINUTES": "0"}
OPEN = """
UPDATE booking.yards SET availability_minutes = 0, move_minutes = 0, terminal_moves = '{}',
    hours = (SELECT jsonb_object_agg(key, '["00:00", "23:59"]'::jsonb) FROM jsonb_each(hours))
"""
AT_WORK = """
UPDATE booking.resources SET shift = '["00:00", "23:59"]', rest = NULL,
    skills = '["general", "valuation", "ipr", "plant", "animal", "food"]'
WHERE sort = 'team'
"""
MORE = """
INSERT INTO booking.resources (id, yard, sort, code, kind, agency, skills, shift, rest)
SELECT (SELECT max(id) FROM booking.resources) + row_number() OVER (), yard, sort,
    code || '-' || copy, kind, agency, skills, shift, rest
FROM booking.resources, generate_series(1, 9) AS copy
"""
"""Ten times the bays and teams: an hour's inspection is over in a second here, its slot is not."""


async def open_always(watch: Watch) -> None:
    """Open the default yard round the clock, with every team there. Before the first request."""
    await watch.change(OPEN)
    await watch.change(AT_WORK)
    await watch.change(MORE)
