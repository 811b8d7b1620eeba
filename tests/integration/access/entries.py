"""How every operation of every service is tried, by service and operation."""

from tests.integration.access import (
    booking,
    common,
    declaration,
    evidence,
    inspection,
    inspection_records,
    mutual_recognition,
)
from tests.integration.access.scene import Entry, operations

ENTRIES: dict[str, dict[str, Entry]] = {
    "declaration": declaration.ENTRIES | common.ENTRIES,
    "mutual_recognition": mutual_recognition.ENTRIES | common.ENTRIES,
    "booking": booking.ENTRIES | common.ENTRIES,
    "inspection": inspection.ENTRIES
    | inspection_records.ENTRIES
    | evidence.ENTRIES
    | common.ENTRIES,
}
OPERATIONS = tuple(operations())
