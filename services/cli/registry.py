"""The four services as the composition roots name them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings

from services.booking import app as booking
from services.booking.settings import Settings as BookingSettings
from services.declaration import app as declaration
from services.declaration.settings import Settings as DeclarationSettings
from services.inspection import app as inspection
from services.inspection.settings import Settings as InspectionSettings
from services.mutual_recognition import app as mutual_recognition
from services.mutual_recognition.settings import Settings as MutualRecognitionSettings
from shared.kit import Kit
from shared.service import Service


@dataclass(frozen=True)
class Entry:
    """One service: its name (also its schema), path prefix, migrations and way to make it."""

    name: str
    prefix: str
    migrations: Path
    settings: type[BaseSettings]
    create: Callable[[Kit, Any], Service]


ENTRIES = (
    Entry(
        "declaration",
        "/declaration",
        declaration.MIGRATIONS,
        DeclarationSettings,
        declaration.create,
    ),
    Entry(
        "mutual_recognition",
        "/mutual-recognition",
        mutual_recognition.MIGRATIONS,
        MutualRecognitionSettings,
        mutual_recognition.create,
    ),
    Entry("booking", "/booking", booking.MIGRATIONS, BookingSettings, booking.create),
    Entry(
        "inspection", "/inspection", inspection.MIGRATIONS, InspectionSettings, inspection.create
    ),
)

BY_NAME = {entry.name: entry for entry in ENTRIES}
