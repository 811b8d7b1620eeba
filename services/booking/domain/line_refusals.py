"""What is refused to who waits for a slot, stands at the gate, or wants one of today."""

from shared.errors import Conflict, Invalid


class SlotNotWanted(Conflict):
    """The request has a slot already, or needs none any more."""

    zh = "该申请已有时段，或不再需要时段。"
    mend = "Reschedule or cancel the booking instead."
    mend_zh = "请改为变更或取消预约。"


class StretchImpossible(Invalid):
    """No slot of this request fits between the two moments."""

    zh = "该时间范围内不可能有满足要求的时段。"
    mend = "Let `to` be at least `to_at_least`."
    mend_zh = "请使 to 不早于 to_at_least。"


class NothingServes(Conflict):
    """No start in this yard serves the cargo, however long it waits."""

    zh = "该查验场在可预约期内没有可用的开始时间。"
    mend = "Read why, and try another yard or call the missing team or bay in."
    mend_zh = "请查看原因，改用其他查验场，或安排所缺的查验组、查验位。"


class SameDayQuota(Conflict):
    """Your company has as many of today's slots in this yard as one company may."""

    zh = "贵公司在该查验场当日的时段已达上限。"
    mend = "Choose a slot from `again_from` on, or ask the yard's staff to book for you."
    mend_zh = "请选择 again_from 之后的时段，或请查验场人员代为预约。"


class TooManyBays(Invalid):
    """The consignment has fewer containers than bays are asked for."""

    zh = "所申请的查验位数量超过集装箱数量。"
    mend = "Ask for as many bays as there are containers, or fewer."
    mend_zh = "请申请不超过集装箱数量的查验位。"
