"""Bookings as an iCalendar document (RFC 5545), for programs that subscribe to it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from services.booking.domain.booking import Booking, Status
from shared.contracts.values import Slot

AGAIN = timedelta(minutes=15)
"""How often a program should look again (RFC 7986)."""
SAID = {
    Status.HELD: "已预占 held",
    Status.CONFIRMED: "已确认 confirmed",
    Status.STARTED: "查验中 under inspection",
    Status.COMPLETED: "已查验 inspected",
}


def document(bookings: Sequence[Booking], *, name: str, now: datetime) -> bytes:
    """The calendar of some bookings that have a slot, made `now` (wall time)."""
    calendar = Calendar()
    calendar.add("prodid", "-//Onestop//Booking//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", AGAIN, parameters={"VALUE": "DURATION"})
    for booking in bookings:
        if booking.slot is not None:
            calendar.add_component(_event(booking, booking.slot, now=now))
    return bytes(calendar.to_ical())


def _event(booking: Booking, slot: Slot, *, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{booking.id}@booking.onestop")
    event.add("sequence", booking.version)
    event.add("dtstamp", now)
    event.add("dtstart", slot.starts)
    event.add("dtend", slot.ends)
    bays = " ".join((slot.bay, *slot.beside))
    event.add("summary", f"查验 Inspection {slot.yard} {bays} ({SAID[booking.status]})")
    event.add("location", f"{slot.yard} {bays}")
    event.add("description", "\n".join(_lines(booking, slot)))
    event.add("status", "TENTATIVE" if booking.status is Status.HELD else "CONFIRMED")
    return event


def _lines(booking: Booking, slot: Slot) -> Sequence[str]:
    teams = ", ".join(f"{each.agency} {each.team}" for each in slot.teams)
    gear = [f"设备 Gear: {', '.join(slot.gear)}"] if slot.gear else []
    return [f"查验组 Teams: {teams}", *gear, f"申报单 Filing: {booking.filing_id}"]
