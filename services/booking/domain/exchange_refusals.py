"""What is refused to brokers who exchange their slots."""

from shared.errors import Conflict, NotFound


class SlotNotAgreed(Conflict):
    """Only a slot that is agreed and has not nearly begun can be exchanged."""

    zh = "只有已确认且尚未临近开始的时段可以互换。"
    mend = "Confirm the slot first; one that begins too soon stays as it is."
    mend_zh = "请先确认该时段；即将开始的时段不再互换。"


class ExchangeNotFound(NotFound):
    """There is no such offer of an exchange, or it is none for this booking."""

    zh = "没有该互换提议，或该提议不适用于此预约。"
    mend = "Choose one of the booking's offers of exchange."
    mend_zh = "请从该预约可接受的互换提议中选择。"


class ExchangeOver(Conflict):
    """The exchange cannot be made any more: somebody was quicker, or a slot has changed."""

    zh = "该互换已无法进行：已被他人接受，或时段已变更。"
    mend = "Read the booking's offers of exchange again."
    mend_zh = "请重新读取该预约可接受的互换提议。"
