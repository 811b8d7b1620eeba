"""By what a filing is found: each container, bill, company and goods code of its content.

A term is a kind and an identifier in its normal form: `c:OSTU0000010`. Bills of lading are compared
without case, width, spaces and signs between the characters, and letters of other alphabets that
look like Latin capitals count as such (`shared.spelling`); so are companies, since the checks
leave an owner's code as it is. All others are kept in their normal form, or refused. A goods code
is found whole and by its leading 2, 4, 6 or 8 digits.

Companies and goods codes have many filings, so they are also kept for each broker: what a broker
looks for among its own is then one list, however many filings others have.
"""

from collections.abc import Iterator
from functools import lru_cache

from services.declaration.domain.content import Content
from shared import spelling

LEADING = (2, 4, 6, 8)
"""How many digits of a goods code may be looked for: chapter, heading, subheading, tariff line."""


def container(number: str) -> str:
    """The term of a container, by its ISO 6346 number."""
    return f"c:{number}"


def bill(number: str) -> str:
    """The term of a bill of lading, as anybody writes it."""
    return f"b:{spelling.plain(number) or number}"


@lru_cache(maxsize=10_000)  # the same companies file again and again
def company(uscc: str) -> str:
    """The term of a company in any part of a filing, by its unified social credit code."""
    return f"u:{spelling.plain(uscc) or uscc}"


def goods(code: str) -> str:
    """The term of a goods code, or of its leading digits."""
    return f"h:{code}"


def among(broker: str, term: str) -> str:
    """The term of a company or a goods code among one broker's filings."""
    return f"{broker} {term}"


def of(content: Content) -> list[str]:
    """All terms of a content, each once, in order."""
    broker = content.broker.uscc
    its_own = company(broker)
    shared = {*_companies(content), *_goods(content)}
    return sorted(
        {
            bill(content.bill_of_lading),
            *(container(each.number) for each in content.containers),
            *shared,
            *(among(broker, term) for term in shared if term != its_own),
        }
    )


def _companies(content: Content) -> Iterator[str]:
    for party in (content.broker, content.consignee, content.owner):
        if party is not None:
            yield company(party.uscc)


def _goods(content: Content) -> Iterator[str]:
    for code in {line.hs_code for line in content.lines}:
        yield goods(code)
        yield from (goods(code[:digits]) for digits in LEADING)
