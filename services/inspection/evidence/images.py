"""Images are taken apart to their pixels and written anew, so that nothing else comes along.

That leaves behind positions, names of devices and owners, thumbnails, colour profiles, comments,
and whatever a file hides beside its picture. What is decoded is bounded before it is decoded.
"""

from collections.abc import Mapping
from io import BytesIO
from types import MappingProxyType
from typing import Any

from PIL import ExifTags, Image, ImageOps

from shared import errors

MOST_PIXELS: Mapping[str, int] = MappingProxyType(
    {"JPEG": 50_000_000, "PNG": 50_000_000, "WEBP": 20_000_000}
)
"""A picture of a good camera: turned and written anew it takes 400 MB, as WebP with transparency
520 MB, 26 bytes for each pixel."""

FORMATS: Mapping[str, str] = MappingProxyType(
    {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
)
SAVED: Mapping[str, dict[str, Any]] = MappingProxyType(
    {"JPEG": {"quality": 92}, "PNG": {}, "WEBP": {"quality": 92}}
)
MODES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "JPEG": frozenset({"L", "RGB"}),
        "PNG": frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}),
        "WEBP": frozenset({"RGB", "RGBA"}),
    }
)
"""The kinds of pixels that each format is written with as they are; others become RGB."""


class ImageUnreadable(errors.Invalid):
    """This image cannot be read to its end."""

    zh = "该图片无法完整读取。"
    mend = "Send the picture as the camera has made it, as JPEG, PNG or WebP without animation."
    mend_zh = "请提交相机生成的原图，格式为 JPEG、PNG 或不含动画的 WebP。"


class ImageTooLarge(errors.Invalid):
    """This image has more pixels than are taken."""

    zh = "该图片的像素数超过上限。"
    mend = "Take the picture with a lower resolution, or send parts of it."
    mend_zh = "请降低拍摄分辨率，或分幅提交。"


def rewritten(content: bytes, media_type: str, *, positions: bool) -> bytes:
    """The picture alone, upright, in its own format; `positions`: where it was taken stays in it.

    Raises ImageUnreadable, ImageTooLarge.
    """
    kind = FORMATS[media_type]
    try:
        image = Image.open(BytesIO(content), formats=[kind])
        _bound(image, MOST_PIXELS[kind])
        where = image.getexif().get_ifd(ExifTags.IFD.GPSInfo) if positions else {}
        ImageOps.exif_transpose(image, in_place=True)
        return _written(image, kind, where)
    except errors.Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise ImageTooLarge(most_pixels=MOST_PIXELS[kind]) from bomb
    except Exception as unread:  # a broken file makes Pillow raise nearly anything
        raise ImageUnreadable from unread


def _bound(image: Image.Image, most: int) -> None:
    width, height = image.size
    if width * height > most:
        raise ImageTooLarge(pixels=width * height, most_pixels=most)
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise ImageUnreadable(reason="animated")


def _written(image: Image.Image, kind: str, where: Mapping[int, Any]) -> bytes:
    bare = image if image.mode in MODES[kind] else image.convert("RGB")
    bare.info = {
        name: value for name, value in bare.info.items() if (kind, name) == ("PNG", "transparency")
    }
    options = dict(SAVED[kind])
    if where:
        exif = Image.Exif()
        exif[ExifTags.IFD.GPSInfo] = dict(where)
        options["exif"] = exif
    into = BytesIO()
    bare.save(into, kind, **options)
    return into.getvalue()
