"""Investigations: records that an agency keeps to itself, though they are in the common chain.

Nothing is derived from one: no finding of a section, no event, no alarm. What others may see of it
is its place in the chain and its hash. Marked are also the records that say so.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.inspection.domain import containers, correcting, evidence, results, standing
from services.inspection.domain.case import Case, Change
from services.inspection.domain.records import Actor, Record
from shared import errors
from shared.errors import Faults

KIND = "investigation"
MARKED, UNMARKED = "investigation_marked", "investigation_unmarked"
MARKS = frozenset({MARKED, UNMARKED})
NAMING = MARKS | {correcting.CORRECTED, correcting.PROPOSED, results.KIND}
"""What may name another record."""
MARKABLE = frozenset({KIND, results.KIND, evidence.KIND})


class NotMarkable(errors.Conflict):
    """This record was told to others when it was made, or others work by it."""

    zh = "该记录在登记时已告知其他单位，或为其他单位工作所依据，不能标为调查。"
    mend = "Answers and files can be marked; note what else is investigated as such."
    mend_zh = "只有查验清单的答复和文件可以标记；其他调查内容请直接登记为调查记录。"


class RecordMarked(errors.Conflict):
    """This record is marked as an investigation."""

    zh = "该记录已标为调查。"
    mend = "A supervisor of your agency unmarks it first."
    mend_zh = "请先由本单位主管取消标记。"


class RecordUnmarked(errors.Conflict):
    """This record is not marked as an investigation."""

    zh = "该记录未标为调查。"


class NamesMarked(errors.Conflict):
    """This record corrects or replaces one that is still marked: others would learn of that."""

    zh = "该记录更正或替换的记录仍标为调查，取消标记将使其他单位得知其存在。"
    mend = "Unmark the record first that it corrects or replaces; this one is unmarked with it."
    mend_zh = "请先取消其所更正或替换的记录的标记，本记录将一并取消。"


@dataclass(frozen=True)
class Noted:
    """What is investigated, and why others may not know of it."""

    text: str
    reason: str
    container: str | None = None


def note(case: Case, noted: Noted, *, who: Actor) -> Change:
    """Record what is investigated. Raises AgencyNotNeeded, Faults."""
    standing.needed_section(case, who)
    if noted.container is not None:
        named = [noted.container]
        wrong = containers.faults(named, of=case.containers, pointer=lambda _: "/container")
        if faults := tuple(wrong):
            raise Faults(*faults)
    facts = {name: value for name, value in vars(noted).items() if value is not None}
    return Change(case).noted(KIND, **facts)


def kept_back(attached: Change, *, reason: str) -> Change:
    """A file is kept from others with the record that adds it."""
    return attached.noted(MARKED, record=attached.case.head.seq + 1, reason=reason)


def mark(case: Case, record: Record, *, marked: bool, reason: str, who: Actor) -> Change:
    """Keep a record of one's own agency from others, from now on.

    Raises RecordOfOthers, NotMarkable, RecordMarked.
    """
    _own(record, who)
    if record.kind not in MARKABLE:
        raise NotMarkable(kind=record.kind)
    if marked:
        raise RecordMarked(record=record.seq)
    return Change(case).noted(MARKED, record=record.seq, reason=reason)


def unmark(
    case: Case,
    record: Record,
    *,
    marked: bool,
    still: Collection[int],
    reason: str,
    who: Actor,
) -> Change:
    """Let others see it; `still` stay marked without it.

    Raises RecordOfOthers, RecordUnmarked, NamesMarked.
    """
    _own(record, who)
    if not marked or record.kind not in MARKABLE:
        raise RecordUnmarked(record=record.seq)
    if record.seq in still:
        raise NamesMarked(record=record.seq)
    return Change(case).noted(UNMARKED, record=record.seq, reason=reason)


def _own(record: Record, who: Actor) -> None:
    """Of others' records it is not even told whether they are marked."""
    if record.actor.agency != who.agency:
        raise correcting.RecordOfOthers(record=record.seq)


def with_what_names_it(record: Record, others: Iterable[Record]) -> list[int]:
    """The numbers of a record and of all that names it: corrections, and answers that replace it.

    `others` are records of the case; what names one of those found counts as well, also if a
    device told of it first.
    """
    found = {record.seq: record}
    left = {each.seq: each for each in others if each.seq != record.seq}
    while more := [each.seq for each in left.values() if _names(each, found.values())]:
        found |= {seq: left.pop(seq) for seq in more}
    return list(found)


def still_marked(others: Collection[Record], *, but: Record) -> set[int]:
    """The numbers of what stays marked without `but`: what was marked itself, and what names that.

    `others` are the case's records in their order, marks among them.
    """
    last = {each.payload.get("record"): each.kind for each in others if each.kind in MARKS}
    own = [each for each in others if last.get(each.seq) == MARKED and each.seq != but.seq]
    return {seq for each in own for seq in with_what_names_it(each, others)}


def _names(record: Record, others: Iterable[Record]) -> bool:
    """Whether a record corrects or replaces one of these."""
    corrects, replaced = record.payload.get("corrects"), record.payload.get("replaces")
    ids = set(map(str, replaced)) if isinstance(replaced, list) else set()
    return any(each.seq == corrects or each.payload.get("id") in ids for each in others)
