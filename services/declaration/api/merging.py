"""HTTP of merges: two forms of before the reform as one filing, and a filing as each had it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.declaration import commands, dictionary, instructions, papers
from services.declaration.answers import FilingOut
from services.declaration.api import filings
from services.declaration.api.filings import Ask, Asked, InKit, Reader
from services.declaration.api.merge_answers import MergeOut, PapersOut, ReportOut, ViewOut
from services.declaration.commands import Draft
from services.declaration.domain.content import Content
from services.declaration.domain.filing import Filing
from services.declaration.domain.instruction import Instruction, in_force
from services.declaration.forms import FilingIn
from services.declaration.merging import coherent, merge
from services.declaration.merging.report import Merged
from services.declaration.merging.request import ANSWER_UNCLEAR, MergeIn
from services.declaration.merging.rules import Form
from services.declaration.papers import Papers
from shared import errors
from shared.auth.principal import Principal
from shared.http import body, catalogue, faults, idempotency, partial
from shared.http.body import json_body
from shared.http.idempotency import Answer
from shared.kit import Kit

router = APIRouter(prefix="/v1/filings", tags=["merges"])

CONFLICT = faults.Rule(
    "merge_conflict",
    "The two forms disagree here, or what is written cannot be converted.",
    "两单在此处不一致，或所填内容无法换算。",
    "Answer whose value stands, or give the value.",
    "请答复采用哪一单的值，或填报该值。",
)
NOT_ASKED = faults.Rule(
    "answer_not_asked",
    "Nothing is asked at the place of this answer, or it is no value for it.",
    "此处无须答复，或所填内容不是该项的有效值。",
    "Answer the places that the merge report leaves open.",
    "请仅答复合并报告中未决的各项。",
)
catalogue.teach((CONFLICT, NOT_ASKED, ANSWER_UNCLEAR, *coherent.RULES))


@dataclass(frozen=True)
class Tried:
    """A merge, and what the checks of a filing say of it: `content` if it has its shape."""

    merged: Merged
    content: Content | None
    faults: tuple[errors.Fault, ...]


async def _tried(ask: Asked, sent: MergeIn) -> Tried:
    """Merge and check. Raises Faults for incoherent forms and for answers to what is not asked."""
    forms = {"customs": sent.customs, "inspection": sent.inspection}
    told = {name: form.model_dump() for name, form in forms.items() if form is not None}
    if wrong := [f for name, form in told.items() for f in coherent.check(form, at=f"/{name}")]:
        raise errors.Faults(*wrong)
    zone = ZoneInfo(ask.request.app.state.settings.time_zone)
    merged = merge.of_forms(
        sent.customs,
        sent.inspection,
        dictionary=dictionary.at(ask.now.day),
        zone=zone,
        answers=[each.answer() for each in sent.answers],
        instructions=await _instructions(ask),
    )
    unused = set(merged.unused)
    places = [each.place for each in sent.answers]
    if unused:
        raise errors.Faults(
            *(
                faults.fault(NOT_ASKED, pointer=f"/answers/{index}/place", place=place)
                for index, place in enumerate(places)
                if place in unused
            )
        )
    return _checked(ask, merged)


async def _instructions(ask: Asked) -> Mapping[str, Instruction]:
    """The company's standing instructions that hold today, by item."""
    async with ask.kit.database.connect() as connection:
        rows = await instructions.of_broker(connection, ask.who.organisation)
    return in_force((instructions.of(row) for row in rows), day=ask.now.day)


def _checked(ask: Asked, merged: Merged) -> Tried:
    raw = json.dumps(merged.filing, ensure_ascii=False).encode()
    organisation = ask.who.organisation
    try:
        content = body.parse(FilingIn, raw).content()
    except errors.Faults as shape:
        document = partial.read(FilingIn, raw) or {}
        around = commands.faults_around(document, organisation=organisation, now=ask.now)
        found, read = (*shape.faults, *around), None
    else:
        found = commands.faults(content, organisation=organisation, now=ask.now)
        read = content
    open_ = {each.place for each in merged.conflicts}
    # Where every line has a fault, pydantic counts none: the forms have lines, so that is none.
    kept = [
        each
        for each in found
        if not _is_open(each.pointer, open_)
        and (each.code, each.pointer) != ("too_short", "/lines")
    ]
    return Tried(merged, read, tuple(kept))


def _is_open(pointer: str, open_: set[str]) -> bool:
    """Whether what is missing there is what the broker has to answer; a quantity has its unit."""
    return bool({pointer, pointer.removesuffix("/unit") + "/quantity"} & open_)


@router.post("/merge", response_model=MergeOut, dependencies=[idempotency.KEYED])
async def merge_forms(ask: Ask, sent: Annotated[MergeIn, json_body(MergeIn)]) -> Response:
    """Merge two forms and check the filing that they make. Nothing is filed."""
    tried = await _tried(ask, sent)
    missing = [
        {"code": each.code, "pointer": each.pointer, "text": {"en": each.en, "zh": each.zh}}
        for each in tried.faults
    ]

    async def work(_: AsyncSession) -> Answer:
        found = MergeOut.model_validate({**tried.merged.plain(), "faults": missing})
        return Answer(200, found)

    return await ask.answer(work)


@router.post("/merged", status_code=201, response_model=FilingOut, dependencies=[idempotency.KEYED])
async def file_merged(ask: Ask, sent: Annotated[MergeIn, json_body(MergeIn)]) -> Response:
    """File what two forms make, once nothing is open. Both are kept with the report and answers.

    Pointers of what is refused in the merged filing begin with /filing.
    """
    tried = await _tried(ask, sent)
    wrong = (*_conflicts(tried.merged), *_below_filing(tried.faults))
    if wrong or tried.content is None:
        raise errors.Faults(*wrong)
    draft = Draft(tried.content, who=ask.who, now=ask.now)
    kept = _papers(sent, tried.merged)

    async def work(session: AsyncSession) -> Answer:
        filing = await commands.file_merged(
            session, draft, papers=kept, ids=ask.kit.ids, sandbox=ask.kit.sandbox
        )
        path = ask.request.scope["path"].removesuffix("/merged")
        return Answer(201, FilingOut.of(filing), {"Location": f"{path}/{filing.id}"})

    return await ask.answer(work)


def _conflicts(merged: Merged) -> Iterator[errors.Fault]:
    for entry in merged.conflicts:
        told = entry.plain()
        facts = {name: told[name] for name in ("place", "customs", "inspection")}
        yield faults.fault(CONFLICT, pointer=f"/filing{entry.place}", **facts)


def _below_filing(found: tuple[errors.Fault, ...]) -> Iterator[errors.Fault]:
    for each in found:
        yield errors.Fault(**{**vars(each), "pointer": f"/filing{each.pointer}"})


def _papers(sent: MergeIn, merged: Merged) -> Papers:
    told = merged.plain()
    written = sent.model_dump(mode="json", exclude_none=True)
    return Papers(
        customs=written["customs"],
        inspection=written.get("inspection"),
        answers=written["answers"],
        report={name: told[name] for name in ReportOut.model_fields},
    )


@router.get("/{filing_id}/merge")
async def read_merge(filing_id: UUID, kit: InKit, who: Reader) -> PapersOut:
    """The two forms that a filing was merged from, the report and the answers."""
    async with kit.database.connect() as connection:
        await filings.seen(connection, filing_id, who)
        kept, at = await papers.of(connection, filing_id)
    return PapersOut(
        filing_id=filing_id,
        merged_at=at,
        customs=kept.customs,
        inspection=kept.inspection,
        answers=kept.answers,
        **kept.report,
    )


@router.get("/{filing_id}/views/customs")
async def customs_view(filing_id: UUID, kit: InKit, who: Reader) -> ViewOut:
    """A filing as the customs form had it."""
    return ViewOut.of(await _seen(filing_id, kit, who), Form.CUSTOMS)


@router.get("/{filing_id}/views/quarantine")
async def quarantine_view(filing_id: UUID, kit: InKit, who: Reader) -> ViewOut:
    """A filing as the inspection form had it."""
    return ViewOut.of(await _seen(filing_id, kit, who), Form.INSPECTION)


async def _seen(filing_id: UUID, kit: Kit, who: Principal) -> Filing:
    async with kit.database.connect() as connection:
        return await filings.seen(connection, filing_id, who)
