"""JSON text as a filing in its shape, whichever way it came in."""

from services.declaration import commands
from services.declaration.forms import FilingIn
from shared import errors
from shared.http import body, partial


def shaped(model: type[FilingIn], raw: bytes, *, organisation: str, now: commands.Now) -> FilingIn:
    """A filing of JSON text.

    Raises MalformedJson or Faults: those of its shape, and of the rules that need nothing of that.
    """
    try:
        return body.parse(model, raw)
    except errors.Faults as shape:
        document = partial.read(model, raw)
        if document is None:
            raise
        more = commands.faults_around(document, organisation=organisation, now=now)
        told = commands.named(shape.faults, now=now)
        raise errors.Faults(*told, *more, left_out=shape.left_out) from None
