"""What decided, as it is told: the row of a table with its reason in both languages."""

from functools import lru_cache

from services.mutual_recognition.decision_tables.index import Hit
from services.mutual_recognition.decision_tables.version import Version
from shared.contracts.requirement import DecidingRow


def row(version: Version, hit: Hit, agency: str | None) -> DecidingRow:
    """A row that is met, or that could not be evaluated, as what decided."""
    met = hit.row
    if hit.fault is None:
        en, zh = met.reason.en, met.reason.zh
    else:
        en = f"Row {met.id} could not be evaluated ({hit.fault}); the careful way is taken."
        zh = f"规则行 {met.id} 无法判定（{hit.fault}），按从严处理。"
    return _deciding(version.name, version.version, met.id, agency, en, zh)


@lru_cache(maxsize=10_000)
def _deciding(
    table: str, version: int, row: str, agency: str | None, en: str, zh: str
) -> DecidingRow:
    """The same few rows decide most filings."""
    return DecidingRow(
        table=table, version=version, row=row, agency=agency, reason_en=en, reason_zh=zh
    )


def no_table(name: str, agency: str | None) -> DecidingRow:
    """What decided where no row of a table is in force."""
    return DecidingRow(
        table=name,
        version=0,
        row="no-table",
        agency=agency,
        reason_en=f"No row of table {name} is in force on this day; the careful way is taken.",
        reason_zh=f"当日没有生效的规则表 {name} 或规则行，按从严处理。",
    )
