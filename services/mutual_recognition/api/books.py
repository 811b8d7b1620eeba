"""The rulebook of the service that answers."""

from typing import Annotated

from fastapi import Depends, Request

from services.mutual_recognition.rulebook import Rulebook


async def book_of(request: Request) -> Rulebook:
    """Of the application that answers."""
    book: Rulebook = request.app.state.book
    return book


TheBook = Annotated[Rulebook, Depends(book_of)]
