"""What hostile clients send where a file is taken that is no JSON. Each must be refused."""

from tests import pictures
from tests.faults import corpus

_HEAD = b"<DecMessage><DecHead><IEFlag>I</IEFlag></DecHead></DecMessage>"
_GBK = '<?xml version="1.0" encoding="GBK"?>'
XML = {
    "nothing": b"",
    "JSON": b'{"reference": "R"}',
    "NUL": b"<DecMessage>\0</DecMessage>",
    "cut off": _HEAD[:-5],
    "two documents": _HEAD + _HEAD,
    "another root": b"<Other/>",
    "another namespace": b'<DecMessage xmlns="urn:other"/>',
    "nothing in it": b"<DecMessage/>",
    "an unknown node": b"<DecMessage><Secret/></DecMessage>",
    "a billion laughs": b"<!DOCTYPE l [<!ENTITY a0 'ha'>"
    + b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]><DecMessage>&a11;</DecMessage>",
    "quadratic blow-up": b"<!DOCTYPE l [<!ENTITY a '"
    + b"x" * 100_000
    + b"'>]><DecMessage>"
    + b"&a;" * 10_000
    + b"</DecMessage>",
    "external entity": b'<!DOCTYPE l [<!ENTITY b SYSTEM "file:///etc/passwd">]><DecMessage>&b;'
    b"</DecMessage>",
    "external DTD": b'<!DOCTYPE l SYSTEM "http://127.0.0.1:1/x.dtd"><DecMessage/>',
    "undefined entity": b"<DecMessage>&b;</DecMessage>",
    "XInclude": b'<DecMessage xmlns:xi="http://www.w3.org/2001/XInclude">'
    b'<xi:include href="file:///etc/passwd" parse="text"/></DecMessage>',
    "a processing instruction": b"<?php system('id') ?>" + _HEAD,
    "a style sheet": b'<?xml-stylesheet href="http://127.0.0.1:1/x.xsl"?>' + _HEAD,
    "deep nesting": b"<a>" * corpus.DEEP + b"</a>" * corpus.DEEP,
    "many nodes": b"<DecMessage>" + b"<a/>" * 200_000 + b"</DecMessage>",
    "many attributes": b"<DecMessage " + b" ".join(b'a%d=""' % n for n in range(50_000)) + b"/>",
    "duplicated head": b"<DecMessage><DecHead/><DecHead/></DecMessage>",
    "duplicated node": _HEAD.replace(b"</DecHead>", b"<IEFlag>E</IEFlag></DecHead>"),
    "bad UTF-8": b"<DecMessage>\xff</DecMessage>",
    "GBK without saying so": "<DecMessage>中文</DecMessage>".encode("gbk"),
    "UTF-8 that says GBK": (_GBK + "<DecMessage>中文</DecMessage>").encode(),
    "an unknown encoding": b'<?xml version="1.0" encoding="UTF-7"?><DecMessage/>',
    "UTF-16": "<DecMessage/>".encode("utf-16"),
    "UTF-32": "<DecMessage/>".encode("utf-32"),
    "two encodings": b'\xef\xbb\xbf<?xml version="1.0" encoding="GBK"?><DecMessage/>',
    "XML 1.1": b'<?xml version="1.1"?><DecMessage/>',
    "stray text": b"<DecMessage>text<DecHead/></DecMessage>",
    "a node in a value": b"<DecMessage><DecHead><IEFlag>I<b/></IEFlag></DecHead></DecMessage>",
    "an attribute": b'<DecMessage><DecHead id="1"/></DecMessage>',
    "an undefined prefix": b"<DecMessage><x:DecHead/></DecMessage>",
}
"""Bodies that are no message which could be filed: 400, 413 or 422."""

CSV = {
    "nothing": b"",
    "JSON": b'{"reference": "R"}',
    "no headings": b"1,2,3\n4,5,6\n",
    "an unknown column": b"reference,is_admin\nR,1\n",
    "a column twice": b"reference,reference\nR,R\n",
    "NUL": b"reference,direction\nR,\0\n",
    "a million columns": b"reference" + b",x" * 1_000_000 + b"\n",
    "a million empty columns": b"reference" + b"," * 1_000_000 + b"x\n",
    "an unclosed quote": b'"reference,direction\nR,import\n',
    "a workbook": b"PK\x03\x04" + b"\0" * 100,
    "a page": b"<html><script>alert(1)</script></html>",
}
"""Bodies that are no sheet of filings at first sight: 422."""

_SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c" + bytes(50)
_ZIPPED = b"PK\x03\x04" + bytes(26)
_RAR = b"Rar!\x1a\x07\x01\x00" + bytes(50)
_NO_PICTURE = {
    "nothing": b"",
    "JSON": b'{"reference": "R"}',
    "a drawing with a script": pictures.SVG,
    "a page": pictures.PAGE,
    "a zip": pictures.archive(),
    "another kind of picture": pictures.picture(kind="GIF"),
    "a picture after a page": pictures.PAGE + pictures.picture(),
}
PNG = {
    **_NO_PICTURE,
    "a photo": pictures.photo(),
    "a head alone": pictures.picture()[:33],
    "cut off": pictures.picture()[:50],
    "a billion pixels": pictures.bomb(),
    "a comment of 8 MB": pictures.text_bomb(),
    "a picture that moves": pictures.animation(),
    "a drawing behind a head": b"\x89PNG\r\n\x1a\n" + pictures.SVG,
}
JPEG = {
    **_NO_PICTURE,
    "a picture": pictures.picture(),
    "cut off": pictures.photo()[:-60],
    "a page behind a head": b"\xff\xd8\xff" + pictures.PAGE,
}
WEBP = {
    **_NO_PICTURE,
    "a sound": b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
    "cut off": pictures.picture(kind="WEBP")[:-8],
    "a page behind a head": b"RIFF\x60\0\0\0WEBP" + pictures.PAGE,
}
PDF = {
    **_NO_PICTURE,
    "a picture": pictures.picture(),
    "a page before": pictures.PAGE + pictures.document(),
    "a page behind": pictures.document() + pictures.PAGE,
    "a program before": b"MZ" + bytes(60) + pictures.document(),
    "a zip before": pictures.archive() + pictures.document(),
    "a 7z before": _SEVEN_ZIP + pictures.document(),
    "a RAR before": _RAR + pictures.document(),
    "a tar": pictures.tar(),
    "a tar of more than there can be": pictures.tar_head(b"L", b"\x80" + b"\xff" * 11)
    + b"\n%%EOF\n",
    "a tar that is slow to read": pictures.slow_tar(),
    "a zip on two disks": pictures.zip_on_disks(),
    "a page at its head": pictures.document(pictures.PAGE),
    "a zip at its head, far from its end": pictures.document(_ZIPPED + b"%" * 70_000),
    "a 7z in it": pictures.document(b"%" * 2000 + _SEVEN_ZIP),
    "a RAR in it": pictures.document(b"%" * 2000 + _RAR),
    "a zip behind": pictures.document() + pictures.archive(),
    "a zip that ends like a document": pictures.document() + pictures.archive(b"\n%%EOF"),
    "cut off": pictures.document()[:-8],
}
"""Files that are not what they are sent as, or something else as well: 413 or 422."""

PART = {"more than was promised": bytes(100_000)}
"""A part of an upload may be anything, but no more than the rest of it."""

OTHER: dict[str, dict[str, bytes]] = {
    "application/xml": XML,
    "text/csv": CSV,
    "image/png": PNG,
    "image/jpeg": JPEG,
    "image/webp": WEBP,
    "application/pdf": PDF,
    "application/offset+octet-stream": PART,
}
"""Hostile bodies by the media type that they are sent as."""
