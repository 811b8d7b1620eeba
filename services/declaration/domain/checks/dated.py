"""The rule of days: what the dictionary does not ask on a day cannot be declared on it."""

from collections.abc import Iterator

from services.declaration.domain.checks.rule import Breach, Filed, Rule


def _not_asked(filed: Filed) -> Iterator[Breach]:
    for field in filed.dictionary.not_asked:
        if any(filed.document.values(field.pointer)):
            for place in filed.document.find(field.pointer):
                if place.value:
                    yield Breach(place.pointer, {"day": str(filed.dictionary.day)})


RULES = (
    Rule(
        code="not_asked_on_this_day",
        en="The declaration does not have this item on this day.",
        zh="当日有效的申报项目中没有此项。",
        mend_en="Leave it out.",
        mend_zh="请删除该项。",
        find=_not_asked,
    ),
)
