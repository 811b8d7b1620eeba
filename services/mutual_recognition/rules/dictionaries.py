"""What each kind of table may ask about: its dictionary of typed inputs."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from services.mutual_recognition.decision_tables import kinds
from services.mutual_recognition.decision_tables.dictionary import Dictionary, Input, Kind
from services.mutual_recognition.domain.agencies import Agencies
from shared.contracts.values import Direction, Disposal, Said, Scope, Verdict
from shared.reference import codes

RATING = "rating_"
PILOT_GOODS = "pilot_goods_"
CERTIFIED = "certified_overseas_"
SCOPE = "scope_"
UNRATED, SUSPENDED = "unrated", "suspended"
GRADES = ("high", "ordinary", "low")
NOT_SELECTED = "none"
PAIR_COVERED = "primary_covers"
DRAW = "draw"
ARRIVAL = "arrival"
LICENCES_PRESENT = "licences_present"
COMPANY_RATE, GOODS_RATE = "company_finding_rate_upper", "goods_finding_rate_upper"
CAUSE = "cause"
DISAGREEMENT, FINDINGS = "disagreement", "findings"
VERDICT, DISPOSAL, FOUND = "verdict", "disposal", "findings"


def _of(name: str, kind: Kind, en: str, zh: str, **more: Any) -> Input:
    return Input(name=name, kind=kind, said=Said(en=en, zh=zh), **more)


_FILING = (
    _of("direction", Kind.TEXT, "the direction", "进出口方向", words=frozenset(Direction)),
    _of("transport_mode", Kind.TEXT, "the mode of transport", "运输方式"),
    _of("country_of_departure", Kind.TEXT, "the country of departure", "启运国"),
    _of("consignee", Kind.TEXT, "the consignee", "收发货人"),
    _of("value", Kind.NUMBER, "the total value, of one currency", "总值（同一币制）"),
    _of("net_kg", Kind.NUMBER, "the net weight in kg", "净重（千克）"),
    _of("containers", Kind.NUMBER, "the number of containers", "集装箱数"),
    _of("duty_percent_max", Kind.NUMBER, "the highest duty in percent", "最高税率（%）"),
    _of("wooden_packing", Kind.FLAG, "wooden packing", "木质包装"),
    _of("dangerous_goods", Kind.FLAG, "dangerous goods", "危险货物"),
    _of("perishable", Kind.FLAG, "perishable goods", "易腐货物"),
    _of("chilled", Kind.FLAG, "chilled goods", "冷藏货物"),
    _of(LICENCES_PRESENT, Kind.FLAG, "goods under a licence", "许可证件管理货物"),
    _of("combined_inspection", Kind.FLAG, "wishes for a combined inspection", "申请联合查验"),
    _of(ARRIVAL, Kind.DAY, "the day of arrival", "到港日期"),
)
_RATES = (
    _of(
        COMPANY_RATE,
        Kind.NUMBER,
        "the upper end of the company's rate of findings in percent",
        "企业查获率上限（%）",
        derived=True,
    ),
    _of(
        GOODS_RATE,
        Kind.NUMBER,
        "the upper end of the goods' rate of findings in percent",
        "商品查获率上限（%）",
        derived=True,
    ),
)
_DRAW = _of(DRAW, Kind.NUMBER, "the random draw of 10,000", "随机数（万分之）")
_LINE = (
    _of("hs_code", Kind.CODE, "the HS code of a line", "商品编码", of_a_line=True),
    _of("origin", Kind.TEXT, "the origin of a line", "原产国", of_a_line=True),
    _of("currency", Kind.TEXT, "the currency of a line", "币制", of_a_line=True),
    _of("line_value", Kind.NUMBER, "the value of a line", "商品项总价", of_a_line=True),
    _of("line_net_kg", Kind.NUMBER, "the net weight of a line in kg", "商品项净重", of_a_line=True),
    _of("duty_percent", Kind.NUMBER, "the duty of a line in percent", "税率（%）", of_a_line=True),
    _of("licences", Kind.CODES, "the licences of a line", "监管证件", of_a_line=True),
)
_COVERED = _of(
    PAIR_COVERED,
    Kind.FLAG,
    "full cover by the primary agency",
    "主查单位查验深度足够",
    derived=True,
)
_CAUSE = _of(
    CAUSE,
    Kind.TEXT,
    "why the result was not recognised",
    "未予互认的原因",
    words=frozenset({DISAGREEMENT, FINDINGS}),
)
_DISAGREES = (
    _of("name_disagrees", Kind.FLAG, "a name that disagrees", "品名不符"),
    _of("quantity_disagrees", Kind.FLAG, "a quantity that disagrees", "数量不符"),
    _of("weight_disagrees", Kind.FLAG, "a weight that disagrees", "重量不符"),
    _of("undeclared_goods", Kind.FLAG, "goods that were found but not declared", "发现未申报货物"),
    _of("not_found", Kind.FLAG, "something declared that was not found", "申报内容未查见"),
    _of(
        "deviation_percent_max",
        Kind.NUMBER,
        "the greatest deviation of quantity or weight in percent",
        "数量或重量最大偏差（%）",
    ),
)
_CONCLUDED = (
    _of(VERDICT, Kind.TEXT, "the agency's verdict", "查验结论", words=frozenset(Verdict)),
    _of(DISPOSAL, Kind.TEXT, "the disposal", "处置", words=frozenset(Disposal)),
    _of(FOUND, Kind.CODES, "the findings", "查验发现"),
)


def of(name: str, agencies: Agencies) -> Dictionary:
    """The inputs of a table of this name.

    Each agency has a rating of the consignee, registers of the pilot and, for the recognition, a
    scope.
    """
    return _of_kind(name if name in kinds.SINGLE else kinds.SELECTION, agencies.names)


@lru_cache(maxsize=16)
def _of_kind(kind: str, agencies: Sequence[str]) -> Dictionary:
    ratings = (_rating(agency) for agency in agencies)
    pilots = (each for agency in agencies for each in _pilots(agency))
    return Dictionary.of((*_FILING, *_LINE, *_RATES, *ratings, *pilots, *_further(kind, agencies)))


def _further(kind: str, agencies: Sequence[str]) -> Iterator[Input]:
    if kind == kinds.MISMATCH:
        yield _CAUSE
        yield from _DISAGREES
        return
    if kind == kinds.SUSPENSION:
        yield from (*_CONCLUDED, *_DISAGREES)
        return
    yield _DRAW
    if kind == kinds.RECOGNITION:
        yield _COVERED
        yield from (_scope(agency) for agency in agencies)


def _rating(agency: str) -> Input:
    en, zh = codes.name_of("agencies", agency)
    words = frozenset({*GRADES, UNRATED, SUSPENDED})
    return _of(
        f"{RATING}{agency}", Kind.TEXT, f"the company's {en} rating", f"企业的{zh}评级", words=words
    )


def _pilots(agency: str) -> tuple[Input, Input]:
    en, zh = codes.name_of("agencies", agency)
    goods = f"goods that are all in the pilot of {en}", f"全部商品列入{zh}试点"
    certified = (
        f"goods that all have an overseas certificate that counts for {en}",
        f"全部商品具有{zh}采信的境外证书",
    )
    return (
        _of(f"{PILOT_GOODS}{agency}", Kind.FLAG, *goods),
        _of(f"{CERTIFIED}{agency}", Kind.FLAG, *certified),
    )


def _scope(agency: str) -> Input:
    en, zh = codes.name_of("agencies", agency)
    words = frozenset({*Scope, NOT_SELECTED})
    said = f"how deep {en} inspects", f"{zh}查验范围"
    return _of(f"{SCOPE}{agency}", Kind.TEXT, *said, words=words, derived=True)
