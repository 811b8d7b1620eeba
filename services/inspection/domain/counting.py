"""How many containers were moved and unpacked, and how many visits sharing avoided.

A loose lot counts as one container. A visit moves every container once if an agency that was
there has to scan or deeper, and unpacks it if one has to unpack or deeper. Had every such agency
(with the one that recognises) come on its own, each would have cost a visit; what is left of that
after the visits really made was avoided. So nothing is avoided where only one would have come.
"""

from collections.abc import Iterable

from services.inspection.domain.case import Opening
from services.inspection.domain.facts import Counts, Required
from shared.contracts.values import Scope


def count(required: Required, openings: Iterable[Opening], *, findings: int) -> Counts:
    """The figures of a completed case, by its last revision."""
    visits = tuple(openings)
    moves, moves_avoided = _of(required, visits, floor=Scope.SCAN)
    unpackings, unpackings_avoided = _of(required, visits, floor=Scope.UNPACK)
    return Counts(
        openings=len(visits),
        moves=moves,
        moves_avoided=moves_avoided,
        unpackings=unpackings,
        unpackings_avoided=unpackings_avoided,
        findings=findings,
    )


def _of(required: Required, visits: tuple[Opening, ...], *, floor: Scope) -> tuple[int, int]:
    recognising = (required.recognising,) if required.recognising else ()
    alone = {
        need.agency for need in (*required.needs, *recognising) if need.scope.depth >= floor.depth
    }
    made = sum(1 for visit in visits if alone.intersection(visit.present))
    containers = max(1, len(required.containers))
    return containers * made, containers * max(0, len(alone) - max(1, made))
