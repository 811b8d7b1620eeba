"""The errors a domain raises: the refused rule plus its facts; the docstring is the message.

A subclass states its rule once, in both languages:

    class SlotTaken(Conflict):
        \"\"\"Another consignment already holds this bay at that time.\"\"\"

        zh = "该查验位在此时段已被另一票货物占用。"
        mend = "Choose another slot."
        mend_zh = "请另选时段。"

    raise SlotTaken(bay=bay.code, start=slot.start)

The HTTP status is not said here: `shared.http.problem` maps the base classes below, once.
"""

import inspect
import re
from dataclasses import dataclass, field
from typing import Any, ClassVar

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Refused(Exception):
    """The request is refused."""

    code: ClassVar[str] = "refused"
    en: ClassVar[str] = "The request is refused."
    zh: ClassVar[str] = "请求被拒绝。"
    mend: ClassVar[str] = "Correct what the facts name and send it again."
    mend_zh: ClassVar[str] = "请按所示事实更正后重新提交。"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Derive `code` (snake_case of the name) and `en` (the docstring's first paragraph).

        Raises TypeError, at import, for a rule that is told in one language only.
        """
        super().__init_subclass__(**kwargs)
        if not cls.__doc__ or "zh" not in cls.__dict__:
            raise TypeError(f"{cls.__name__} needs a docstring (English) and zh (Chinese)")
        if ("mend" in cls.__dict__) != ("mend_zh" in cls.__dict__):
            raise TypeError(f"{cls.__name__} needs mend and mend_zh, or neither")
        cls.code = _WORD_START.sub("_", cls.__name__).lower()
        cls.en = " ".join(inspect.cleandoc(cls.__doc__).split("\n\n", 1)[0].split())

    def __init__(self, *, pointer: str = "", **facts: Any) -> None:
        """`pointer` is the culprit's JSON pointer; `facts` are JSON-able and shown to the user."""
        super().__init__(self.en)
        self.pointer = pointer
        self.facts = facts

    def __str__(self) -> str:
        """Title and facts, for logs and tests."""
        return self.en if not self.facts else f"{self.en} {self.facts}"


class NotFound(Refused):
    """There is no such thing, or you may not see it."""

    zh = "不存在，或您无权查看。"
    mend = "Check the identifier."
    mend_zh = "请核对编号。"


class Conflict(Refused):
    """The state of things does not allow this now."""

    zh = "当前状态不允许此操作。"
    mend = "Read the current state and try again."
    mend_zh = "请读取最新状态后重试。"


class StaleVersion(Conflict):
    """Somebody else changed it in the meantime."""

    zh = "该数据已被他人修改。"
    mend = "Read the current state and try again."
    mend_zh = "请读取最新状态后重试。"


class Forbidden(Refused):
    """You may not do this."""

    zh = "您无权执行此操作。"
    mend = "Use an account that has the right to do it."
    mend_zh = "请使用有权限的账号。"


class Unauthenticated(Refused):
    """The request carries no valid token."""

    zh = "请求未携带有效令牌。"
    mend = "Send a valid bearer token in the Authorization header."
    mend_zh = "请在 Authorization 头中提供有效的 Bearer 令牌。"


class Invalid(Refused):
    """The content of the request breaks a rule."""

    zh = "请求内容不符合规则。"
    mend = "Correct what the errors point at and send it again."
    mend_zh = "请按错误指示修改后重新提交。"


class Malformed(Refused):
    """The request cannot be read."""

    zh = "无法读取请求。"
    mend = "Send a well-formed request."
    mend_zh = "请提交格式正确的请求。"


class Unavailable(Refused):
    """A part that is needed for this is not available now."""

    zh = "所需组件暂不可用。"
    mend = "Try again in a few seconds."
    mend_zh = "请稍后重试。"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One broken rule in a document. `pointer` is a JSON pointer (RFC 6901), "" for the whole."""

    code: str
    pointer: str
    en: str
    zh: str
    mend_en: str = ""
    mend_zh: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


class Faults(Invalid):
    """The document has faults."""

    zh = "单证存在错误。"

    def __init__(self, *faults: Fault, left_out: int = 0) -> None:
        """Carry all faults of one document; `left_out` counts those beyond what can be told."""
        super().__init__()
        self.faults = faults
        self.left_out = left_out

    def __str__(self) -> str:
        """Title and each fault's code and pointer."""
        found = ", ".join(f"{fault.code} at {fault.pointer or '/'}" for fault in self.faults)
        return f"{self.en} {found}"
