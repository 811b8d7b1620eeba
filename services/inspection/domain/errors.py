"""What an inspection refuses, and why."""

from shared import errors


class CaseNotFound(errors.NotFound):
    """There is no such case, or you may not see it."""

    zh = "该查验案卷不存在，或您无权查看。"


class CaseMoveNotAllowed(errors.Conflict):
    """The case's state does not allow this."""

    zh = "查验案卷的当前状态不允许此操作。"
    mend = "Read the case; its status says what can follow."
    mend_zh = "请读取案卷，根据其状态确定可执行的操作。"


class CaseEnded(errors.Conflict):
    """This case has ended: nothing more is recorded of its inspection."""

    zh = "该案卷已办结或失效，不再登记查验内容。"
    mend = "Correct what was recorded if it was wrong; what is new belongs to another inspection."
    mend_zh = "如原记录有误，请办理更正；新的情况须另行查验。"


class CaseNotReady(errors.Conflict):
    """The case lacks its slot or its requirement."""

    zh = "该案卷尚缺查验时段或查验要求。"
    mend = "Wait until the gaps named here are filled; a slot comes from a confirmed booking."
    mend_zh = "请等待所列缺项补齐；时段来自已确认的预约。"


class CaseFrozen(errors.Conflict):
    """The broker may amend or withdraw this filing now: the container stays closed."""

    zh = "该申报单正在修改或撤回，暂不得开箱。"
    mend = "Wait until the change is settled."
    mend_zh = "请等待修改或撤回办结。"


class TooEarly(errors.Conflict):
    """The slot has not begun."""

    zh = "尚未到预约的查验时段。"
    mend = "Open the container at the time named, or reschedule the booking."
    mend_zh = "请在所示时间之后开箱，或改约时段。"


class ConsentNotAsked(errors.Conflict):
    """No amendment waits for an officer's consent."""

    zh = "没有等待关员同意的修改。"
    mend = "Read the case: it may have been answered, or an agency has concluded."
    mend_zh = "请查看案卷：可能已答复，或已有单位作出结论。"


class RefusalWithoutReason(errors.Invalid):
    """Whoever refuses an amendment says why."""

    zh = "不同意修改必须说明理由。"
    mend = "Give a reason; the broker is told it."
    mend_zh = "请填写理由，该理由将告知申报人。"


class AmendmentAwaited(errors.Conflict):
    """An officer has consented to an amendment, which is not here yet."""

    zh = "关员已同意修改，修改内容尚未到达。"
    mend = "Wait a moment, read the case and conclude on what is declared then."
    mend_zh = "请稍候，重新查看案卷后按届时的申报内容作出结论。"


class ContainerNotOpen(errors.Conflict):
    """No container of this case is open."""

    zh = "该案卷当前没有已开的箱。"
    mend = "Open the container first."
    mend_zh = "请先开箱。"


class ReasonMissing(errors.Invalid):
    """A second opening needs a reason."""

    zh = "再次开箱必须说明理由。"
    mend = "Say why the container must be opened again."
    mend_zh = "请填写再次开箱的理由。"


class AgencyNotNeeded(errors.Forbidden):
    """This inspection does not need your agency."""

    zh = "本次查验不需要您所在的单位。"
    mend = "An officer of a needed agency may do this, or call your agency in."
    mend_zh = "应由需参与的查验单位办理，或由其提请您单位参与。"


class OthersJoinThemselves(errors.Invalid):
    """You cannot record another agency as present: each agency joins by itself."""

    zh = "不能代其他单位登记到场，各单位应自行登记。"
    mend = "Name your own agency alone, or leave this out; the other agency's officer joins."
    mend_zh = "请只填写本单位或不填；其他单位由其关员自行登记到场。"


class AlreadyJoined(errors.Conflict):
    """Your agency is already at this container."""

    zh = "您单位已在本次开箱现场。"
    mend = "Go on with your section."
    mend_zh = "请继续填写本单位部分。"


class NotAtContainer(errors.Conflict):
    """Your agency has not come to the open container."""

    zh = "您单位尚未到达开箱现场。"
    mend = "Join the opening first."
    mend_zh = "请先登记到场。"


class SectionConcluded(errors.Conflict):
    """Your agency has already concluded its section."""

    zh = "您单位的查验部分已作出结论。"
    mend = "Conclude anew only after a suspended verdict or a treatment, or for a deeper scope."
    mend_zh = "仅在结论为待定、已作处理或查验深度加深后，方可重新作出结论。"


class TooManyFindings(errors.Conflict):
    """Your section has as many findings as one conclusion can carry."""

    zh = "您单位部分的查验发现已达上限。"
    mend = "Conclude the section; sum up what is left in one finding of the conclusion."
    mend_zh = "请作出结论，并将其余内容合并为结论中的一项发现。"


class DisposalUnfit(errors.Invalid):
    """The disposal does not fit the verdict."""

    zh = "处置方式与结论不符。"
    mend = "Choose one of the disposals named."
    mend_zh = "请选择所列处置方式之一。"


class FindingMissing(errors.Invalid):
    """This verdict needs at least one finding."""

    zh = "该结论须至少有一项查验发现。"
    mend = "Record what was found."
    mend_zh = "请登记查验发现。"


class GroundMissing(errors.Invalid):
    """A suspended verdict says why: by a finding, or by a ground."""

    zh = "暂缓结论须说明依据：登记查验发现，或填写暂缓原因。"
    mend = "Give a ground (code and text), such as papers awaited; or record what was found."
    mend_zh = "请填写原因（代码与说明），如待补单证；或登记查验发现。"


class FindingUnfit(errors.Invalid):
    """A section with findings cannot conform."""

    zh = "已有查验发现的部分不能作出合格结论。"
    mend = "Conclude with another verdict."
    mend_zh = "请选择其他结论。"


class LineNotDeclared(errors.Invalid):
    """This goods line was not declared."""

    zh = "该商品项未申报。"
    mend = "Use a declared line's number; record other goods as a finding."
    mend_zh = "请使用已申报的商品项号；其他货物请登记为查验发现。"


class LineFoundTwice(errors.Invalid):
    """This goods line is reported twice."""

    zh = "该商品项重复填报。"
    mend = "Report each line once."
    mend_zh = "每个商品项只填报一次。"


class FoundNetAboveGross(errors.Invalid):
    """The goods found weigh more net than all together weighs gross."""

    zh = "查验所得净重合计大于毛重。"
    mend = "Correct the net weights of the lines, or the gross weight of what you conclude on."
    mend_zh = "请更正各商品项净重，或更正本次结论所涉货物的毛重。"


class AlreadyInside(errors.Conflict):
    """The consignment is already in a yard."""

    zh = "该票货物已在查验场内。"
    mend = "Record its gate-out first."
    mend_zh = "请先登记出场。"


class NotInside(errors.Conflict):
    """The consignment is not in a yard."""

    zh = "该票货物不在查验场内。"
    mend = "Record its gate-in first."
    mend_zh = "请先登记进场。"


class AgencyUnknown(errors.Invalid):
    """There is no such agency."""

    zh = "没有该查验单位。"
    mend = "Use one of the agencies named."
    mend_zh = "请使用所列查验单位之一。"


class EscalationIdle(errors.Conflict):
    """This escalation would change nothing that you may change."""

    zh = "该升级请求不会改变您可变更的内容。"
    mend = "Ask for a deeper scope of your own section, or call in an agency not yet needed."
    mend_zh = "请提请加深本单位查验，或提请尚未参与的单位参与。"


def fault(error: errors.Refused) -> errors.Fault:
    """A refused rule as one of several faults of a document."""
    return errors.Fault(
        code=error.code,
        pointer=error.pointer,
        en=error.en,
        zh=error.zh,
        mend_en=error.mend,
        mend_zh=error.mend_zh,
        facts=error.facts,
    )
