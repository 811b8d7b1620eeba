"""Whether a form makes sense by itself: what a merge could otherwise only guess at or lose."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from services.declaration.merging.normalise import number_of
from shared import errors
from shared.http import faults

LINE_REPEATED = faults.Rule(
    "form_line_repeated",
    "Two lines of the form have this number.",
    "该单有重复的商品序号。",
    "Give each line a number of its own.",
    "每个商品项请使用不同的序号。",
)
LINE_UNKNOWN = faults.Rule(
    "form_line_unknown",
    "The form has no line of this number.",
    "该单没有此序号的商品项。",
    "Name numbers of the form's own lines.",
    "请填写该单已有的商品序号。",
)
CONTAINER_REPEATED = faults.Rule(
    "form_container_repeated",
    "The form lists this container twice.",
    "该单重复列出此集装箱。",
    "List each container once, with all of its lines.",
    "每个集装箱只列一次，并列出其全部商品项。",
)
RULES = (LINE_REPEATED, LINE_UNKNOWN, CONTAINER_REPEATED)


def check(form: Mapping[str, Any], *, at: str = "") -> Iterator[errors.Fault]:
    """Every fault of a form that its model has read; `at` is its own pointer."""
    numbers = Counter(line["line_number"] for line in form["lines"])
    for index, line in enumerate(form["lines"]):
        if numbers[line["line_number"]] > 1:
            yield faults.fault(LINE_REPEATED, pointer=f"{at}/lines/{index}/line_number")
    for index, each in enumerate(form.get("attachments") or ()):
        if isinstance(each, Mapping):
            place = f"{at}/attachments/{index}/lines"
            yield from _unknown(each.get("lines"), numbers, place)
    boxes = Counter(number_of(box["container_number"]) for box in form["containers"])
    for index, box in enumerate(form["containers"]):
        place = f"{at}/containers/{index}"
        if boxes[number_of(box["container_number"])] > 1:
            yield faults.fault(CONTAINER_REPEATED, pointer=f"{place}/container_number")
        yield from _unknown(box.get("container_lines"), numbers, f"{place}/container_lines")


def _unknown(named: Any, numbers: Mapping[int, int], place: str) -> Iterator[errors.Fault]:
    for index, number in enumerate(named or ()):
        if number not in numbers:
            yield faults.fault(LINE_UNKNOWN, pointer=f"{place}/{index}", line=number)
