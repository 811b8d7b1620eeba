"""How fields stand in the message: for each form named in the data, how it is read and written."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import NamedTuple

from services.declaration.message.rules import (
    NODES_DISAGREE,
    OTHER_DIRECTION,
    NotAMessage,
    Unfit,
)
from services.declaration.message.spots import Reading, Writing
from services.declaration.message.values import OF_KIND, moment_at
from shared.http import faults


class Form(NamedTuple):
    """`read` raises Unfit; `write` gives None for nothing to say, or raises NotAMessage."""

    read: Callable[[Reading, str], None]
    write: Callable[[Writing], str | None]


def _plain_read(at: Reading, text: str) -> None:
    at.put(OF_KIND[at.leaf.kind].value(text))


def _plain_write(at: Writing) -> str | None:
    value = at.value()
    return None if value is None else OF_KIND[at.leaf.kind].text(value)


def _entry_read(at: Reading, text: str) -> None:
    at.add(text)


def _entry_write(at: Writing) -> str | None:
    entry: str = at.entries[f"{at.leaf.pointer.removesuffix('/*')}/*"][""]
    return entry


def _table_read(at: Reading, text: str) -> None:
    table: Mapping[str, str] = at.leaf.args["table"]
    if text not in table:
        raise Unfit(faults.NOT_IN_LIST, allowed=list(table))
    at.put(table[text])


def _table_write(at: Writing) -> str | None:
    back = {value: text for text, value in at.leaf.args["table"].items()}
    return back.get(at.value())


def _directed_read(at: Reading, text: str) -> None:
    """Only the node for the filing's direction says it."""

    def once_known() -> None:
        direction = at.frame.fields.get("direction", at.leaf.args["direction"])
        if direction == at.leaf.args["direction"]:
            at.put(text)
        else:
            at.told.fault(OTHER_DIRECTION, pointer=at.pointer, node=at.xpath, direction=direction)

    at.later(once_known)


def _directed_write(at: Writing) -> str | None:
    return _plain_write(at) if at.value("/direction") == at.leaf.args["direction"] else None


def _mark_read(at: Reading, text: str) -> None:
    if OF_KIND["flag"].value(text):
        at.add(at.leaf.args["code"])


def _mark_write(at: Writing) -> str | None:
    return "1" if at.leaf.args["code"] in (at.value() or ()) else None


def _positions_read(at: Reading, text: str) -> None:
    marks, codes = at.leaf.args["marks"], at.leaf.args["codes"]
    if len(text) > len(marks) or any(
        one not in ("0", " ", mark) for one, mark in zip(text, marks, strict=False)
    ):
        raise Unfit(faults.BAD_FORMAT, example=marks)
    if found := [code for one, code in zip(text, codes, strict=False) if one not in "0 "]:
        at.add(*found)


def _positions_write(at: Writing) -> str | None:
    had = at.value() or ()
    pairs = zip(at.leaf.args["codes"], at.leaf.args["marks"], strict=True)
    text = "".join(mark if code in had else "0" for code, mark in pairs)
    return text.rstrip("0") or None


def _answers_read(at: Reading, text: str) -> None:
    names = at.leaf.args["names"]
    if len(text) > len(names) or set(text) - set("019"):
        raise Unfit(faults.BAD_FORMAT, example="01999")
    answers = {"1": True, "0": False}
    told = zip(names, text, strict=False)
    at.put({name: answers[one] for name, one in told if one in answers})


def _answers_write(at: Writing) -> str | None:
    value = at.value()
    if value is None:
        return None
    text = "".join("9" if (said := value.get(name)) is None else "01"[said] for name in _names(at))
    return text.rstrip("9") or "9"


def _names(at: Writing) -> list[str]:
    names: list[str] = at.leaf.args["names"]
    return names


def _places_read(at: Reading, text: str) -> None:
    if len(text) > at.leaf.args["width"] or set(text) - set("01"):
        raise Unfit(faults.BAD_FORMAT, example="0000100000")
    if found := [str(place) for place, one in enumerate(text, start=1) if one == "1"]:
        at.add(*found)


def _places_write(at: Writing) -> str | None:
    had = at.value()
    places = range(1, at.leaf.args["width"] + 1)
    return "".join("1" if str(place) in had else "0" for place in places) if had else None


def _joined_read(at: Reading, text: str) -> None:
    pair = OF_KIND[at.leaf.args["of"]]
    pieces = [piece.strip() for piece in text.split(at.leaf.args["separator"])]
    if not pieces[-1]:
        pieces.pop()
    if not all(pieces):
        raise Unfit(faults.BAD_FORMAT, separator=at.leaf.args["separator"])
    at.add(*(pair.value(piece) for piece in pieces))


def _joined_write(at: Writing) -> str | None:
    separator = at.leaf.args["separator"]
    texts = [OF_KIND[at.leaf.args["of"]].text(each) for each in at.value() or ()]
    if any(separator in text for text in texts):
        raise NotAMessage(pointer=at.leaf.pointer, separator=separator)
    return separator.join(texts) or None


def _day_of_moment_read(at: Reading, text: str) -> None:
    day = OF_KIND["day"].value(text)

    def once_known() -> None:
        exact = at.frame.fields.get("arrival")
        if exact is None:
            midnight = moment_at(day, lambda each: datetime.combine(each, time(), tzinfo=at.zone))
            at.put(midnight)
        elif (told := _local_day(exact, at)) is not None and told != date.fromisoformat(day):
            at.told.fault(NODES_DISAGREE, pointer=at.pointer, node=at.xpath, other=exact)

    at.later(once_known)


def _local_day(exact: str, at: Reading) -> date | None:
    """None for what is no moment: that is told as a fault of its shape."""
    try:
        moment = datetime.fromisoformat(exact)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.astimezone(at.zone).date()


def _day_of_moment_write(at: Writing) -> str | None:
    local = datetime.fromisoformat(at.value()).astimezone(at.zone)
    return local.strftime("%Y%m%d")


def _same_read(at: Reading, text: str) -> None:
    def once_known() -> None:
        other = at.frame.said(at.leaf.args["as"])
        if other is None and at.leaf.args.get("instead"):
            at.put(text)
        elif other is not None and other[0] != text:
            at.told.fault(NODES_DISAGREE, pointer=at.pointer, node=at.xpath, other=other[1])

    at.later(once_known)


def _same_write(at: Writing) -> str | None:
    value = at.value(at.leaf.args["pointer"])
    return None if value is None else str(value)


def _ordinal_read(at: Reading, text: str) -> None:
    number = OF_KIND["whole"].value(text)
    place = re.search(r"\[([0-9]+)\]$", at.frame.xpath)
    if number != (int(place[1]) if place else 1):
        at.told.left.append((at.xpath, at.leaf.args["reason"]))


def _applied_read(at: Reading, text: str) -> None:
    applied = OF_KIND["flag"].value(text)

    def once_known() -> None:
        site = at.frame.said(at.leaf.args["with"])
        if applied and site is None:
            at.told.fault(faults.MISSING, pointer=at.pointer, node=at.xpath)
        if not applied and site is not None:
            at.told.fault(NODES_DISAGREE, pointer=at.pointer, node=at.xpath, other=site[1])

    at.later(once_known)


def _no_others_read(at: Reading, text: str) -> None:
    none = OF_KIND["flag"].value(text)

    def once_known() -> None:
        if none and at.frame.fields.get("other_packing"):
            at.told.fault(NODES_DISAGREE, pointer=at.pointer, node=at.xpath)

    at.later(once_known)


def _left_out_read(at: Reading, _: str) -> None:
    at.told.left.append((at.xpath, at.leaf.args["reason"]))


BY_NAME: Mapping[str, Form] = {
    "plain": Form(_plain_read, _plain_write),
    "entry": Form(_entry_read, _entry_write),
    "table": Form(_table_read, _table_write),
    "directed": Form(_directed_read, _directed_write),
    "mark": Form(_mark_read, _mark_write),
    "positions": Form(_positions_read, _positions_write),
    "answers": Form(_answers_read, _answers_write),
    "places": Form(_places_read, _places_write),
    "joined": Form(_joined_read, _joined_write),
    "day_of_moment": Form(_day_of_moment_read, _day_of_moment_write),
    "same": Form(_same_read, _same_write),
    "ordinal": Form(_ordinal_read, lambda at: str(at.number)),
    "applied": Form(_applied_read, lambda at: "1" if at.value() else None),
    "no_others": Form(_no_others_read, lambda at: "0" if at.value() else "1"),
    "left_out": Form(_left_out_read, lambda _: None),
}
