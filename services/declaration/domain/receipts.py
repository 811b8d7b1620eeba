"""Receipts: what the broker is told of a filing, one after the other, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.declaration.domain.moves import Status
from shared.reference import codes


class Kind(StrEnum):
    """What a receipt tells."""

    ACCEPTED = "accepted"
    INSPECTION_SELECTED = "inspection_selected"
    NO_INSPECTION = "no_inspection"
    SLOT_OFFERED = "slot_offered"
    HOLD_MOVED = "hold_moved"
    HOLD_TAKEN_BACK = "hold_taken_back"
    SLOT_CONFIRMED = "slot_confirmed"
    SLOT_RESCHEDULED = "slot_rescheduled"
    EXCHANGE_OFFERED = "exchange_offered"
    EXCHANGE_ENDED = "exchange_ended"
    SLOT_CANCELLED = "slot_cancelled"
    SLOT_MISSED = "slot_missed"
    INSPECTION_OPENED = "inspection_opened"
    SECTION_CONCLUDED = "section_concluded"
    SECTION_PARTLY_CONCLUDED = "section_partly_concluded"
    RECOGNITION_GRANTED = "recognition_granted"
    RECOGNITION_REFUSED = "recognition_refused"
    RECOGNITION_LAPSED = "recognition_lapsed"
    COMPANY_SUSPENDED = "company_suspended"
    AMENDMENT_ASKED = "amendment_asked"
    WITHDRAWAL_ASKED = "withdrawal_asked"
    AMENDED = "amended"
    CHANGE_REFUSED = "change_refused"
    QUESTION_ASKED = "question_asked"
    QUESTION_ANSWERED = "question_answered"
    QUESTION_CLOSED = "question_closed"
    PARTLY_RELEASED = "partly_released"
    PARTLY_HELD = "partly_held"
    PARTLY_REFUSED_ENTRY = "partly_refused_entry"
    HELD = "held"
    RELEASED = "released"
    REFUSED_ENTRY = "refused_entry"
    WITHDRAWN = "withdrawn"


END = frozenset({Kind.RELEASED, Kind.REFUSED_ENTRY, Kind.WITHDRAWN})


CHANNELS: Mapping[Kind, str] = {
    Kind.ACCEPTED: "L",
    Kind.NO_INSPECTION: "J",
    Kind.INSPECTION_SELECTED: "C",
    Kind.HELD: "H",
    Kind.RELEASED: "I",
    Kind.REFUSED_ENTRY: "E",
    Kind.WITHDRAWN: "A",
}
"""The letter (CHANNEL) by which the single window tells what comes nearest; the others have none.

L stored · J review closed · C notice of inspection · H suspended · I released · E returned ·
A deleted before release.
"""


@dataclass(frozen=True)
class Note:
    """A receipt before it has its number. `facts` are JSON; `state` is the filing's after it."""

    kind: Kind
    facts: Mapping[str, Any]
    state: Status = Status.ACCEPTED

    @property
    def channel(self) -> str | None:
        """The single window's letter, if it has one for this."""
        return CHANNELS.get(self.kind)


@dataclass(frozen=True)
class Text:
    """The same in both languages."""

    en: str
    zh: str


TEXTS: Mapping[Kind, Text] = {
    Kind.ACCEPTED: Text(
        "Accepted; receipt number {receipt_number}.", "申报已接受，回执号 {receipt_number}。"
    ),
    Kind.INSPECTION_SELECTED: Text(
        "Selected for inspection ({mode}) by {agencies}.",
        "已布控查验（{mode}），查验单位：{agencies}。",
    ),
    Kind.NO_INSPECTION: Text("No inspection is required.", "无需查验。"),
    Kind.SLOT_OFFERED: Text(
        "A slot fell free and is held for you until {held_until}: yard {yard}, bay {bay}, {starts}"
        " to {ends}.",
        "有时段空出，已为您预占至 {held_until}：查验场 {yard}，查验位 {bay}，{starts} 至 {ends}。",
    ),
    Kind.HOLD_MOVED: Text(
        "The slot that is held for you until {held_until} is another one now: yard {yard}, bay"
        " {bay}, {starts} to {ends}: {reason}",
        "为您预占至 {held_until} 的时段已改为：查验场 {yard}，查验位 {bay}，{starts} 至 {ends}。"
        "原因：{reason}",
    ),
    Kind.HOLD_TAKEN_BACK: Text(
        "The slot that was held for you is not any more, choose another one: {reason}",
        "为您预占的时段已收回，请另选时段。原因：{reason}",
    ),
    Kind.SLOT_CONFIRMED: Text(
        "Inspection slot: yard {yard}, bay {bay}, {starts} to {ends}.",
        "查验时段：查验场 {yard}，查验位 {bay}，{starts} 至 {ends}。",
    ),
    Kind.SLOT_RESCHEDULED: Text(
        "Inspection slot moved to yard {yard}, bay {bay}, {starts} to {ends}: {reason}",
        "查验时段已改为：查验场 {yard}，查验位 {bay}，{starts} 至 {ends}。原因：{reason}",
    ),
    Kind.EXCHANGE_OFFERED: Text(
        "Your slot can be exchanged for yard {yard}, bay {bay}, {starts} to {ends}, if you accept"
        " exchange {exchange}; until then it stays yours.",
        "您的时段可互换为：查验场 {yard}，查验位 {bay}，{starts} 至 {ends}；接受互换 {exchange}"
        " 即可，接受之前原时段不变。",
    ),
    Kind.EXCHANGE_ENDED: Text(
        "Exchange {exchange} is over, and changes nothing of your booking: {reason}",
        "互换 {exchange} 已结束，您的预约不因此变更。原因：{reason}",
    ),
    Kind.SLOT_CANCELLED: Text(
        "The inspection slot was given up: {reason}", "查验时段已取消。原因：{reason}"
    ),
    Kind.SLOT_MISSED: Text(
        "The cargo did not come to its slot; another one is needed.",
        "货物未按时到场，须另约时段。",
    ),
    Kind.INSPECTION_OPENED: Text(
        "Inspection opened by {agencies}.", "已开箱查验，到场单位：{agencies}。"
    ),
    Kind.SECTION_CONCLUDED: Text(
        "Concluded by {agency}: {verdict}.", "{agency}查验结论：{verdict}。"
    ),
    Kind.SECTION_PARTLY_CONCLUDED: Text(
        "Concluded by {agency} for {containers}: {verdict}.",
        "{agency}对集装箱{containers}的查验结论：{verdict}。",
    ),
    Kind.RECOGNITION_GRANTED: Text(
        "The result of {primary} is recognised by {recognising}; no second unpacking.",
        "{recognising}已认可{primary}的查验结果，无需再次掏箱。",
    ),
    Kind.RECOGNITION_REFUSED: Text(
        "The result of {primary} is not recognised by {recognising}, which inspects as well.",
        "{recognising}未认可{primary}的查验结果，将一并查验。",
    ),
    Kind.RECOGNITION_LAPSED: Text(
        "{primary} gave no result within the stated time; nothing is recognised.",
        "{primary}未在规定时间内作出查验结论，不再互认。",
    ),
    Kind.COMPANY_SUSPENDED: Text(
        "{agency} suspends the mutual recognition of company {company}, until {liftable_from} at"
        " least (way back: {way_back}): {reason}",
        "{agency}暂停企业 {company} 的监管互认，最早可于 {liftable_from} 解除（恢复办法："
        "{way_back}）。原因：{reason}",
    ),
    Kind.AMENDMENT_ASKED: Text(
        "The amendment was received and is being considered.", "修改申请已收到，正在审核。"
    ),
    Kind.WITHDRAWAL_ASKED: Text(
        "The withdrawal was received and is being considered.", "撤销申请已收到，正在审核。"
    ),
    Kind.AMENDED: Text(
        "Amended; version {filing_version} is in force.", "已修改，第 {filing_version} 版生效。"
    ),
    Kind.CHANGE_REFUSED: Text("{purpose} refused: {reason}", "{purpose}未获准。原因：{reason}"),
    Kind.QUESTION_ASKED: Text(
        "Question {question}, of {agency}: {text}", "{agency}提问（第 {question} 问）：{text}"
    ),
    Kind.QUESTION_ANSWERED: Text(
        "The answer to question {question} was received.", "第 {question} 问的答复已收到。"
    ),
    Kind.QUESTION_CLOSED: Text(
        "Question {question} was closed by {agency}: {reason}",
        "{agency}已关闭第 {question} 问。原因：{reason}",
    ),
    Kind.PARTLY_RELEASED: Text(
        "Released in part: {containers}.", "部分放行，集装箱：{containers}。"
    ),
    Kind.PARTLY_HELD: Text("Held in part: {reason}", "部分集装箱扣留待处理。原因：{reason}"),
    Kind.PARTLY_REFUSED_ENTRY: Text(
        "Entry refused in part: {reason}", "部分集装箱不准进出境。原因：{reason}"
    ),
    Kind.HELD: Text("Held: {reason}", "货物扣留待处理。原因：{reason}"),
    Kind.RELEASED: Text("Released.", "货物放行。"),
    Kind.REFUSED_ENTRY: Text("Entry refused: {reason}", "不准进出境。原因：{reason}"),
    Kind.WITHDRAWN: Text("Withdrawn.", "申报单已撤销。"),
}

WORDS: Mapping[str, Mapping[str, Text]] = {
    "mode": {
        "single": Text("single inspection", "单方查验"),
        "joint": Text("joint inspection", "联合查验"),
        "recognition": Text("inspection with mutual recognition", "监管互认查验"),
    },
    "purpose": {
        "amend": Text("Amendment", "修改申请"),
        "withdraw": Text("Withdrawal", "撤销申请"),
    },
}
LISTS: Mapping[str, str] = {
    "verdict": "verdicts",
    **dict.fromkeys(("agency", "agencies", "primary", "recognising"), "agencies"),
}
"""The facts that are codes, each with the list that names them."""


def text(note: Note) -> Text:
    """The note's words, with its facts."""
    said = TEXTS[note.kind]
    words = {name: _words(name, value) for name, value in note.facts.items()}
    return Text(
        en=said.en.format(**{name: word.en for name, word in words.items()}),
        zh=said.zh.format(**{name: word.zh for name, word in words.items()}),
    )


def _words(name: str, value: Any) -> Text:
    if isinstance(value, list | tuple):
        each = [_words(name, entry) for entry in value]
        return Text(" and ".join(word.en for word in each), "、".join(word.zh for word in each))
    if isinstance(value, Mapping):
        return Text(value["en"], value["zh"])
    if name in LISTS:
        return Text(*codes.name_of(LISTS[name], value))
    return WORDS.get(name, {}).get(str(value), Text(str(value), str(value)))
