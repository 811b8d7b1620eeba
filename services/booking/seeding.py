"""Yards from a data file into the tables. Loading the same file again changes nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from services.booking.yard_tables import ResourceRow, YardRow
from shared.database import table_of

_yards = table_of(YardRow)
_resources = table_of(ResourceRow)


def add(connection: Connection, document: Mapping[str, Any]) -> None:
    """Add the yards of `document` that are not there yet, with their bays and teams.

    Resource ids go on from the highest one: bays first, then teams, in the file's order.
    """
    for yard in document["yards"]:
        added = connection.execute(
            insert(_yards)
            .values(
                code=yard["code"],
                name_zh=yard["name"]["zh"],
                name_en=yard["name"]["en"],
                time_zone=yard["time_zone"],
                hours=yard["hours"],
                terminal_moves=yard["terminal_moves"],
                move_minutes=yard["move_minutes"],
                availability_minutes=yard["availability_minutes"],
                free_days=yard["free_days"],
            )
            .on_conflict_do_nothing()
            .returning(_yards.c.code)
        )
        if added.first() is None:
            continue
        first = connection.execute(select(func.coalesce(func.max(_resources.c.id), 0) + 1))
        rows = list(resource_rows(yard, first=first.scalar_one()))
        connection.execute(insert(_resources).values(rows))


def resource_rows(yard: Mapping[str, Any], *, first: int) -> Iterator[dict[str, Any]]:
    """The rows of a yard's bays and teams, with ids from `first` on."""
    resources = [("bay", bay) for bay in yard["bays"]] + [("team", team) for team in yard["teams"]]
    for number, (sort, each) in enumerate(resources, start=first):
        yield {
            "id": number,
            "yard": yard["code"],
            "sort": sort,
            "code": each["code"],
            "kind": each.get("kind"),
            "agency": each.get("agency"),
            "skills": each.get("skills", []),
            "shift": each.get("shift"),
            "rest": each.get("break"),
        }
