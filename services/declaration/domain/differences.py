"""What differs between two contents of a filing, field by field.

Values are compared, not how they are written: 1000 kg and 1000.0 kg are the same. Entries of a list
are matched by what names them (`NAMED_BY`), never by their position, so that the order of
containers is no difference. A list whose entries nothing names, or of which two have the same
name, is compared as one value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.declaration.domain.content import Content

Name = tuple[Any, ...]
"""What names an entry of a list."""

NAMED_BY: Mapping[str, tuple[str, ...]] = {
    "/lines": ("number",),
    "/lines/*/qualifications": ("type", "number"),
    "/lines/*/vehicles": ("vin",),
    "/containers": ("number",),
    "/attachments": ("type", "number"),
    "/licences": ("code", "number"),
    "/certificates": ("code",),
    "/qualifications": ("type", "number"),
    "/other_packing": ("type",),
    "/goods_users": ("contact",),
}
"""The lists whose entries have a name, each with the fields that are it."""


@dataclass(frozen=True)
class Spot:
    """A place in one of the contents (a JSON pointer), and the value there."""

    pointer: str
    value: Any


@dataclass(frozen=True)
class Difference:
    """What one content says here and the other does not; None: nothing.

    `path` is the way to it in both: names of fields, and of entries what names them.
    """

    path: tuple[str | Name, ...]
    before: Spot | None
    after: Spot | None


@dataclass(frozen=True)
class _Place:
    """A place in both contents; `pattern` has `*` for each entry of a list."""

    path: tuple[str | Name, ...] = ()
    pattern: str = ""
    before: str = ""
    after: str = ""

    def field(self, name: str) -> "_Place":
        """The field of that name below."""
        below = f"/{name}"
        return _Place(
            (*self.path, name), self.pattern + below, self.before + below, self.after + below
        )

    def entry(self, name: Name, before: int | None, after: int | None) -> "_Place":
        """The entry of that name below, with where it stands in each."""
        return _Place(
            (*self.path, name),
            f"{self.pattern}/*",
            f"{self.before}/{before}",
            f"{self.after}/{after}",
        )


def between(before: Content, after: Content) -> tuple[Difference, ...]:
    """What has to be changed in `before` to get `after`, in the order of the fields."""
    return tuple(_objects(before.model_dump(), after.model_dump(), _Place()))


def _objects(
    before: Mapping[str, Any], after: Mapping[str, Any], at: _Place
) -> Iterator[Difference]:
    for name in [*before, *(name for name in after if name not in before)]:
        yield from _values(before.get(name), after.get(name), at.field(name))


def _values(before: Any, after: Any, at: _Place) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _objects(before, after, at)
        return
    if at.pattern in NAMED_BY:
        ones, others = _named(before or (), at), _named(after or (), at)
        if ones is not None and others is not None:
            yield from _entries(ones, others, at)
            return
    yield Difference(
        at.path,
        None if before is None else Spot(at.before, before),
        None if after is None else Spot(at.after, after),
    )


Entries = Mapping[Name, tuple[int, Any]]


def _named(entries: Sequence[Mapping[str, Any]], at: _Place) -> Entries | None:
    """The entries with their positions by their names; None if two have the same."""
    fields = NAMED_BY[at.pattern]
    found = {
        tuple(entry[field] for field in fields): (position, entry)
        for position, entry in enumerate(entries)
    }
    return found if len(found) == len(entries) else None


def _entries(before: Entries, after: Entries, at: _Place) -> Iterator[Difference]:
    nothing = (None, None)
    for name in [*before, *(name for name in after if name not in before)]:
        was, one = before.get(name, nothing)
        is_now, other = after.get(name, nothing)
        yield from _values(one, other, at.entry(name, was, is_now))
