"""Small files that officers and their attackers send: pictures, documents, and what is neither."""

import struct
import tarfile
import zipfile
import zlib
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image

WHERE = {1: "N", 2: (36.0, 4.0, 1.5), 3: "E", 4: (120.0, 22.0, 57.0)}
"""A position in Qingdao as cameras write it."""
SECRET = b"taken by officer 7 on a private telephone"
PAGE = b"<html><script>alert(document.domain)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


def picture(number: int = 0, *, kind: str = "PNG", **options: Any) -> bytes:
    """A picture of its own of 4 by 2 pixels."""
    image = Image.new("RGB", (4, 2), (number % 256, number // 256, 9))
    into = BytesIO()
    image.save(into, kind, **options)
    return into.getvalue()


def photo(number: int = 0) -> bytes:
    """A photo as a camera makes it, on its side: with a position, an owner and a comment."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Artist] = SECRET.decode()
    exif[ExifTags.IFD.GPSInfo] = WHERE
    return picture(number, kind="JPEG", exif=exif, comment=SECRET)


def document(inside: bytes = b"") -> bytes:
    """A PDF that is as good as empty."""
    return b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\n" + inside + b"\n%%EOF\n"


def archive(comment: bytes = b"") -> bytes:
    """A zip with a page in it."""
    into = BytesIO()
    with zipfile.ZipFile(into, "w") as zipped:
        zipped.writestr("index.html", PAGE)
        zipped.comment = comment
    return into.getvalue()


def tar() -> bytes:
    """A tar of one file, whose name begins as a PDF does, and which ends as one."""
    into, said = BytesIO(), b"#!/bin/sh\n"
    with tarfile.open(fileobj=into, mode="w", format=tarfile.USTAR_FORMAT) as made:
        named = tarfile.TarInfo("%PDF-1.4\n%x.sh")
        named.size = len(said)
        made.addfile(named, BytesIO(said))
    return into.getvalue()[:1024] + b"\n%%EOF\n"


def tar_head(kind: bytes, size: bytes) -> bytes:
    """The first block of a tar, named as a PDF begins; its size as it is written there."""
    named = tarfile.TarInfo("%PDF-1.4\n%x.sh").tobuf(tarfile.USTAR_FORMAT)
    head = named[:124] + size.ljust(12, b"\0") + named[136:148] + b" " * 8 + kind + named[157:]
    return head[:148] + b"%06o\0 " % sum(head) + head[156:]


def slow_tar(digits: int = 80_000) -> bytes:
    """A tar whose extended header is one long number, over which readers search again and again."""
    body = b"1" * digits + bytes(-digits % tarfile.BLOCKSIZE)
    return tar_head(b"x", b"%011o" % digits) + body + tar_head(b"0", b"%011o" % 0) + b"\n%%EOF\n"


def zip_on_disks() -> bytes:
    """A PDF that ends as a zip which says that it lies on two disks."""
    located = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 2)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, 0, 0, 6)
    return document(b"%" * 100)[:-7] + located + end + b"%%EOF\n"


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checked)


def bomb(side: int = 60_000) -> bytes:
    """A PNG of some kilobytes that says it has so many pixels on each side."""
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(400_000), 9)
    chunks = _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def text_bomb() -> bytes:
    """A PNG whose comment unpacks to 8 MB."""
    plain = picture()
    comment = b"Comment\0\0" + zlib.compress(bytes(8_000_000), 1)
    return plain[:33] + _chunk(b"zTXt", comment) + plain[33:]


def animation() -> bytes:
    """A PNG that moves."""
    first, second = (Image.new("RGB", (4, 2), (each, 0, 0)) for each in (1, 2))
    into = BytesIO()
    first.save(into, "PNG", save_all=True, append_images=[second])
    return into.getvalue()


POLYGLOTS = {
    "a picture and a zip": picture() + archive(),
    "a photo and a page": photo() + PAGE,
    "a photo with a script for comment": picture(kind="JPEG", comment=b"*/alert(1)/*" + SECRET),
    "a picture with a page in it": picture()[:33] + _chunk(b"tEXt", b"x\0" + PAGE) + picture()[33:],
}
"""Pictures that are something else as well: the picture is taken, and the rest is gone."""
