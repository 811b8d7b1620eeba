"""Whether what an officer reports of a section agrees with itself and with the declaration."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.inspection.domain import containers, errors
from services.inspection.domain.facts import Required
from services.inspection.domain.treatments import Order
from shared.contracts.values import Disposal, Finding, Ground, Line, Verdict
from shared.errors import Fault, Faults

DISPOSALS: Mapping[Verdict, frozenset[Disposal]] = {
    Verdict.CONFORM: frozenset({Disposal.RELEASE}),
    Verdict.MINOR: frozenset({Disposal.RELEASE, Disposal.TREAT}),
    Verdict.NONCONFORM: frozenset(Disposal) - {Disposal.RELEASE, Disposal.TREAT},
    Verdict.SUSPEND: frozenset({Disposal.DETAIN, Disposal.TREAT}),
}
"""What may be treated is held until it is, and then concluded anew: that is no refusal."""
NEEDS_FINDING = frozenset({Verdict.MINOR, Verdict.NONCONFORM})


@dataclass(frozen=True)
class Found:
    """A goods line as counted and weighed: quantity in `unit`, net weight in kg.

    `hs_code`: the leading digits of the code under which what was found belongs; None: as declared.
    """

    number: int
    name: str
    quantity: Decimal
    unit: str
    net_kg: Decimal
    hs_code: str | None = None


@dataclass(frozen=True)
class Report:
    """What an officer concludes of a section, with findings not noted before.

    `containers` are those that it stands for; empty: as `standing.unsaid`. `gross_kg` is the gross
    weight of all that it stands for, None if it was not weighed so. `ground` says why, where no
    finding does: it raises no alarm. `treatment` is what the disposal `treat` orders.
    """

    verdict: Verdict
    disposal: Disposal
    findings: tuple[Finding, ...] = ()
    found: tuple[Found, ...] = ()
    containers: tuple[str, ...] = ()
    gross_kg: Decimal | None = None
    ground: Ground | None = None
    treatment: Order | None = None


def check(
    report: Report,
    *,
    noted: Iterable[Finding],
    required: Required | None,
    covered: Collection[str],
    beside: Iterable[Fault] = (),
) -> tuple[tuple[Finding, ...], tuple[Line, ...]]:
    """All findings and the found lines with their HS codes. Raises Faults, all at once.

    `covered` are the containers that it stands for; faults of others are told `beside`.
    """
    findings = (*noted, *report.findings)
    codes = {line.number: line.hs_code for line in required.lines} if required else {}
    faults = [
        *_of_verdict(report, findings),
        *_of_lines(report.found, codes, elsewhere=_elsewhere(required, covered)),
        *_of_containers(report, required, covered),
        *_of_weights(report),
        *beside,
    ]
    if faults:
        raise Faults(*faults)
    return findings, tuple(
        Line(
            number=line.number,
            hs_code=line.hs_code or codes[line.number],
            name=line.name,
            quantity=line.quantity,
            unit=line.unit,
            net_kg=line.net_kg,
        )
        for line in report.found
    )


def _of_verdict(report: Report, findings: Sequence[Finding]) -> list[Fault]:
    faults = []
    fitting = DISPOSALS[report.verdict]
    if report.disposal not in fitting:
        facts = {"verdict": report.verdict.value, "disposals": sorted(fitting)}
        faults.append(errors.fault(errors.DisposalUnfit(pointer="/disposal", **facts)))
    if not findings and report.verdict in NEEDS_FINDING:
        missing = errors.FindingMissing(pointer="/findings", verdict=report.verdict.value)
        faults.append(errors.fault(missing))
    if not findings and report.ground is None and report.verdict is Verdict.SUSPEND:
        faults.append(errors.fault(errors.GroundMissing(pointer="/ground")))
    if findings and report.verdict is Verdict.CONFORM:
        codes = [each.code for each in findings]
        faults.append(errors.fault(errors.FindingUnfit(pointer="/verdict", findings=codes)))
    return faults


def _of_lines(
    found: Sequence[Found], codes: Mapping[int, str], *, elsewhere: Collection[int]
) -> list[Fault]:
    faults = []
    seen: set[int] = set()
    for index, line in enumerate(found):
        pointer = f"/found/{index}/number"
        if line.number not in codes:
            unknown = errors.LineNotDeclared(pointer=pointer, number=line.number)
            faults.append(errors.fault(unknown))
        elif line.number in seen:
            twice = errors.LineFoundTwice(pointer=pointer, number=line.number)
            faults.append(errors.fault(twice))
        elif line.number in elsewhere:
            other = containers.InOtherContainer(pointer=pointer, number=line.number)
            faults.append(errors.fault(other))
        seen.add(line.number)
    return faults


def _of_weights(report: Report) -> list[Fault]:
    """What was found cannot weigh more without its packing than with it."""
    net_kg = sum((line.net_kg for line in report.found), Decimal(0))
    if report.gross_kg is None or net_kg <= report.gross_kg:
        return []
    return [errors.fault(errors.FoundNetAboveGross(pointer="/gross_kg", net_kg=str(net_kg)))]


def _elsewhere(required: Required | None, covered: Collection[str]) -> set[int]:
    """The lines that are declared in other containers than these alone."""
    boxes = required.containers if required else ()
    here = {number for each in boxes if each.number in covered for number in each.lines}
    return {number for each in boxes for number in each.lines} - here


def _of_containers(
    report: Report, required: Required | None, covered: Collection[str]
) -> list[Fault]:
    known = [each.number for each in required.containers] if required else []
    if report.containers and not known:
        return [errors.fault(containers.LooseCargo(pointer="/containers"))]
    faults = [
        *containers.faults(report.containers, of=known, pointer=lambda at: f"/containers/{at}")
    ]
    for index, finding in enumerate(report.findings):
        pointer, named = f"/findings/{index}/container", finding.container
        if named is None or named in covered:
            continue
        kind = containers.InOtherContainer if named in known else containers.ContainerUnknown
        faults.append(errors.fault(kind(pointer=pointer, container=named)))
    return faults
