"""The checklists that come along: ours, made after what each agency's published guides look at.

None is required: an agency's supervisors say what must be answered before a conclusion.
"""

from datetime import date

from services.inspection.domain.checklists import Edition, Item, Subject
from shared.contracts.values import CUSTOMS, QUARANTINE, Said, Scope

SINCE = date(2018, 8, 1)

_FOOD = ("02", "03", "04", "07", "08", "16", "20")
_LIVING = ("01", "06", "07", "08", "10", "12", "44")
_COLD = ("02", "03", "04", "0710", "0811")


def _item(
    agency: str,
    subject: Subject,
    en: str,
    zh: str,
    *,
    scope: Scope = Scope.UNPACK,
    hs: tuple[str, ...] = (),
    skills: tuple[str, ...] = (),
    unit: str | None = None,
) -> Item:
    return Item(
        code=subject.value,
        agency=agency,
        subject=subject,
        said=Said(en=en, zh=zh),
        scope=scope,
        hs=hs,
        skills=skills,
        unit=unit,
    )


_ITEMS = (
    _item(
        CUSTOMS,
        Subject.DOCUMENTS,
        "Goods, origin and parties agree with the documents",
        "货物、原产地与当事人信息与单证相符",
        scope=Scope.DOCUMENTS,
    ),
    _item(CUSTOMS, Subject.QUANTITY, "Packages and pieces counted", "清点件数"),
    _item(CUSTOMS, Subject.WEIGHT, "Weighed, net", "过磅净重", unit="KGM"),
    _item(
        CUSTOMS,
        Subject.MARKS,
        "Marks and brands agree; no sign of infringement",
        "唛头与品牌相符，无侵权迹象",
        skills=("ipr",),
    ),
    _item(
        CUSTOMS,
        Subject.CONDITION,
        "Container and packing undamaged, nothing hidden",
        "箱体与包装完好，无夹藏",
        scope=Scope.SCAN,
    ),
    _item(
        QUARANTINE,
        Subject.DOCUMENTS,
        "Health and phytosanitary certificates valid and of this cargo",
        "卫生证书、植物检疫证书有效且与货物一致",
        scope=Scope.DOCUMENTS,
    ),
    _item(QUARANTINE, Subject.QUANTITY, "Packages and pieces counted", "清点件数"),
    _item(QUARANTINE, Subject.WEIGHT, "Weighed, net", "过磅净重", unit="KGM"),
    _item(
        QUARANTINE,
        Subject.CONDITION,
        "Smell, colour, spoilage, contamination",
        "气味、色泽、腐败变质与污染情况",
        hs=_FOOD,
    ),
    _item(QUARANTINE, Subject.PESTS, "Pests, soil, weeds", "有害生物、土壤、杂草", hs=_LIVING),
    _item(
        QUARANTINE,
        Subject.TEMPERATURE,
        "Temperature at the core of the cargo",
        "货物中心温度",
        hs=_COLD,
        unit="CEL",
    ),
    _item(QUARANTINE, Subject.LABELS, "Labels in Chinese, complete", "中文标签齐全", hs=_FOOD),
    _item(
        QUARANTINE,
        Subject.SAMPLE,
        "Sample drawn, sealed and sent",
        "已抽样、封样并送检",
        scope=Scope.SAMPLE,
    ),
)

EDITIONS = tuple(Edition(each, version=0, valid_from=SINCE) for each in _ITEMS)
