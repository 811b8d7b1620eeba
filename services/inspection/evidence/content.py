"""What is taken of a file that was sent: its type is what it is, not what it says."""

import hashlib
import zipfile
from dataclasses import dataclass
from io import BytesIO
from tarfile import BLOCKSIZE, HeaderError, calc_chksums, nti  # type: ignore[attr-defined]

from services.inspection.evidence import images
from shared import errors

PDF = "application/pdf"
TYPES = (*images.FORMATS, PDF)
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", PDF: "pdf"}
HEAD = TAIL = 1024
"""Readers look for a PDF's marks in so many bytes, and for those of others."""
ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
ZIPPED = b"PK\x03\x04"
PAGES = (b"<html", b"<script", b"<!doctype html", b"<svg")


class ContentNotAsDeclared(errors.Invalid):
    """The file is not of the type that it is sent as, or is of another one as well."""

    zh = "文件内容与所声明的类型不符，或同时属于其他类型。"
    mend = "Send the file with the media type of what it is: JPEG, PNG, WebP or PDF."
    mend_zh = "请按文件的实际类型提交：JPEG、PNG、WebP 或 PDF。"


@dataclass(frozen=True)
class Taken:
    """A file as it is kept, and the SHA-256 of it as it was sent (both hashes in hexadecimal)."""

    media_type: str
    content: bytes
    sha256: str
    sent: str


def take(sent: bytes, media_type: str, *, positions: bool) -> Taken:
    """What is kept of a file: an image written anew, a document as it is.

    Raises ContentNotAsDeclared, ImageUnreadable, ImageTooLarge.
    """
    if media_type != _type_of(sent):
        raise ContentNotAsDeclared(declared=media_type)
    image = media_type in images.FORMATS
    content = images.rewritten(sent, media_type, positions=positions) if image else sent
    return Taken(media_type, content, _hash(content), _hash(sent))


def _type_of(content: bytes) -> str | None:
    """By its first bytes; of a document, which is kept as it is, also by its last ones."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return PDF if _is_pdf_alone(content) else None


def _is_pdf_alone(content: bytes) -> bool:
    """Whether it begins and ends as a PDF, and no other reader finds a second file in it."""
    ends = content[-TAIL:].rstrip(b"\r\n\t \0").endswith(b"%%EOF")
    begins = content.startswith((b"%PDF-1.", b"%PDF-2."))
    return begins and ends and not _is_archive(content) and not _is_page(content[:HEAD])


def _is_archive(content: bytes) -> bool:
    """A tar may begin with any text, and other archives are looked for behind a program."""
    if any(each in content for each in ARCHIVES) or ZIPPED in content[:HEAD]:
        return True
    return _is_zip(content) or _is_tar(content[:BLOCKSIZE])


def _is_zip(content: bytes) -> bool:
    try:
        return zipfile.is_zipfile(BytesIO(content))
    except zipfile.BadZipFile:
        return True


def _is_tar(head: bytes) -> bool:
    """By the checksum of the first block: a hostile one makes whoever reads on work for long."""
    try:
        return len(head) == BLOCKSIZE and nti(head[148:156]) in calc_chksums(head)
    except (HeaderError, ValueError):
        return False


def _is_page(head: bytes) -> bool:
    lower = head.lower()
    return any(each in lower for each in PAGES)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
