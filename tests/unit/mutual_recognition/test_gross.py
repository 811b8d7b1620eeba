"""The gross weight that was declared of all, against what was weighed container by container."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from services.mutual_recognition.domain import crosscheck, gross
from services.mutual_recognition.domain.determination import Terms, Tolerance
from services.mutual_recognition.domain.settle import Conclusion
from shared.contracts.recognition import TOTAL, ElementVerdict
from shared.contracts.values import Disposal, Element, Scope, Verdict
from tests import factories
from tests.unit.mutual_recognition import builders

A, B = (factories.container_number(serial) for serial in (1, 2))
TERMS = Terms(
    elements=tuple(Element),
    tolerances={Element.WEIGHT: Tolerance(percent=Decimal(3), absolute=Decimal("0.5"))},
)
CARGO = builders.consignment(
    gross_kg="2200", containers=[factories.container(serial) for serial in (1, 2)]
)


def _said(gross_kg: str | None, *at: str) -> Conclusion:
    return Conclusion(
        agency="quarantine",
        number=1,
        revision=1,
        scope=Scope.UNPACK,
        verdict=Verdict.CONFORM,
        disposal=Disposal.RELEASE,
        gross_kg=None if gross_kg is None else Decimal(gross_kg),
        officer="officer",
        concluded_at=datetime(2026, 3, 2, tzinfo=UTC),
        containers=at,
    )


def _compared(
    *said: Conclusion, some: tuple[str, ...] = (A, B), terms: Terms = TERMS
) -> tuple[ElementVerdict, ...]:
    numbered = [each.model_copy(update={"number": n}) for n, each in enumerate(said, 1)]
    return gross.compare(CARGO, some, numbered, terms=terms)


@pytest.mark.parametrize(
    ("said", "found", "agrees"),
    [
        ([_said("2200")], "2200 KGM", True),
        ([_said("2134")], "2134 KGM", True),
        ([_said("2133.99")], "2133.99 KGM", False),
        ([_said("2266.01")], "2266.01 KGM", False),
        ([_said("1200", A), _said("1000", B)], "2200 KGM", True),
        ([_said("1200", A), _said("900", B)], "2100 KGM", False),
        ([_said("1", A), _said("1200", A), _said("1000", B)], "2200 KGM", True),
        ([_said("2000"), _said(None)], "2000 KGM", False),
        ([_said("2200"), _said(None, B)], "2200 KGM", True),
        ([_said("1200", A), _said("800", B), _said(None, A)], "2000 KGM", False),
    ],
)
def test_all_together_weigh_what_was_declared_within_the_tolerance(
    said: list[Conclusion], found: str, *, agrees: bool
) -> None:
    (verdict,) = _compared(*said)
    assert (verdict.element, verdict.line, verdict.gross) == (Element.WEIGHT, TOTAL, True)
    assert (verdict.declared, verdict.found, verdict.agrees) == ("2200 KGM", found, agrees)


@pytest.mark.parametrize(
    "said",
    [
        [_said("2200", A), _said(None, B)],
        [_said("2200"), _said("1000", B)],
        [_said("2200", A)],
    ],
)
def test_what_was_not_weighed_whole_disagrees(said: list[Conclusion]) -> None:
    (verdict,) = _compared(*said)
    assert (verdict.found, verdict.agrees) == ("", False)


def test_nothing_is_compared_where_nobody_weighed_or_weights_are_not_recognised() -> None:
    assert _compared(_said(None)) == ()
    names = TERMS.model_copy(update={"elements": (Element.NAME,)})
    assert _compared(_said("1"), terms=names) == ()


def test_a_container_alone_may_weigh_less_than_all_and_not_more() -> None:
    assert _compared(_said("1200", A), some=(A,)) == ()
    assert _compared(_said("2250", A), some=(A,)) == ()
    (verdict,) = _compared(_said("2300", A), some=(A,))
    assert not verdict.agrees
    assert _compared(_said("2300", A), _said(None, A), some=(A,)) == (verdict,)


def test_a_gross_weight_is_told_as_one() -> None:
    told = crosscheck.disagreement(_compared(_said("1000")))
    assert told.en == "all lines gross weight: declared 2200 KGM, found 1000 KGM"
    assert told.zh == "各项合计毛重：申报 2200 KGM，查验 1000 KGM"
