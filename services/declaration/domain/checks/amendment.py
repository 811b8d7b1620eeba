"""What an amendment may not change: it would be another filing."""

from collections.abc import Iterator

from services.declaration.domain.content import Content
from shared.errors import Fault, Invalid

FIXED = ("reference", "direction", "customs_office")


class FixedAfterAcceptance(Invalid):
    """This item cannot change after the filing was accepted."""

    zh = "申报接受后不得更改此项。"
    mend = "Keep it as it was, or withdraw the filing and file again."
    mend_zh = "请保持原值，或撤销后重新申报。"


def faults(before: Content, after: Content) -> Iterator[Fault]:
    """A fault for each fixed item that differs."""
    for name in FIXED:
        if getattr(before, name) != getattr(after, name):
            yield Fault(
                code=FixedAfterAcceptance.code,
                pointer=f"/{name}",
                en=FixedAfterAcceptance.en,
                zh=FixedAfterAcceptance.zh,
                mend_en=FixedAfterAcceptance.mend,
                mend_zh=FixedAfterAcceptance.mend_zh,
                facts={"accepted": str(getattr(before, name))},
            )
