"""Headers of the tus protocol for resumable uploads, version 1.0.0 (core and `creation`)."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from fastapi import Request

from shared.http import refusals

VERSION = "1.0.0"
RESUMABLE = {"Tus-Resumable": VERSION}
OFFERED = {**RESUMABLE, "Tus-Version": VERSION, "Tus-Extension": "creation"}
PART = "application/offset+octet-stream"
NUMBER = re.compile(r"[0-9]{1,12}", re.ASCII)
KEY = re.compile(r"[a-z_]{1,32}", re.ASCII)


class TusVersionNeeded(refusals.PreconditionFailed):
    """This address speaks version 1.0.0 of the tus protocol alone."""

    zh = "该地址仅支持 tus 协议 1.0.0 版。"
    mend = "Send Tus-Resumable: 1.0.0."
    mend_zh = "请使用请求头 Tus-Resumable: 1.0.0。"
    headers: ClassVar[dict[str, str]] = {"Tus-Version": VERSION}


def _header(name: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}


def documented(*names: str) -> dict[str, Any]:
    """What an operation's OpenAPI document says of its headers."""
    return {"parameters": [_header(name) for name in ("Tus-Resumable", *names)]}


async def resumable(request: Request) -> None:
    """Raises TusVersionNeeded."""
    if request.headers.getlist("tus-resumable") != [VERSION]:
        raise TusVersionNeeded


def number(request: Request, name: str) -> int:
    """A header that counts bytes. Raises MalformedHeader."""
    given = request.headers.getlist(name)
    if len(given) != 1 or not NUMBER.fullmatch(given[0]):
        raise refusals.MalformedHeader(header=name)
    return int(given[0])


def metadata(request: Request) -> list[tuple[str, str]]:
    """The names and values of Upload-Metadata. Raises MalformedHeader."""
    name = "Upload-Metadata"
    try:
        return list(_pairs(",".join(request.headers.getlist(name))))
    except (binascii.Error, ValueError):
        raise refusals.MalformedHeader(header=name) from None


def _pairs(header: str) -> Iterator[tuple[str, str]]:
    for each in header.split(","):
        key, _, value = each.strip().partition(" ")
        if not KEY.fullmatch(key):
            raise ValueError(key)
        yield key, base64.b64decode(value, validate=True).decode()
