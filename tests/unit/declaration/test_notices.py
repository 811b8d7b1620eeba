"""Whether a release notice still stands, and how people read it."""

import json
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.declaration import notice_paper
from services.declaration.domain import notices
from services.declaration.domain.boxes import Told
from services.declaration.domain.filing import Filing
from services.declaration.domain.moves import Status
from services.declaration.domain.notices import Standing
from shared.contracts.values import Outcome, Sandbox
from tests import factories
from tests.unit.declaration.made import accepted
from tests.unit.declaration.noticed import ONE, text

ZONE = ZoneInfo("Asia/Shanghai")
LET_GO = {ONE: Told(Outcome.RELEASED, factories.said("concluded"))}
ADDRESS = "https://onestop.example.org/declaration/v1/notices/" + 26 * "A"
HOSTILE = '<script>alert(1)</script> #panic("x") *a* ] } \\ "'


def standing(notice: str, *, proven: bool = True, **filing: Any) -> Standing:
    now: Filing = replace(accepted(), **filing)
    return notices.standing(json.loads(notice), now, proven=proven)


def test_a_released_filing_s_notice_is_in_force() -> None:
    assert standing(text(), status=Status.RELEASED) is Standing.IN_FORCE


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.RELEASED])
def test_a_notice_of_what_is_released_no_more_is_revoked(status: Status) -> None:
    assert standing(text(), status=status) is Standing.REVOKED
    loose = text(containers=[], package_type="00")
    assert standing(loose, status=status) is Standing.REVOKED


def test_a_container_that_went_first_stays_released_whatever_becomes_of_the_others() -> None:
    notice = text(ONE, whole=False)
    for status in (Status.ACCEPTED, Status.HELD, Status.REFUSED_ENTRY):
        assert standing(notice, status=status, told=LET_GO) is Standing.IN_FORCE


def test_a_notice_of_an_earlier_version_says_so() -> None:
    amended = standing(text(ONE, whole=False), filing_version=2, told=LET_GO)
    assert amended is Standing.AMENDED


def test_a_record_that_does_not_match_its_seal_is_never_in_force() -> None:
    assert standing(text(), status=Status.RELEASED, proven=False) is Standing.UNPROVEN


def paper(notice: str) -> bytes:
    said = json.loads(notice)
    return notice_paper.pdf(said, code=f"{ADDRESS}#seal", address=ADDRESS, zone=ZONE)


def test_a_notice_has_the_same_bytes_and_another_has_others() -> None:
    assert paper(text()) == paper(text())
    assert len({paper(text()), paper(text(ONE)), paper(text(sandbox=Sandbox.JOINT))}) == 3


def test_what_was_declared_is_markup_neither_on_paper_nor_on_the_page() -> None:
    notice = text(bill_of_lading=HOSTILE)
    assert paper(notice).startswith(b"%PDF-")
    page = notice_paper.page(json.loads(notice), standing=Standing.IN_FORCE, zone=ZONE)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_page_tells_moments_in_the_yard_s_zone_and_loads_nothing() -> None:
    page = notice_paper.page(json.loads(text()), standing=Standing.IN_FORCE, zone=ZONE)
    assert f"{factories.NOW.astimezone(ZONE):%Y-%m-%d %H:%M:%S} +0800" in page
    assert not [each for each in ("src=", "href=", "url(", "<script") if each in page]


def test_a_page_is_green_for_a_notice_in_force_alone() -> None:
    shown = {
        each: notice_paper.page(json.loads(text()), standing=each, zone=ZONE) for each in Standing
    }
    assert [each for each, page in shown.items() if "said good" in page] == [Standing.IN_FORCE]
    assert "said good" not in notice_paper.unknown()


def test_a_sandbox_s_notice_says_that_nothing_real_is_released() -> None:
    said = json.loads(text(sandbox=Sandbox.JOINT))
    page = notice_paper.page(said, standing=Standing.IN_FORCE, zone=ZONE)
    assert "no real cargo" in page
    assert "no real cargo" not in notice_paper.page(
        json.loads(text()), standing=Standing.IN_FORCE, zone=ZONE
    )
