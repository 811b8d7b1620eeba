"""What a broker sends to merge two forms, each in its shape."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from services.declaration.merging.desk import Answer
from services.declaration.merging.forms import CUSTOMS, INSPECTION
from services.declaration.merging.rules import Form
from services.declaration.parts import MOST
from shared.http import faults
from shared.http.model import StrictModel, Text, finding

Pointer = Annotated[str, Text(max=200, pattern=r"/.*")]
Value = Annotated[str, Text(max=4000, lines=True)]

ANSWER_UNCLEAR = faults.Rule(
    "answer_unclear",
    "An answer takes one form's value or gives one of its own.",
    "答复须在取某一单的值与自填值之间二选一。",
    "Give either take or value.",
    "take 与 value 只填其一。",
)


class AnswerIn(StrictModel):
    """What the broker says of one place of the merged filing: whose value stands, or its own.

    `*` in `place` stands for any line or container; a quantity's own value has its unit after it.
    """

    place: Pointer
    take: Form | None = None
    value: Value | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.take is None) == (self.value is None):
            rule = ANSWER_UNCLEAR
            raise finding(
                rule.code, en=rule.en, zh=rule.zh, mend=rule.mend_en, mend_zh=rule.mend_zh
            )
        return self

    def answer(self) -> Answer:
        """The same as a value of the domain."""
        return Answer(self.place, take=self.take, value=self.value)


Customs: Any = CUSTOMS
Inspection: Any = INSPECTION


class MergeIn(StrictModel):
    """The two forms, and answers to what they leave open. Goods may need no inspection form."""

    customs: Customs
    inspection: Inspection | None = None
    answers: tuple[AnswerIn, ...] = Field(default=(), max_length=MOST)
