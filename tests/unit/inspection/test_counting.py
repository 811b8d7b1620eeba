"""Moves and unpackings, made and avoided."""

from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain import counting
from services.inspection.domain.case import Opening
from services.inspection.domain.facts import Counts, Decided, Required
from shared.contracts.values import AgencyNeed, Container, Mode, Outcome, Scope
from tests.factories import BROKER, NOW
from tests.unit.inspection import builders as b

AGENCIES = ("customs", "quarantine", "health")
DEEP = {"moves": Scope.SCAN, "unpackings": Scope.UNPACK}


def _opening(number: int, *present: str) -> Opening:
    return Opening(number=number, opened_at=NOW, present=present, slot=b.slot())


def _required(
    *needs: AgencyNeed, containers: int = 1, recognising: AgencyNeed | None = None
) -> Required:
    return Required(
        filing_version=1,
        revision=1,
        mode=Mode.JOINT,
        needs=needs,
        recognising=recognising,
        containers=tuple(Container(number=str(n), size_type="22G1") for n in range(containers)),
        lines=(),
        broker=BROKER,
    )


def _count(required: Required, *openings: Opening) -> Counts:
    return counting.count(required, openings, findings=0)


def test_two_agencies_at_one_opening_avoid_a_move_and_an_unpacking_of_each_container() -> None:
    counts = _count(_required(*b.JOINT, containers=3), _opening(1, "customs", "quarantine"))
    assert (counts.moves, counts.moves_avoided) == (3, 3)
    assert (counts.unpackings, counts.unpackings_avoided) == (3, 3)


def test_a_second_visit_takes_back_what_sharing_avoided() -> None:
    visits = (_opening(1, "customs"), _opening(2, "quarantine"))
    counts = _count(_required(*b.JOINT), *visits)
    assert (counts.moves, counts.moves_avoided) == (2, 0)


def test_a_recognised_result_avoids_the_recognising_agencys_visit() -> None:
    required = _required(b.need("quarantine"), recognising=b.need("customs", Scope.SCAN))
    counts = _count(required, _opening(1, "quarantine"))
    assert (counts.moves_avoided, counts.unpackings_avoided) == (1, 0)


def test_one_agency_alone_avoids_nothing() -> None:
    counts = _count(_required(b.need("customs"), containers=2), _opening(1, "customs"))
    assert (counts.moves, counts.moves_avoided, counts.unpackings_avoided) == (2, 0, 0)


def test_a_container_that_was_decided_is_no_part_of_later_visits() -> None:
    required = _required(*b.JOINT, containers=2)
    visits = (_opening(1, "customs", "quarantine"), _opening(2, "quarantine"))
    decided = {"0": Decided(outcome=Outcome.RELEASED, openings=1)}
    counts = counting.count(required, visits, findings=0, decided=decided)
    assert (counts.moves, counts.moves_avoided) == (3, 1)
    assert (counts.unpackings, counts.unpackings_avoided) == (3, 1)


def test_documents_move_nothing_and_loose_cargo_counts_as_one() -> None:
    needs = (b.need("customs", Scope.DOCUMENTS), b.need("quarantine", Scope.SCAN))
    counts = _count(_required(*needs, containers=0), _opening(1, "customs", "quarantine"))
    assert (counts.moves, counts.moves_avoided, counts.unpackings) == (1, 0, 0)


def _needs() -> st.SearchStrategy[list[AgencyNeed]]:
    need = st.builds(b.need, st.sampled_from(AGENCIES), st.sampled_from(Scope))
    return st.lists(need, min_size=1, max_size=3, unique_by=lambda each: each.agency)


_PRESENT = st.lists(st.sampled_from(AGENCIES), min_size=1, unique=True)


@given(
    needs=_needs(),
    visits=st.lists(_PRESENT, min_size=1, max_size=4),
    containers=st.integers(0, 5),
    recognises=st.booleans(),
)
def test_the_figures_always_balance(
    *, needs: list[AgencyNeed], visits: list[list[str]], containers: int, recognises: bool
) -> None:
    recognising = needs.pop() if recognises and len(needs) > 1 else None
    required = _required(*needs, containers=containers, recognising=recognising)
    openings = [_opening(number, *who) for number, who in enumerate(visits, 1)]
    counts = _count(required, *openings).model_dump()
    everyone = [*needs, *([recognising] if recognising else [])]
    for figure, floor in DEEP.items():
        alone = sum(each.scope.depth >= floor.depth for each in everyone) * max(1, containers)
        made, avoided = counts[figure], counts[f"{figure}_avoided"]
        assert made % max(1, containers) == 0
        assert 0 <= avoided <= max(0, alone - max(1, containers))
        if made:
            assert made + avoided == max(made, alone)


@given(_needs(), st.lists(_PRESENT, min_size=1, max_size=4), st.integers(0, 5))
def test_another_visit_never_avoids_more(
    needs: list[AgencyNeed], visits: list[list[str]], containers: int
) -> None:
    required = _required(*needs, containers=containers)
    openings = [_opening(number, *who) for number, who in enumerate(visits, 1)]
    fewer, more = _count(required, *openings[:-1]), _count(required, *openings)
    assert more.moves_avoided <= fewer.moves_avoided
    assert more.unpackings_avoided <= fewer.unpackings_avoided
    assert more.moves >= fewer.moves
