"""Decisions in words: conditions, values and verdicts in Chinese and English."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.mutual_recognition.decision_tables.dictionary import Input, Kind, Value
from services.mutual_recognition.decision_tables.scales import bounds, listed
from services.mutual_recognition.decision_tables.table import Cell, Operator
from services.mutual_recognition.rules import dictionaries
from shared.contracts.values import Mode, Said

VERDICTS: Mapping[Mode, Said] = {
    Mode.NONE: Said(en="no inspection", zh="无需查验"),
    Mode.SINGLE: Said(en="inspection by one agency", zh="由一个单位查验"),
    Mode.JOINT: Said(en="inspection by both agencies together", zh="双方联合查验"),
    Mode.RECOGNITION: Said(en="recognised without a second unpacking", zh="监管互认，不再掏箱"),
}
WORDS: Mapping[str, Said] = {
    "high": Said(en="high", zh="高"),
    "ordinary": Said(en="ordinary", zh="一般"),
    "low": Said(en="low", zh="低"),
    dictionaries.UNRATED: Said(en="none", zh="未评级"),
    dictionaries.SUSPENDED: Said(en="suspended", zh="暂停"),
    "import": Said(en="import", zh="进口"),
    "export": Said(en="export", zh="出口"),
    dictionaries.NOT_SELECTED: Said(en="not at all", zh="不查验"),
    "documents": Said(en="documents", zh="审单"),
    "scan": Said(en="scan", zh="机检"),
    "unpack": Said(en="unpacking", zh="掏箱"),
    "sample": Said(en="sampling", zh="取样"),
    dictionaries.DISAGREEMENT: Said(en="disagreement", zh="查验与申报不符"),
    dictionaries.FINDINGS: Said(en="findings", zh="有查验发现"),
}


def value(asked: Input, given: Value) -> Said:
    """A value of an input, as one would say it."""
    if isinstance(given, bool):
        return Said(en="yes", zh="是") if given else Said(en="no", zh="否")
    if isinstance(given, tuple):
        return Said(en=", ".join(given) or "none", zh="、".join(given) or "无")
    plain = Said(en=str(given), zh=str(given))
    return WORDS.get(str(given), plain) if asked.words else plain


def either(told: Sequence[Said]) -> Said:
    """One of several things."""
    return Said(en=" or ".join(each.en for each in told), zh="或".join(each.zh for each in told))


def between(asked: Input, low: Any, below: Any) -> Said:
    """From where to just below where; None: without end."""
    day = asked.kind is Kind.DAY
    since, before = ("from {} on", "before {}") if day else ("at least {}", "below {}")
    since_zh, before_zh = ("{} 起", "{} 之前") if day else ("不低于 {}", "低于 {}")
    en = [since.format(low)] if low is not None else []
    zh = [since_zh.format(low)] if low is not None else []
    if below is not None:
        en.append(before.format(below))
        zh.append(before_zh.format(below))
    return Said(en=" and ".join(en), zh="且".join(zh))


def condition(asked: Input, cell: Cell) -> Said:
    """What a cell asks: "the highest duty in percent: at least 0.01"."""
    if cell.op in {Operator.RANGE, Operator.DAYS}:
        told = between(asked, *bounds(cell))
    elif isinstance(cell.value, bool):
        told = value(asked, cell.value)
    else:
        told = either([value(asked, each) for each in listed(cell)])
        if cell.op is Operator.PREFIX:
            told = Said(en=f"begins with {told.en}", zh=f"以 {told.zh} 开头")
    return Said(en=f"{asked.said.en}: {told.en}", zh=f"{asked.said.zh}：{told.zh}")


def supposed(asked: Input, told: Said, *, flag: bool | None = None) -> Said:
    """As if it were so: "the company's quarantine rating were high"; `flag`: yes or no."""
    if flag is not None:
        had, has = ("the filing had", "有") if flag else ("the filing had no", "无")
        return Said(en=f"{had} {asked.said.en}", zh=f"{has}{asked.said.zh}")
    is_zh = "" if asked.kind in {Kind.NUMBER, Kind.DAY} else "为"
    return Said(en=f"{asked.said.en} were {told.en}", zh=f"{asked.said.zh}{is_zh}{told.zh}")
