"""From a yard's versions to what holds on each day: the newest version that is valid then.

A version is valid from a day on, or for some days alone: after them what was before holds again.
So a change never has to say what it does not change back, and the past stays what it was.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal
from typing import Any

from services.booking.domain.resources import (
    ALWAYS,
    WEEK,
    Bay,
    Days,
    Gear,
    Hours,
    Move,
    Sort,
    Team,
    Work,
)
from services.booking.domain.yard import Era
from shared.contracts.values import BayKind, Scope

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Ids = Mapping[tuple[Sort, str], int]
"""The ids of a yard's resources, by sort and code."""


@dataclass(frozen=True)
class Layer:
    """A version: from which day up to which, and what it says."""

    number: int
    days: Days
    content: Mapping[str, Any]


def eras(layers: Sequence[Layer], *, ids: Ids) -> tuple[Era, ...]:
    """What holds on which days. The first layer must be valid always."""
    bounds = sorted({day for layer in layers for day in layer.days} | set(ALWAYS))
    found: list[Era] = []
    made: dict[int, Era] = {}
    for first, end in itertools.pairwise(bounds):
        layer = _valid(layers, first)
        if layer.number not in made:
            made[layer.number] = era_of(layer, ids=ids)
        if found and found[-1].number == layer.number:
            found[-1] = replace(found[-1], days=(found[-1].days[0], end))
        else:
            found.append(replace(made[layer.number], days=(first, end)))
    return tuple(found)


def in_force(layers: Sequence[Layer], day: date) -> Layer:
    """The version that holds on a day."""
    return _valid(layers, day)


def era_of(layer: Layer, *, ids: Ids) -> Era:
    """What a version says. Its times are local, its hours pairs, as in `data/default_yards.json`.

    Raises KeyError or ValueError if it says nothing of the kind.
    """
    content = layer.content
    hours: Mapping[str, Any] = content["hours"]
    return Era(
        number=layer.number,
        name_zh=content["name"]["zh"],
        name_en=content["name"]["en"],
        weekdays=tuple(hours_of(hours.get(weekday)) for weekday in WEEKDAYS),
        holidays={
            date.fromisoformat(day): hours_of(pair)
            for day, pair in content.get("holidays", {}).items()
        },
        moves={name: _move(each) for name, each in content["terminal_moves"].items()},
        move=_move({"minutes": content["move_minutes"], "cny": content.get("move_cny")}),
        availability_minutes=content["availability_minutes"],
        free_days=content["free_days"],
        overtime_minutes=content.get("overtime_minutes", 0),
        same_day_quota=content.get("same_day_quota"),
        bays=tuple(_bay(each, ids) for each in content["bays"]),
        teams=tuple(_team(each, ids) for each in content["teams"]),
        gear=tuple(_gear(each, ids) for each in content.get("gear", ())),
        days=layer.days,
    )


def codes(content: Mapping[str, Any]) -> list[tuple[Sort, str]]:
    """Every resource that a version names, in its order: bays, teams, gear."""
    parts = ((Sort.BAY, "bays"), (Sort.TEAM, "teams"), (Sort.GEAR, "gear"))
    return [(sort, each["code"]) for sort, part in parts for each in content.get(part, ())]


def hours_of(pair: Sequence[str] | None) -> Hours | None:
    """A pair of local times, or None."""
    if pair is None:
        return None
    return Hours(time.fromisoformat(pair[0]), time.fromisoformat(pair[1]))


def _valid(layers: Sequence[Layer], day: date) -> Layer:
    return max(
        (layer for layer in layers if layer.days[0] <= day < layer.days[1]),
        key=lambda layer: layer.number,
    )


def _move(told: Mapping[str, Any]) -> Move:
    cny = told.get("cny")
    return Move(told["minutes"], None if cny is None else Decimal(cny))


def _bay(told: Mapping[str, Any], ids: Ids) -> Bay:
    code, kind = told["code"], BayKind(told["kind"])
    plugs = told.get("plugs")
    if plugs is None:
        plugs = 1 if kind is BayKind.REEFER else 0
    also = frozenset(BayKind(each) for each in told.get("also", ()))
    row, position = told.get("row"), told.get("position") or 0
    return Bay(ids[Sort.BAY, code], code, kind, plugs, also, row, position)


def _team(told: Mapping[str, Any], ids: Ids) -> Team:
    work = _work(told)
    if work is None:
        raise ValueError("a team has a shift")
    code = told["code"]
    return Team(ids[Sort.TEAM, code], code, told["agency"], frozenset(told["skills"]), work)


def _gear(told: Mapping[str, Any], ids: Ids) -> Gear:
    code = told["code"]
    scopes = frozenset(Scope(each) for each in told["scopes"])
    return Gear(ids[Sort.GEAR, code], code, told["kind"], scopes, _work(told))


def _work(told: Mapping[str, Any]) -> Work | None:
    shift = hours_of(told.get("shift"))
    if shift is None:
        return None
    named = told.get("days")
    weekdays = WEEK if named is None else frozenset(WEEKDAYS.index(each) for each in named)
    return Work(shift, hours_of(told.get("break")), weekdays)
