"""Filings as messages and back, with what the tests of messages need again and again."""

import json
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from services.declaration import dictionary
from services.declaration.domain.content import Content
from services.declaration.forms import FilingIn
from services.declaration.message import reading, writing
from services.declaration.message.reading import Read
from shared.http import xmltext
from tests.factories import NOW, Body

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = NOW.date()
SPACE = "{http://www.chinaport.gov.cn/dec}"


def content(body: Body) -> Content:
    """The filing of a body that has its shape."""
    return FilingIn.model_validate_json(json.dumps(body)).content()


def written(body: Body, *, day: date = TODAY) -> bytes:
    """The message of a filing."""
    return writing.write(content(body), dictionary=dictionary.at(day), zone=ZONE)


def read(raw: bytes, *, day: date = TODAY) -> Read:
    """What a message declares."""
    return reading.read(xmltext.parse(raw), dictionary=dictionary.at(day), zone=ZONE)


def there_and_back(body: Body) -> Content:
    """The filing that its message declares, nothing of it told as wrong or left out."""
    found = read(written(body))
    assert (found.told.faults, found.told.left, found.told.derived) == ([], [], [])
    return content(found.document)


def changed(raw: bytes, *changes: tuple[str, str]) -> bytes:
    """The message with texts in it replaced; each must be there."""
    text = raw.decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text.encode()


def told(found: Read) -> dict[str, tuple[str, str]]:
    """Of each fault its node, with its code and the field's pointer."""
    return {each.facts["node"]: (each.code, each.pointer) for each in found.told.faults}


def nodes(raw: bytes) -> set[str]:
    """The paths of the nodes that have a text."""
    found: set[str] = set()

    def walk(element: Any, path: str) -> None:
        for each in element.children:
            own = "os:" if each.space.startswith("urn:") else ""
            at = f"{path}/{own}{each.name}".lstrip("/")
            walk(each, at)
            if each.text:
                found.add(at)

    walk(xmltext.parse(raw), "")
    return found
