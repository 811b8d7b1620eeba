"""Sandbox references: what a filing's own reference asks to become of it.

`SANDBOX-JOINT-4711` asks for a joint inspection. This service only reads what is asked for, says so
to the others, and marks all that it tells; each service decides what is its own to decide.
"""

import re
from dataclasses import replace

from services.declaration.domain.content import Content
from services.declaration.domain.moves import Status
from services.declaration.domain.receipts import Note
from shared.contracts.values import Sandbox

_ASKED = re.compile(rf"SANDBOX-({'|'.join(each.name for each in Sandbox)})(-.*)?")


def asked(reference: str) -> Sandbox | None:
    """The outcome that a reference asks for; None if it is an ordinary one."""
    found = _ASKED.fullmatch(reference)
    return None if found is None else Sandbox[found[1]]


def mark(content: Content) -> Content:
    """The content as one of a sandbox, if its reference is; only where there is a sandbox."""
    return content.model_copy(update={"sandbox": asked(content.reference)})


def marked(note: Note, content: Content, *, state: Status) -> Note:
    """A receipt with the filing's state after it, marked as one of a sandbox if it is."""
    forced = content.sandbox
    facts = note.facts if forced is None else {**note.facts, "sandbox": forced.value}
    return replace(note, facts=facts, state=state)
