"""What booking refuses, and how to mend it."""

from shared.errors import Conflict, Invalid, NotFound, Unavailable


class RequestNotFound(NotFound):
    """There is no such request for a slot, or you may not see it."""

    zh = "没有该预约申请，或您无权查看。"
    mend = "Look up the request by filing_id or requirement_id."
    mend_zh = "请按报单号或查验要求号查询预约申请。"


class YardNotFound(NotFound):
    """There is no such inspection yard, or you may not see it."""

    zh = "没有该查验场，或您无权查看。"
    mend = "Choose one of GET /v1/yards."
    mend_zh = "请从 GET /v1/yards 中选择。"


class BookingMoveNotAllowed(Conflict):
    """The booking's state does not allow this."""

    zh = "预约的当前状态不允许此操作。"
    mend = "Read the booking and choose an action that its state allows."
    mend_zh = "请读取预约的最新状态，选择其允许的操作。"


class RequestClosed(Conflict):
    """No slot is wanted any more: the requirement has ended."""

    zh = "查验要求已结束，不再需要时段。"
    mend = "Nothing needs to be booked."
    mend_zh = "无需再预约。"


class HoldRanOut(Conflict):
    """The time to confirm this slot has run out."""

    zh = "确认时段的时限已过。"
    mend = "Ask for offers again and hold one of them."
    mend_zh = "请重新获取可选时段并预占其一。"


class SlotTaken(Conflict):
    """Another consignment already has this bay or one of these teams at that time."""

    zh = "该查验位或查验组在此时段已被另一票货物占用。"
    mend = "Choose one of the offers that come with this answer."
    mend_zh = "请从随附的可选时段中选择。"


class SlotUnsuitable(Invalid):
    """This slot cannot serve the requirement."""

    zh = "该时段不能满足查验要求。"
    mend = "Choose one of the request's offers."
    mend_zh = "请从该申请的可选时段中选择。"


class SlotNotBegun(Conflict):
    """The slot has not begun: the cargo cannot have missed it."""

    zh = "时段尚未开始，不能登记为未到。"
    mend = "Wait until the slot begins, or cancel the booking."
    mend_zh = "请等时段开始后再登记，或取消预约。"


class NoYardYet(Unavailable):
    """No inspection yard is set up."""

    zh = "尚未配置查验场。"
    mend = "Run the migrations, which load the default yard."
    mend_zh = "请执行数据库迁移以载入默认查验场。"


class PlanNotFound(NotFound):
    """There is no such plan, or you may not see it."""

    zh = "没有该排程方案，或您无权查看。"
    mend = "Look it up in GET /v1/plans."
    mend_zh = "请在 GET /v1/plans 中查询。"


class PlanUnderWay(Conflict):
    """A plan of these yards is being made already."""

    zh = "这些查验场的排程方案正在编制中。"
    mend = "Wait for it, or cancel it."
    mend_zh = "请等待其完成，或将其取消。"


class PlanNotProposed(Conflict):
    """The plan is not one that waits to be applied."""

    zh = "该排程方案当前不是待执行状态。"
    mend = "Read it; only a plan in stage proposed can be applied."
    mend_zh = "请读取该方案；只有处于 proposed 阶段的方案可以执行。"


class PlanEnded(Conflict):
    """The plan is not being made any more."""

    zh = "该排程方案已不在编制中。"
    mend = "Nothing needs to be cancelled."
    mend_zh = "无需取消。"
