"""What must hold of single containers at any time. Each yields what breaks it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from uuid import UUID

from services.declaration.domain.filing import Filing
from services.declaration.domain.moves import Status as FilingStatus
from services.inspection.domain.case import Case, Section
from services.inspection.domain.facts import Conclusion
from services.mutual_recognition.domain import parts
from services.mutual_recognition.rules.matter import Matter
from shared.contracts.requirement import Determination, RequirementMet, RequirementPartlyMet
from shared.contracts.values import AgencyNeed, Disposal, Outcome, Verdict
from tests.model.town import Town

BAD = frozenset({Verdict.NONCONFORM, Verdict.SUSPEND})


def released(town: Town) -> Iterator[str]:
    """Every agency that inspects has concluded on it deep enough, and none of them badly."""
    for key, matter in town.recognising.matters.items():
        needs = _needs(town, key)
        case = town.inspection.cases.get(key)
        for part, revision in _released(matter).items():
            name = f"container {part} of requirement {key}"
            for need in needs[revision]:
                last = _last(case, need.agency, part)
                if last is None or last.scope.depth < need.scope.depth:
                    yield f"{name} is released without {need.agency}"
            for section in case.sections if case else ():
                last = section.last(part)
                if last and (last.verdict in BAD or last.disposal is Disposal.TREAT):
                    yield f"{name} is released against {section.agency}"


def _released(matter: Matter) -> Mapping[str, int]:
    """The released containers of a matter, each with the revision by which it is."""
    required = matter.requirement
    found = {
        part: end.revision for part, end in required.ends.items() if end.outcome is Outcome.RELEASED
    }
    if required.outcome is Outcome.RELEASED:
        found |= dict.fromkeys(required.undecided, required.revision)
    return found


def _needs(town: Town, requirement: UUID) -> Mapping[int, tuple[AgencyNeed, ...]]:
    """Who inspects, by the revision."""
    return {
        message.event.revision: message.event.needs
        for message in town.bus.told
        if isinstance(message.event, Determination) and message.event.requirement_id == requirement
    }


def _last(case: Case | None, agency: str, part: str) -> Conclusion | None:
    section: Section | None = case.section(agency) if case else None
    return section.last(part) if section else None


def once(town: Town) -> Iterator[str]:
    """No container is released or refused entry twice, by whichever service."""
    told: Counter[tuple[UUID, str]] = Counter()
    for message in town.bus.told:
        event = message.event
        if isinstance(event, RequirementPartlyMet) and event.outcome is not Outcome.HELD:
            told.update((event.filing_id, each) for each in event.containers)
    yield from (f"container {each} was decided {n} times" for each, n in told.items() if n > 1)


def ends(town: Town) -> Iterator[str]:
    """A filing ends released exactly when its last container is, and withdrawn while none is."""
    for filing in town.declaration.filings.values():
        every = {each.number for each in filing.content.containers}
        outcomes = _heard(town, filing)
        gone = {each for each, outcome in outcomes.items() if outcome is Outcome.RELEASED}
        if (filing.status is FilingStatus.RELEASED) != (gone == every):
            yield f"filing {filing.id} is {filing.status}, of {every} is released {gone}"
        refused = Outcome.REFUSED_ENTRY in outcomes.values()
        if filing.status is FilingStatus.REFUSED_ENTRY and not refused:
            yield f"filing {filing.id} is refused entry, none of its containers is"
        if filing.status is FilingStatus.WITHDRAWN and outcomes:
            yield f"filing {filing.id} is withdrawn, told was {outcomes}"
        known = {each: told.outcome for each, told in filing.told.items()}
        if not known.items() <= outcomes.items():
            yield f"filing {filing.id} knows {known}, told was {outcomes}"


def _heard(town: Town, filing: Filing) -> dict[str, Outcome]:
    """How each container ended, by what declaration has heard of it last."""
    found: dict[str, Outcome] = {}
    for consumer, event in town.heard:
        if consumer != "declaration" or event.filing_id != filing.id:
            continue
        if isinstance(event, RequirementPartlyMet):
            found |= dict.fromkeys(event.containers, event.outcome)
        elif isinstance(event, RequirementMet):
            every = tuple(each.number for each in filing.content.containers)
            closed = {each for each, told in found.items() if told is not Outcome.HELD}
            rest = [each for each in event.containers or every if each not in closed]
            found |= dict.fromkeys(rest, event.outcome)
    return found


def recognised(town: Town) -> Iterator[str]:
    """What was released by recognition was found as declared, by an agency with nothing to say."""
    for key, matter in town.recognising.matters.items():
        recognition, case = matter.recognition, town.inspection.cases.get(key)
        if recognition is None or case is None:
            continue
        some = _by_recognition(matter)
        said = {part: _last(case, recognition.primary, part) for part in some}
        for part, last in said.items():
            if last is None or last.verdict is not Verdict.CONFORM or last.findings:
                yield f"container {part} of {key} is recognised on {last}"
        conclusions = {each.number: each for each in said.values() if each is not None}
        for line in matter.requirement.consignment.lines:
            boxes = matter.requirement.consignment.containers
            carriers = {each.number for each in boxes if line.number in each.lines}
            found = sum(
                (one.net_kg for each in conclusions.values() for one in each.found
                 if one.number == line.number),
                Decimal(0),
            )  # fmt: skip
            if carriers <= some and found != line.net_kg:
                yield f"line {line.number} of {key} is recognised with {found} kg"


def _by_recognition(matter: Matter) -> set[str]:
    required = matter.requirement
    early = {part for part, end in required.ends.items() if end.recognised}
    granted = matter.recognition is not None and matter.recognition.status == "granted"
    whole = granted and required.outcome is Outcome.RELEASED
    late = set(required.undecided) if whole else set()
    return (early | late) - {parts.LOOSE}


ALWAYS = (released, once, ends, recognised)
