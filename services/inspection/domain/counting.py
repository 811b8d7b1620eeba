"""How many containers were moved and unpacked, and how many visits sharing avoided.

A loose lot counts as one container. A visit moves every container once if an agency that was
there has to scan or deeper, and unpacks it if one has to unpack or deeper. Had every such agency
(with the one that recognises) come on its own, each would have cost a visit; what is left of that
after the visits really made was avoided. So nothing is avoided where only one would have come.
A container that was decided before the others is no part of the visits after that.
"""

from collections.abc import Iterable, Mapping

from services.inspection.domain.case import LOOSE, Opening
from services.inspection.domain.facts import Counts, Decided, Required
from shared.contracts.values import Scope


def count(
    required: Required,
    openings: Iterable[Opening],
    *,
    findings: int,
    decided: Mapping[str, Decided] | None = None,
) -> Counts:
    """The figures of a completed case, by its last revision."""
    visits = tuple(openings)
    early = decided or {}
    of_each = [
        visits[: early[part].openings] if part in early else visits
        for part in [each.number for each in required.containers] or [LOOSE]
    ]
    moves, moves_avoided = _of(required, of_each, floor=Scope.SCAN)
    unpackings, unpackings_avoided = _of(required, of_each, floor=Scope.UNPACK)
    return Counts(
        openings=len(visits),
        moves=moves,
        moves_avoided=moves_avoided,
        unpackings=unpackings,
        unpackings_avoided=unpackings_avoided,
        findings=findings,
    )


def _of(
    required: Required, of_each: Iterable[tuple[Opening, ...]], *, floor: Scope
) -> tuple[int, int]:
    recognising = (required.recognising,) if required.recognising else ()
    alone = {
        need.agency for need in (*required.needs, *recognising) if need.scope.depth >= floor.depth
    }
    made = [sum(1 for each in visits if alone.intersection(each.present)) for visits in of_each]
    return sum(made), sum(max(0, len(alone) - max(1, each)) for each in made)
