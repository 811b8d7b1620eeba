"""Measures as CSV: each column is a value of the JSON answer, named by its path."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from services.inspection import measured
from services.inspection.api.measure_views import AgencyMeasuresOut, FilingMeasuresOut, GroupOut
from services.inspection.measured import By
from shared.http import sheets

ZH: Mapping[str, str] = {
    "filing_id": "申报单",
    "direction": "进出口",
    "broker": "报关企业",
    "company": "收发货人",
    "goods": "商品",
    "containers": "集装箱数",
    "teu": "标箱",
    "mode": "查验方式",
    "yard": "查验场",
    "agency": "查验单位",
    "period": "期间",
    "outcome": "结果",
    "accepted_at": "接受申报",
    "selected_at": "布控",
    "booked_at": "约定时段",
    "slot_starts": "时段开始",
    "gate_in_at": "进场",
    "opened_at": "开箱",
    "came_at": "到场",
    "concluded_at": "结论",
    "completed_at": "查验完毕",
    "first_released_at": "首箱放行",
    "ended_at": "办结",
    "slots": "时段数",
    "openings": "开箱次数",
    "moves": "移柜",
    "moves_avoided": "少移柜",
    "unpackings": "掏箱",
    "unpackings_avoided": "少掏箱",
    "saved_cny": "节省（元）",
    "m2_hours": "场地占用（平方米·小时）",
    "team_minutes": "查验组工时（分钟）",
    "officer_minutes": "关员工时（分钟）",
    "officers_recorded": "有关员签到记录的票数",
    "working_minutes": "作业（分钟）",
    "waiting_minutes": "等待（分钟）",
    "inspects": "实施查验",
    "scope": "查验深度",
    "filings": "票数",
    "released": "放行",
    "refused_entry": "不准进出境",
    "withdrawn": "撤回",
    "open": "在办",
    "mode_none": "无需查验",
    "mode_single": "单独查验",
    "mode_joint": "联合查验",
    "mode_recognition": "监管互认",
    "minutes": "分钟",
    "release": "申报至办结",
    "first_release": "申报至首箱放行",
    "selection": "申报至布控",
    "booking": "布控至约定时段",
    "arrival": "约定至进场",
    "gate": "进场至开箱",
    "delay": "时段开始至开箱",
    "inspection": "开箱至结论",
    "decision": "结论至办结",
    "working": "作业",
    "waiting": "等待",
    "count": "票数",
    "mean": "平均",
    "median": "中位数",
    "p90": "90分位",
}
"""What the parts of a column's name are called; an agency is called by its own name."""


def of_filings(agencies: Sequence[str]) -> list[str]:
    """The columns of one filing; those of each agency begin with its name."""
    found: list[str] = []
    for name in FilingMeasuresOut.model_fields:
        if name == "agencies":
            its = [each for each in AgencyMeasuresOut.model_fields if each != "agency"]
            found += [f"{agency}.{each}" for agency in agencies for each in its]
        elif name == "minutes":
            found += [f"{name}.{each}" for each in measured.MINUTES]
        else:
            found.append(name)
    return found


def of_groups(by: Sequence[By]) -> list[str]:
    """The columns of a group: what it is grouped by, its figures, the spread of each step."""
    figures = [each for each in GroupOut.model_fields if each not in (*By, "minutes")]
    spreads = [f"minutes.{name}.{each}" for name in measured.MINUTES for each in measured.SPREAD]
    return [*by, *figures, *spreads]


def header(columns: Sequence[str]) -> str:
    """The first line: each column in Chinese, and its name."""
    return sheets.lines([[f"{_zh(name)} {name}" for name in columns]])


def _zh(name: str) -> str:
    return " ".join(ZH.get(part, part) for part in name.split("."))


def lines(told: Iterable[BaseModel], *, columns: Sequence[str]) -> str:
    """A line for each, every value as JSON has it; safe in spreadsheets."""
    return sheets.lines(_cells(each.model_dump(mode="json"), columns) for each in told)


def _cells(document: dict[str, Any], columns: Sequence[str]) -> list[str]:
    found = document | {each["agency"]: each for each in document.get("agencies", ())}
    return [sheets.cell(_at(found, name.split("."))) for name in columns]


def _at(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        value = None if value is None else value.get(name)
    return value
