"""What is refused to who subscribes to a calendar."""

from shared.errors import Conflict, Invalid, NotFound


class CalendarNotFound(NotFound):
    """There is no such calendar, or it was taken back."""

    zh = "没有该日历，或其地址已作废。"
    mend = "Make a new one with POST /v1/calendars."
    mend_zh = "请通过 POST /v1/calendars 重新创建。"


class TooManyCalendars(Conflict):
    """You have as many calendars as one office may."""

    zh = "日历数量已达上限。"
    mend = "Take back one that nobody uses."
    mend_zh = "请先作废不再使用的日历。"


class CalendarNotYours(Invalid):
    """A broker subscribes to its own bookings, everybody else to a yard or one of its teams."""

    zh = "报关企业只能订阅本企业的预约，其他人员只能订阅查验场或其查验组。"
    mend = "Send of=broker as a broker, else of=yard with yard, or of=team with yard and team."
    mend_zh = "报关企业请提交 of=broker；其他人员请提交 of=yard 与 yard，或 of=team 与 yard、team。"
