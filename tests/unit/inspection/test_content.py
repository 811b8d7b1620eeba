"""What is taken of a file: the picture alone, or a document that is nothing else."""

import time
from io import BytesIO

import pytest
from PIL import ExifTags, Image

from services.inspection.evidence import content
from services.inspection.evidence.images import ImageTooLarge
from shared.errors import Refused
from tests import pictures
from tests.faults import corpus_files

TRACES = (pictures.SECRET, b"PK\x03\x04", b"<script", b"alert(")


def _position(image: Image.Image) -> dict[int, object]:
    return dict(image.getexif().get_ifd(ExifTags.IFD.GPSInfo))


def test_a_photo_is_upright_and_nothing_beside_its_picture_is_kept() -> None:
    taken = content.take(pictures.photo(), "image/jpeg", positions=False)
    image = Image.open(BytesIO(taken.content))
    assert (image.format, image.size) == ("JPEG", (2, 4))
    assert dict(image.getexif()) == {}
    assert not [each for each in TRACES if each in taken.content]
    assert taken.sha256 != taken.sent


def test_where_a_photo_was_taken_is_kept_if_that_is_asked_for_and_nothing_else() -> None:
    taken = content.take(pictures.photo(), "image/jpeg", positions=True)
    image = Image.open(BytesIO(taken.content))
    assert _position(image) == pictures.WHERE
    assert set(image.getexif()) == {ExifTags.IFD.GPSInfo}
    assert pictures.SECRET not in taken.content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_taken_in_its_own_format(kind: str) -> None:
    sent = pictures.picture(kind=kind)
    taken = content.take(sent, f"image/{kind.lower()}", positions=False)
    assert Image.open(BytesIO(taken.content)).format == kind


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_a_scans_pixels_stay_as_they_are(mode: str) -> None:
    into = BytesIO()
    Image.new(mode, (3, 3), 1).save(into, "PNG")
    taken = content.take(into.getvalue(), "image/png", positions=False)
    assert Image.open(BytesIO(taken.content)).mode == mode


def test_a_document_is_kept_as_it_is() -> None:
    sent = pictures.document()
    taken = content.take(sent, content.PDF, positions=False)
    assert taken.content == sent
    assert taken.sha256 == taken.sent


@pytest.mark.parametrize("name", pictures.POLYGLOTS)
def test_of_a_picture_that_is_something_else_as_well_the_picture_is_left(name: str) -> None:
    sent = pictures.POLYGLOTS[name]
    kind = "image/png" if sent.startswith(b"\x89PNG") else "image/jpeg"
    assert any(each in sent for each in TRACES)
    taken = content.take(sent, kind, positions=False)
    assert not [each for each in TRACES if each in taken.content]


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in content.TYPES for name in corpus_files.OTHER[kind]],
)
def test_what_is_hostile_is_refused(kind: str, name: str) -> None:
    with pytest.raises(Refused):
        content.take(corpus_files.OTHER[kind][name], kind, positions=False)


def test_a_tar_is_refused_without_reading_on() -> None:
    sent = pictures.slow_tar()
    began = time.process_time()
    with pytest.raises(content.ContentNotAsDeclared):
        content.take(sent, content.PDF, positions=False)
    assert time.process_time() - began < 1


def test_a_long_document_is_no_tar() -> None:
    sent = pictures.document(b"% of no block that has a checksum\n" * 40)
    assert content.take(sent, content.PDF, positions=False).content == sent


def test_a_picture_is_refused_by_its_size_before_it_is_unpacked() -> None:
    with pytest.raises(ImageTooLarge):
        content.take(pictures.bomb(7_100), "image/png", positions=False)
    with pytest.raises(ImageTooLarge):
        content.take(pictures.bomb(60_000), "image/png", positions=False)


def test_webp_may_be_less_large_since_writing_it_takes_more_memory() -> None:
    sent = BytesIO()
    Image.new("RGB", (5_001, 4_000)).save(sent, "WEBP", lossless=True, quality=0, method=0)
    with pytest.raises(ImageTooLarge):
        content.take(sent.getvalue(), "image/webp", positions=False)
