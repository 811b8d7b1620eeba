"""A case on paper: what each agency concluded, every record with its hash, every file with its own.

The same records give the same bytes.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from services.inspection.domain import evidence
from services.inspection.domain.case import Case
from services.inspection.domain.facts import Conclusion
from services.inspection.domain.records import Record
from services.inspection.domain.treatments import Treatment, kinds
from shared import paper
from shared.contracts.values import Finding, Ground

SHOWN = 16
"""Digits of a hash: enough to compare, and the whole one is in the case's zip."""
AGENCIES = {"customs": "海关", "quarantine": "检验检疫"}
STATUSES = {
    "planned": "待查验",
    "open": "查验中",
    "awaiting_recognition": "等待互认",
    "awaiting_laboratory": "等待实验室结果",
    "completed": "已办结",
    "void": "已作废",
}
VERDICTS = {"conform": "合格", "minor": "轻微不符", "nonconform": "不合格", "suspend": "暂缓结论"}
DISPOSALS = {
    "release": "放行",
    "treat": "处理",
    "return": "退运",
    "destroy": "销毁",
    "detain": "扣留",
}
ENDED = {
    "signed_out": "本人签退",
    "elsewhere": "在他处签到",
    "concluded": "作出结论",
    "closed": "关箱",
    "gate_out": "出场",
}
NOTHING = ("—", "—", "—")
SORTS = {"photo": "照片", "document": "单证", "scan": "扫描件"}

Table = dict[str, Any]


def pdf(
    case: Case, chain: Sequence[Record], *, hidden: Collection[int] = (), zone: ZoneInfo
) -> bytes:
    """The case as a PDF, Chinese and English; times are told in the yard's zone.

    Of records that are `hidden`, by their numbers, there is nothing but the hash.
    """
    last = chain[-1] if chain else None
    head = f"{last.seq}:{last.hash}" if last else "0"
    told = {
        "id": str(case.id),
        "rows": [
            {"name": {"zh": zh, "en": en}, "value": value} for zh, en, value in _rows(case, zone)
        ],
        "parts": [
            _conclusions(case, zone),
            _openings(case, zone),
            _attendance(case, zone),
            _treatments(case, zone),
            _files([each for each in chain if each.seq not in hidden], zone),
            _records(chain, hidden, zone),
        ],
        "code": paper.code(f"urn:onestop:case:{case.id}:{head}"),
    }
    return paper.pdf(_template(), case=told)


def _rows(case: Case, zone: ZoneInfo) -> Iterator[tuple[str, str, str]]:
    yield "案卷编号", "Case", str(case.id)
    yield "申报单编号", "Filing", str(case.filing_id)
    yield "状态", "Status", _named(STATUSES, case.status.value)
    yield "查验单位", "Agencies", "、".join(_named(AGENCIES, each.agency) for each in case.needed)
    yield "集装箱", "Containers", "，".join(case.containers) or "—"
    slot = case.slot
    where = f"{slot.yard} {slot.bay}，{_at(slot.starts, zone)}" if slot else "—"
    yield "查验场与时段", "Yard and slot", where
    yield "签署", "Signed off", "是 yes" if case.signed_off else "否 no"


def _conclusions(case: Case, zone: ZoneInfo) -> Table:
    rows = [
        [
            _named(AGENCIES, section.agency),
            "，".join(each.containers) or "全部 all",
            _named(VERDICTS, each.verdict.value),
            _named(DISPOSALS, each.disposal.value),
            "；".join(f"{why.code} {why.text}" for why in _grounds(each)) or "—",
            each.officer,
            _at(each.concluded_at, zone),
        ]
        for section in case.needed
        for each in section.conclusions
    ]
    heads = ("单位 Agency", "集装箱 Containers", "结论 Verdict", "处置 Disposal", "依据 Grounds")
    return _table("查验结论 Conclusions", (*heads, "关员 Officer", "时间 Time"), rows)


def _grounds(conclusion: Conclusion) -> list[Finding | Ground]:
    return [*conclusion.findings, *([conclusion.ground] if conclusion.ground else [])]


def _openings(case: Case, zone: ZoneInfo) -> Table:
    rows = [
        [
            str(each.number),
            _at(each.opened_at, zone),
            _at(each.closed_at, zone) if each.closed_at else "—",
            "、".join(_named(AGENCIES, agency) for agency in each.present),
        ]
        for each in case.openings
    ]
    heads = ("次 No.", "开箱 Opened", "关箱 Closed", "到场单位 Present")
    return _table("开箱 Openings", heads, rows)


def _attendance(case: Case, zone: ZoneInfo) -> Table:
    rows = [
        [
            _named(AGENCIES, section.agency),
            each.officer,
            _at(each.came_at, zone),
            _at(each.left_at, zone) if each.left_at else "—",
            _named(ENDED, each.ended) if each.ended else "—",
        ]
        for section in case.sections
        for each in section.attendance
    ]
    heads = ("单位 Agency", "关员 Officer", "签到 Came", "签退 Left", "签退原因 Ended by")
    return _table("到场关员 Officers present", heads, rows)


def _treatments(case: Case, zone: ZoneInfo) -> Table:
    rows = [
        [
            _named(AGENCIES, section.agency),
            _kind(each),
            "，".join(each.containers) or "全部 all",
            each.by,
            _at(each.due, zone) + ("（逾期 overdue）" if each.overdue_at else ""),
            "；".join(_result(each, zone)) or "—",
        ]
        for section in case.sections
        for each in section.treatments
    ]
    heads = ("单位 Agency", "方式 Kind", "集装箱 Containers", "实施单位 By", "期限 Due")
    return _table("处理 Treatments", (*heads, "结果 Result"), rows)


def _kind(treatment: Treatment) -> str:
    known = kinds().get(treatment.kind)
    said = f"{known.said.zh} {known.said.en}" if known else treatment.kind
    return f"{said}：{treatment.text}" if treatment.text else said


def _result(treatment: Treatment, zone: ZoneInfo) -> Iterator[str]:
    told, kind = treatment.result, kinds().get(treatment.kind)
    if treatment.cancelled_at:
        yield f"不再需要 not needed {_at(treatment.cancelled_at, zone)}"
    if told is None:
        return
    yield f"{'完成 done' if told.done else '未成功 failed'} {_at(told.at, zone)} {told.officer}"
    yield told.text
    if told.certificate:
        yield f"证书 certificate {told.certificate}"
    for name, unit in kind.figures.items() if kind else ():
        if (figure := getattr(told, name)) is not None:
            yield f"{name} {figure} {unit}"


def _files(chain: Iterable[Record], zone: ZoneInfo) -> Table:
    rows = []
    for record in chain:
        if record.kind == evidence.KIND:
            piece = evidence.piece_of(record)
            sort, note = _named(SORTS, piece.about.sort.value), piece.about.note or "—"
            about = piece.about.container or "—"
            who, at = record.actor.subject, _at(record.times.yard, zone)
            rows.append([str(record.seq), sort, about, note, who, at, piece.sha256[:SHOWN]])
    heads = (
        "记录 Record",
        "种类 Sort",
        "集装箱 Container",
        "说明 Note",
        "关员 Officer",
        "时间 Time",
    )
    return _table("证据 Evidence", (*heads, "文件哈希 SHA-256"), rows)


def _records(chain: Iterable[Record], hidden: Collection[int], zone: ZoneInfo) -> Table:
    rows = [
        [str(each.seq), *(NOTHING if each.seq in hidden else _told(each, zone)), each.hash[:SHOWN]]
        for each in chain
    ]
    heads = ("序号 No.", "时间 Time", "类型 Kind", "登记人 Recorded by", "哈希 Hash")
    return _table("记录 Records", heads, rows)


def _told(record: Record, zone: ZoneInfo) -> tuple[str, str, str]:
    actor = record.actor
    who = f"{actor.subject} ({actor.agency or actor.role})"
    return _at(record.times.yard, zone), record.kind, who


def _table(title: str, heads: Iterable[str], rows: list[list[str]]) -> Table:
    return {"title": _both(title), "heads": [_both(each) for each in heads], "rows": rows}


def _both(text: str) -> dict[str, str]:
    chinese, _, english = text.partition(" ")
    return {"zh": chinese, "en": english}


def _named(names: Mapping[str, str], code: str) -> str:
    return f"{names[code]} {code}" if code in names else code


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S %z}"


@cache
def _template() -> bytes:
    return (resources.files(__name__) / "case.typ").read_bytes()
