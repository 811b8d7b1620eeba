"""HTTP of the single window's message: a filing in XML, and any filing as XML."""

import json
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from services.declaration import answers, commands, dictionary, shaping
from services.declaration.answers import FilingOut
from services.declaration.api import filings, late
from services.declaration.api.filings import Asked, Broker, InKit, Reader
from services.declaration.commands import Draft
from services.declaration.domain.content import Content
from services.declaration.domain.filing import Filing
from services.declaration.filer import Filed, Filer
from services.declaration.forms import FilingIn
from services.declaration.message import reading, rules, writing
from services.declaration.message.spots import Told
from services.declaration.settings import Settings
from shared import errors
from shared.contracts.values import Said
from shared.http import body, catalogue, idempotency, xmltext

router = APIRouter(prefix="/v1/filings", tags=["messages"])
catalogue.teach(rules.RULES)
NAME = "message.xml"


class LeftOut(BaseModel):
    """A node of the message that is no part of the filing (`node` is an XPath), and why."""

    node: str
    reason: Said


class Derived(BaseModel):
    """A field that the message does not have, and the rule by which its value follows."""

    pointer: str
    reason: Said


class MessageOut(BaseModel):
    """What was filed, and what of the message was not carried over or was derived."""

    filing: FilingOut
    not_carried: list[LeftOut]
    derived: list[Derived]

    @classmethod
    def of(cls, filing: Filing, told: Told) -> Self:
        """The answer for a message that was filed."""
        return cls(
            filing=FilingOut.of(filing),
            not_carried=[LeftOut(node=at, reason=Said(**why)) for at, why in told.left],
            derived=[Derived(pointer=at, reason=Said(**why)) for at, why in told.derived],
        )


@dataclass(frozen=True)
class Message:
    """A message that was sent, what is told of it, and the filing that it declares."""

    ask: Asked
    content: Content
    told: Told


@dataclass(frozen=True)
class MessageBody(body.OtherBody):
    """Reads a message. Every fault names its node beside its field."""

    media_types: tuple[str, ...] = ("application/xml",)

    async def __call__(self, request: Request, who: Broker) -> Message:
        """Raises UnsupportedXmlType (415), MalformedXml (400), BodyTooLarge (413), Faults."""
        ask = await filings.asked(request, who)
        raw, charset = await body.raw_xml(request)
        return await body.beside(raw, partial(_message, raw, charset, ask))


def _message(raw: bytes, charset: str | None, ask: Asked) -> Message:
    root = xmltext.parse(raw, charset=charset)
    on, zone = dictionary.at(ask.now.day), _zone(ask.request)
    read = reading.read(root, dictionary=on, zone=zone)
    content, found = _content(read, ask)
    faults = commands.named(reading.faults_of(read, found), now=ask.now)
    if faults or content is None:
        raise errors.Faults(*faults)
    return Message(ask, content, read.told)


def _content(read: reading.Read, ask: Asked) -> tuple[Content | None, tuple[errors.Fault, ...]]:
    """The filing, if it has its shape, and every fault of it."""
    if not read.document and read.told.faults:
        return None, ()
    try:
        raw = json.dumps(read.document).encode()
        form = shaping.shaped(FilingIn, raw, organisation=ask.who.organisation, now=ask.now)
    except errors.Faults as shape:
        return None, shape.faults
    content = form.content()
    return content, commands.faults(content, organisation=ask.who.organisation, now=ask.now)


@router.post(
    f"/{NAME}", status_code=201, response_model=MessageOut, dependencies=[idempotency.KEYED]
)
async def file_message(sent: Annotated[Message, Depends(MessageBody())]) -> Response:
    """File one message `DecMessage`; what of it is not carried over or is derived is told."""
    ask = sent.ask
    path = ask.request.scope["path"].removesuffix(f"/{NAME}")
    wanted = Filed(
        tried=await idempotency.attempt(ask.request, owner=ask.who.organisation, now=ask.now.wall),
        draft=Draft(sent.content, who=ask.who, now=ask.now),
        answer=lambda filing: filings.filed(filing, MessageOut.of(filing, sent.told), path=path),
    )
    filer: Filer = ask.request.app.state.filer
    return await late.answer(await filer.do(wanted), ask.request, reference=sent.content.reference)


class XmlResponse(Response):
    """XML; what it says of its encoding is said in its declaration."""

    media_type = "application/xml"


@router.get(f"/{{filing_id}}/{NAME}", response_class=XmlResponse)
async def read_message(filing_id: UUID, request: Request, kit: InKit, who: Reader) -> Response:
    """The content in force as a message `DecMessage` in UTF-8."""
    async with kit.database.connect() as connection:
        filing = await filings.seen(connection, filing_id, who)
    settings: Settings = request.app.state.settings
    on = dictionary.at(settings.day_of(kit.clock.yard()))
    made = writing.write(filing.content, dictionary=on, zone=_zone(request))
    return XmlResponse(made, headers={"ETag": answers.tag(filing)})


def _zone(request: Request) -> ZoneInfo:
    settings: Settings = request.app.state.settings
    return ZoneInfo(settings.time_zone)
