"""What booking refuses, and how to mend it."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


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


class YardThere(Conflict):
    """There is a yard of this code already."""

    zh = "该代码的查验场已存在。"
    mend = "Change it by a version of it."
    mend_zh = "请通过新版本变更该查验场。"


class UnknownZone(Invalid):
    """There is no such time zone, or it is not by quarters of an hour."""

    zh = "没有该时区，或其时差不是一刻钟的整数倍。"
    mend = "Name a zone of the IANA time zone database, such as Asia/Shanghai."
    mend_zh = "请使用 IANA 时区名，例如 Asia/Shanghai。"


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
    """The slot is held no more: the time to confirm it has run out, or it was taken back."""

    zh = "时段已不再预占：确认时限已过，或已被收回。"
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


class SlotOver(Conflict):
    """The slot is over: it is neither exchanged nor given up any more."""

    zh = "时段已结束，不能再变更或取消。"
    mend = "Ask the yard's staff to report the cargo as missed; then book another slot."
    mend_zh = "请由查验场人员登记为未到，然后重新预约。"


class NoYardYet(Unavailable):
    """No inspection yard is set up."""

    zh = "尚未配置查验场。"
    mend = "Run the migrations, which load the default yard."
    mend_zh = "请执行数据库迁移以载入默认查验场。"


class YardMovedOn(Conflict):
    """What this change hits is not what you were told any more."""

    zh = "该变更所影响的预约与先前告知的不一致。"
    mend = "Look at the plan that comes with this answer, and send its `moves`."
    mend_zh = "请查看随附的最新方案，并提交其中的 moves。"


class NothingToChange(Conflict):
    """This is what holds on those days already."""

    zh = "所提交的内容与当日已生效的内容相同。"
    mend = "Nothing needs to be done."
    mend_zh = "无需操作。"


class PastIsFixed(Invalid):
    """What was or is today is not rewritten."""

    zh = "不得改写过去及当日的数据。"
    mend = "Let it begin tomorrow or later; close what is not there today by a closure."
    mend_zh = "请自次日或以后生效；当日不可用的请新增停用。"


class ClosureTooLate(Invalid):
    """A closure begins now or later, and ends after it begins."""

    zh = "停用须自当前或以后开始，并晚于开始时间结束。"
    mend = "Leave `starts` out to close at once, and let `ends` be later."
    mend_zh = "如需立即停用请省略 starts，并使 ends 更晚。"


class NoSuchResource(Invalid):
    """The yard has nothing of that code then."""

    zh = "届时查验场没有该代码的资源。"
    mend = "Choose one of the codes of GET /v1/yards/{code}/versions/{number}."
    mend_zh = "请从 GET /v1/yards/{code}/versions/{number} 的代码中选择。"


class OthersResources(Forbidden):
    """A supervisor changes the teams of the own agency alone."""

    zh = "主管人员只能变更本单位的查验组。"
    mend = "Leave everything else as it is, or ask the yard's staff."
    mend_zh = "请保持其余内容不变，或联系查验场人员。"


class YardVersionNotFound(NotFound):
    """The yard has no such version."""

    zh = "查验场没有该版本。"
    mend = "Choose one of GET /v1/yards/{code}/versions."
    mend_zh = "请从 GET /v1/yards/{code}/versions 中选择。"


class ClosureOver(Conflict):
    """The closure is over, or was lifted already."""

    zh = "该停用已结束或已解除。"
    mend = "Nothing needs to be done."
    mend_zh = "无需操作。"


class ClosureNotFound(NotFound):
    """The yard has no such closure."""

    zh = "没有该停用。"
    mend = "Choose one of GET /v1/yards/{code}/closures."
    mend_zh = "请从 GET /v1/yards/{code}/closures 中选择。"


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


class HoldExtendedOnce(Conflict):
    """A hold is extended once."""

    zh = "预占只能延长一次。"
    mend = "Confirm the slot, or let it go."
    mend_zh = "请确认该时段，或放弃。"


class TooManyHolds(Conflict):
    """Your company holds as many slots at a time as one company may."""

    zh = "贵公司同时预占的时段已达上限。"
    mend = "Confirm or cancel some of them, or wait until they run out."
    mend_zh = "请先确认或取消部分预占，或等待其到期。"


class TooManyCancelled(Conflict):
    """Your company has given up, or held and not confirmed, as many slots as one company may."""

    zh = "贵公司近期放弃或预占后未确认的时段已达上限。"
    mend = "Wait until `again_at`, or ask the yard's staff to book for you."
    mend_zh = "请等待至 again_at，或请查验场人员代为预约。"


class WaitNotFound(NotFound):
    """The request never waited for a slot."""

    zh = "该申请未曾排队等候时段。"
    mend = "Let it wait with POST /v1/requests/{request_id}/wait."
    mend_zh = "请通过 POST /v1/requests/{request_id}/wait 排队等候。"
