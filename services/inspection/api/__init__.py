"""The HTTP API of inspection."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.inspection.api import acting, reading
from services.inspection.settings import Settings


def routers(settings: Settings) -> Sequence[APIRouter]:
    """Every route of the service."""
    return (reading.router(), acting.router(settings))
