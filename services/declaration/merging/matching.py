"""Which lines of the two forms are about the same goods.

By what they say, never by where they stand: the surest way first, each way by keys that are looked
up, so that the work grows with the lines and not with their square.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.declaration.merging import values
from services.declaration.merging.normalise import Half, container_number
from services.declaration.merging.values import Fields, Measure


@dataclass(frozen=True)
class Group:
    """Lines of both forms about the same goods, by their places; `way` says what matched them.

    One of each is the rule; several of one form: it groups the goods more finely.
    """

    customs: tuple[int, ...]
    inspection: tuple[int, ...]
    way: str


@dataclass(frozen=True)
class Line:
    """What of a line is looked at. `inside` are the containers that hold it."""

    place: int
    hs_code: str
    name: str
    amount: tuple[str, Decimal] | None
    value: Decimal | None
    inside: tuple[str, ...]
    fields: Fields

    @property
    def order(self) -> tuple[object, ...]:
        """Lines of the same goods in an order that does not hang on their places."""
        amount = self.amount or ("", Decimal(0))
        rest = sorted((key, str(each)) for key, each in self.fields.items() if key != "number")
        return (*amount, self.value or Decimal(0), self.inside, rest)


@dataclass(frozen=True)
class Way:
    """What lines must have in common, and how many may have it.

    Where `alone`, it must be one line of each form, or as many of both if `many`; where `several`,
    one line may be several of the other form that add up to it.
    """

    code: str
    key: Callable[[Line], Hashable | None]
    alone: bool = False
    many: bool = False
    several: bool = False


def _amount(line: Line) -> Hashable | None:
    return line.amount and (line.amount[0], line.amount[1].normalize())


WAYS: Sequence[Way] = (
    Way(
        "code_name_quantity_containers",
        lambda line: _amount(line) and (line.hs_code, line.name, _amount(line), line.inside),
    ),
    Way(
        "code_name_quantity",
        lambda line: _amount(line) and (line.hs_code, line.name, _amount(line)),
    ),
    Way("code_name", lambda line: (line.hs_code, line.name), alone=True, many=True, several=True),
    Way(
        "code_quantity",
        lambda line: _amount(line) and (line.hs_code, _amount(line)),
        alone=True,
    ),
    Way("name_quantity", lambda line: _amount(line) and (line.name, _amount(line)), alone=True),
    Way("code", lambda line: line.hs_code, alone=True, several=True),
    Way(
        "heading_quantity",
        lambda line: _amount(line) and (line.hs_code[:4], _amount(line)),
        alone=True,
    ),
)
"""From the surest to the least sure."""


def match(customs: Half, inspection: Half) -> tuple[Group, ...]:
    """Groups by the places of the customs lines; what only inspection lists comes last."""
    left = _lines(customs), _lines(inspection)
    found: list[Group] = []
    for way in WAYS:
        if not (left[0] and left[1]):
            break
        groups = list(_by(way, *left))
        found += groups
        taken = (
            {place for group in groups for place in group.customs},
            {place for group in groups for place in group.inspection},
        )
        left = (
            [line for line in left[0] if line.place not in taken[0]],
            [line for line in left[1] if line.place not in taken[1]],
        )
    found += [Group((line.place,), (), "customs_only") for line in left[0]]
    found.sort(key=lambda group: group.customs)
    alone = sorted(left[1], key=lambda line: (line.hs_code, line.name, line.order))
    return (*found, *(Group((), (line.place,), "inspection_only") for line in alone))


def _by(way: Way, customs: Sequence[Line], inspection: Sequence[Line]) -> Iterable[Group]:
    others = _keyed(way, inspection)
    for key, ones in _keyed(way, customs).items():
        if twins := others.get(key):
            yield from _pairs(way, ones, twins)


def _pairs(way: Way, ones: list[Line], twins: list[Line]) -> Iterable[Group]:
    few, most = sorted((len(ones), len(twins)))
    if most == 1:
        yield Group((ones[0].place,), (twins[0].place,), way.code)
    elif not way.alone or (few == most and way.many):
        pairs = zip(sorted(ones, key=_order), sorted(twins, key=_order), strict=False)
        for one, twin in pairs:
            yield Group((one.place,), (twin.place,), way.code)
    elif few == 1 and way.several and _add_up(ones, twins):
        places = [tuple(each.place for each in sorted(side, key=_order)) for side in (ones, twins)]
        yield Group(places[0], places[1], f"{way.code}_in_parts")


def _order(line: Line) -> tuple[object, ...]:
    return line.order


def _add_up(ones: list[Line], twins: list[Line]) -> bool:
    """Whether the parts make the whole: by quantity, or by value where units differ."""
    sums = []
    for side in (ones, twins):
        amounts = [line.amount for line in side]
        units = {amount[0] for amount in amounts if amount}
        whole = sum((amount[1] for amount in amounts if amount), Decimal(0))
        value = sum((line.value or Decimal(0) for line in side), Decimal(0))
        sums.append((units, whole, value))
    (units, whole, value), (other_units, other_whole, other_value) = sums
    if units == other_units and len(units) == 1:
        return values.rounded_alike(whole, other_whole)
    return value == other_value != 0


def _keyed(way: Way, lines: Iterable[Line]) -> Mapping[Hashable, list[Line]]:
    found: defaultdict[Hashable, list[Line]] = defaultdict(list)
    for line in lines:
        if (key := way.key(line)) is not None:
            found[key].append(line)
    return found


def _lines(half: Half) -> list[Line]:
    inside: defaultdict[int, list[str]] = defaultdict(list)
    for container in half.containers:
        number = container_number(container["number"])
        for line in container["lines"].value if "lines" in container else ():
            inside[line].append(number)
    return [
        _line(place, fields, tuple(sorted(inside[fields["number"].value])))
        for place, fields in enumerate(half.lines)
    ]


def _line(place: int, fields: Fields, inside: tuple[str, ...]) -> Line:
    quantity, value = fields["quantity"].value, fields.get("value")
    return Line(
        place=place,
        hs_code=str(fields["hs_code"].value),
        name=values.words(str(fields["name"].value)),
        amount=values.base(quantity) if isinstance(quantity, Measure) else None,
        value=value.value if value is not None and isinstance(value.value, Decimal) else None,
        inside=inside,
        fields=fields,
    )
