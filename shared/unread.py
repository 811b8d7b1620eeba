"""The place of a value that could not be read, in a document whose other values could."""

from typing import Any, Final, NoReturn


class Unread:
    """Whatever is done with it fails: nothing can be decided on what is not known."""

    __hash__ = None  # type: ignore[assignment]  # Python's way of saying so; mypy sees a method.

    def __eq__(self, other: object) -> NoReturn:
        """Raises TypeError."""
        raise TypeError("nothing equals what was not read")

    def __bool__(self) -> NoReturn:
        """Raises TypeError."""
        raise TypeError("what was not read is neither there nor not")

    def __str__(self) -> NoReturn:
        """Raises TypeError."""
        raise TypeError("what was not read has no text")


UNREAD: Final[Any] = Unread()
