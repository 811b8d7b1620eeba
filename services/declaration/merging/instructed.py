"""Where a standing instruction decides: both forms say something readable, and it is not the same.

Goods and containers that only one form lists, what nothing converts and what has no room in its
field are for a person, whatever the instruction.
"""

from functools import lru_cache
from typing import Any

from services.declaration.dictionary import legacy
from services.declaration.domain.instruction import Instruction
from services.declaration.domain.legacy import Fate
from services.declaration.merging import rules
from services.declaration.merging.rules import Form, Pair


@lru_cache(maxsize=1)
def items() -> frozenset[str]:
    """The merged items that both forms had."""
    both = (legacy.forms().customs, legacy.forms().inspection)
    one, twin = ({e.item for e in form if e.item and e.fate is Fate.SHARED} for form in both)
    return frozenset(one & twin)


def chosen(instruction: Instruction | None, pair: Pair, *, length: int | None) -> Any:
    """The value that an instruction chooses of a pair; None where a person must be asked."""
    one, other = rules.readable(pair.one), rules.readable(pair.other)
    if instruction is None or instruction.take is None or one is None or other is None:
        return None
    value = one if Form(instruction.take) is Form.CUSTOMS else other
    return None if isinstance(value, str) and length and len(value) > length else value
