"""What mutual_recognition refuses, each rule with its facts."""

from shared import errors


class NoSuchRequirement(errors.NotFound):
    """There is no such requirement, or you may not see it."""

    zh = "该查验要求不存在，或您无权查看。"


class NoSuchDecision(errors.NotFound):
    """There is no such decision."""

    zh = "该决定记录不存在。"


class NoSuchCompany(errors.NotFound):
    """This company is not registered."""

    zh = "该企业未登记。"
    mend = "Register the company first."
    mend_zh = "请先登记该企业。"


class NoSuchSuspension(errors.NotFound):
    """There is no such suspension by your agency."""

    zh = "没有本机构的该项暂停记录。"


class AlreadySuspended(errors.Conflict):
    """Your agency has suspended this company already."""

    zh = "本机构已暂停该企业。"


class SuspensionLifted(errors.Conflict):
    """This suspension was lifted before."""

    zh = "该项暂停已被解除。"


class SuspensionLasts(errors.Conflict):
    """The policy does not let this suspension be lifted yet."""

    zh = "依照暂停规则，该项暂停尚不能解除。"
    mend = "Lift it from the day that is named on."
    mend_zh = "请自所示日期起办理。"


class SuspenderCannotLift(errors.Conflict):
    """Who suspended a company cannot lift it."""

    zh = "作出暂停的人不能自行解除。"
    mend = "Let another supervisor of the agency lift it."
    mend_zh = "请由本机构的其他主管解除。"


class NoSuchTable(errors.NotFound):
    """There is no such rule table, or no such version of it."""

    zh = "该规则表或其版本不存在。"


class AlreadyMet(errors.Conflict):
    """The requirement is met and closed; nothing can be added to it."""

    zh = "查验要求已完成并关闭，不能再增加。"
    mend = "Ask for an inspection after release instead."
    mend_zh = "如需查验，请按后续稽查办理。"


class RequirementVoid(errors.Conflict):
    """The filing was withdrawn; its requirement is void."""

    zh = "申报单已撤回，查验要求已作废。"


class ChangePending(errors.Conflict):
    """The broker's amendment or withdrawal waits for its answer."""

    zh = "申报单的修改或撤回申请尚待答复。"
    mend = "Wait for the answer, then order again."
    mend_zh = "请待答复后再下达指令。"


class OrderChangesNothing(errors.Conflict):
    """The agency already inspects at least as deep as this order asks."""

    zh = "该机构现有查验要求已不低于此指令。"
    mend = "Order a deeper scope, another skill or more minutes."
    mend_zh = "请指定更深的范围、其他技能或更多时间。"


class UnknownSkill(errors.Invalid):
    """The agency has no teams with this skill, or more than two specialities are asked for."""

    zh = "该机构没有具备此技能的班组，或所要求的专长超过两项。"
    mend = "Name at most two of the agency's specialities."
    mend_zh = "请在该机构的专长中选择，最多两项。"


class UnknownAgency(errors.Forbidden):
    """This agency takes no part in inspections here."""

    zh = "该机构不参与此处的查验。"


class OtherCompanyName(errors.Conflict):
    """This company is registered under another name."""

    zh = "该企业已以其他名称登记。"
    mend = "Compare the code and the name."
    mend_zh = "请核对代码与名称。"


class NoDraft(errors.Conflict):
    """This version is published or rejected, and never changes."""

    zh = "该版本已发布或已被退回，不再变更。"
    mend = "Draft a new version."
    mend_zh = "请起草新版本。"


class NotInReview(errors.Conflict):
    """This draft was not submitted for review yet."""

    zh = "该草案尚未提交审核。"
    mend = "Let its author submit it."
    mend_zh = "请由起草人提交审核。"


class InReview(errors.Conflict):
    """This version is in review, and its rows are not changed any more."""

    zh = "该版本正在审核，内容不再变更。"
    mend = "Turn it down and draft another one, or await the review."
    mend_zh = "请退回后另行起草，或等待审核。"


class NotTheAuthor(errors.Conflict):
    """Only its author changes or submits a draft."""

    zh = "只有起草人可以修改或提交草案。"


class AuthorCannotApprove(errors.Conflict):
    """The author of a draft cannot approve it."""

    zh = "起草人不能批准自己起草的版本。"
    mend = "Let another supervisor of the agency approve it."
    mend_zh = "请由本机构的其他主管批准。"


class AgencyHasApproved(errors.Conflict):
    """This agency has approved this version already."""

    zh = "该机构已批准此版本。"


class TakeoverPassed(errors.Conflict):
    """The day on which this draft should have taken over has passed."""

    zh = "该草案的生效日期已过。"
    mend = "Draft it again with a later valid_from."
    mend_zh = "请以更晚的 valid_from 重新起草。"


class NoBacktest(errors.Conflict):
    """No backtest of exactly this draft's content is done."""

    zh = "尚无与该草案内容完全一致且已完成的回测。"
    mend = "Ask for one with the draft's content, and approve once it is done."
    mend_zh = "请以该草案的内容发起回测，完成后再批准。"


class NoSuchBacktest(errors.NotFound):
    """There is no such backtest."""

    zh = "该回测不存在。"


class NoSuchTrial(errors.NotFound):
    """This version was never tried beside the rules in force."""

    zh = "该版本未曾试运行。"


class TriedBefore(errors.Conflict):
    """This version is or was tried beside the rules in force already."""

    zh = "该版本正在或已经试运行。"
    mend = "Read what came of it, or draft a new version."
    mend_zh = "请查看其结果，或起草新版本。"


class TrialStopped(errors.Conflict):
    """This trial was stopped before."""

    zh = "该试运行已停止。"


class TrialTooLong(errors.Invalid):
    """A trial ends today at the earliest and a year from today at the latest."""

    zh = "试运行最早今日结束，最长不超过一年。"
    mend = "Let `until` be a day from today on, within a year."
    mend_zh = "until 须为今日起一年之内的日期。"


class InvalidUscc(errors.Invalid):
    """This is not a unified social credit code."""

    zh = "统一社会信用代码无效。"
    mend = "Compare its 18 characters; the last one is a check character."
    mend_zh = "请核对 18 位代码，末位为校验码。"


class NotACode(errors.Invalid):
    """Things of this register are not named so."""

    zh = "该名录不使用此种代码。"
    mend = (
        "Goods: the first 2 to 10 digits of an HS code. Authorities: the country and the type of"
        " certificate, as NZ/519. Producers: the registration number."
    )
    mend_zh = "商品：商品编码前 2 至 10 位；主管机构：国别与证书类别，如 NZ/519；企业：注册编号。"


class NotAPeriodAhead(errors.Invalid):
    """A period of the draw begins after today and lasts from one day to 366."""

    zh = "抽查周期须自今日之后开始，为期 1 至 366 天。"
    mend = "Choose days that lie ahead; their seed is revealed when the last one has passed."
    mend_zh = "请选择今后的日期；种子在周期结束后公布。"


class PeriodsOverlap(errors.Conflict):
    """A seed is committed for some of these days already."""

    zh = "其中部分日期已承诺过种子。"


class PeriodEndsBeforeItBegins(errors.Invalid):
    """The period ends before it begins."""

    zh = "有效期结束日早于开始日。"
    mend = "Let valid_to be the same day as valid_from, or later."
    mend_zh = "valid_to 不得早于 valid_from。"
