"""The four services as the composition roots name them.

A service is imported when something of it is first asked for: what needs one alone, or none, does
not pay for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings

    from shared.kit import Kit
    from shared.service import Service

DATABASE = "onestop"
"""The name of the database that holds every service's schema, unless told otherwise."""


@dataclass(frozen=True)
class Entry:
    """One service: its name (also its schema and its package) and its path prefix."""

    name: str
    prefix: str

    @property
    def migrations(self) -> Path:
        """The folder of its schema's revisions."""
        folder: Path = self._app().MIGRATIONS
        return folder

    @property
    def settings(self) -> type[BaseSettings]:
        """The class of its own settings."""
        settings: type[BaseSettings] = import_module(f"services.{self.name}.settings").Settings
        return settings

    def create(self, kit: Kit, settings: Any) -> Service:
        """Make the service, ready to serve and run."""
        service: Service = self._app().create(kit, settings)
        return service

    def load(self) -> None:
        """Import it now."""
        self._app()

    def _app(self) -> Any:
        return import_module(f"services.{self.name}.app")


ENTRIES = (
    Entry("declaration", "/declaration"),
    Entry("mutual_recognition", "/mutual-recognition"),
    Entry("booking", "/booking"),
    Entry("inspection", "/inspection"),
)

BY_NAME = {entry.name: entry for entry in ENTRIES}
