"""Each kind of record, and what it adds to what is told of a case."""

from collections.abc import Iterable, Mapping

from services.inspection.domain import correcting, evidence, results
from services.inspection.domain.records import Record
from services.inspection.domain.replacing import replace
from services.inspection.domain.retelling import aside, plans, seen, work
from services.inspection.domain.retelling.story import Story, Tell, Untold
from shared.errors import Refused

TELLS: Mapping[str, Tell] = {**plans.TELLS, **work.TELLS, **seen.TELLS, **aside.TELLS}
SILENT = frozenset({results.KIND, evidence.KIND, correcting.PROPOSED})
"""Answers, files and wishes for a correction: beside their records nothing is kept of them."""


def _silent(_story: Story, record: Record) -> None:
    if record.kind not in SILENT:
        raise Untold("nothing is known of its kind")


def retell(story: Story, records: Iterable[Record]) -> Story:
    """Go on with these records, in their order. Raises Untold for one that cannot be."""
    for record in records:
        story.heard[record.seq] = record
        try:
            TELLS.get(record.kind, _silent)(story, record)
        except (Untold, Refused, LookupError, TypeError, ValueError) as wrong:
            why = str(wrong) or type(wrong).__name__
            raise Untold(f"record {record.seq} ({record.kind}): {why}") from wrong
    story.case = replace(story.case, version=story.told)
    return story
