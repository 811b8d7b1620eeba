"""What conclusions lead to: each container is decided by itself, the last one closes it all."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.mutual_recognition.domain import changes, crosscheck, gross, parts
from services.mutual_recognition.domain import recognition as recognitions
from services.mutual_recognition.domain import settle as judging
from services.mutual_recognition.domain.agencies import Agencies
from services.mutual_recognition.domain.determination import Terms
from services.mutual_recognition.domain.recognition import Recognition
from services.mutual_recognition.domain.requirement import Requirement
from services.mutual_recognition.domain.settle import Conclusion, Settled, Step
from services.mutual_recognition.rules import matter, mismatch
from services.mutual_recognition.rules.inputs import Mismatch
from services.mutual_recognition.rules.matter import Change, Matter
from shared.contracts.recognition import ElementVerdict
from shared.contracts.values import Element, Mode, Outcome, Said
from shared.ids import Ids

Stands = Mapping[str, Settled]
"""How each container stands that is not decided yet."""

SHARES = Said(en="it shares goods with a container that is held", zh="与扣留的集装箱同装一项商品")
FIRST_TOLD = (Outcome.RELEASED, Outcome.REFUSED_ENTRY, Outcome.HELD)
LAST_WORD = (Outcome.HELD, Outcome.REFUSED_ENTRY, Outcome.RELEASED)
"""How the whole ends: by the first of these that a container has."""


def settle(
    change: Change, *, agencies: Agencies, ids: Ids, suspended: Said | None = None
) -> Change:
    """Tell what is decided by now: of some containers, or of the last and so of the whole.

    In mode `recognition` the containers that await it are compared as soon as all of their goods
    were counted. If it comes to nothing, the secondary agency inspects all that is undecided; so it
    does if the company is `suspended` by now (why), unless what was found is the better reason: it
    says how deep.
    """
    required, recognition = change.matter.requirement, change.matter.recognition
    result = required.determination
    stands: Stands = parts.judged(required.undecided, result, change.matter.conclusions)
    if recognition is not None and result.mode is Mode.RECOGNITION:
        declined = [each for each in stands.values() if each.step is Step.DECLINE]
        if declined and declined[0].reason is not None:
            why, told = declined[0].reason, _declining(change.matter, recognition, stands)
            refused = recognitions.refuse(recognition, verdicts=(), reason=why, conclusions=told)
            known = mismatch.of_findings()
            return _refuse(change, stands, refused, known, agencies=agencies, ids=ids)
        ready = parts.comparable(required.consignment, stands, decided=required.decided)
        together = [*required.recognised, *ready]
        verdicts = _compared(change.matter, recognition, together)
        if ready and not crosscheck.agree(verdicts):
            refused, known = _disagreeing(change.matter, recognition, verdicts, together)
            return _refuse(change, stands, refused, known, agencies=agencies, ids=ids)
        awaiting = any(each.step is Step.COMPARE for each in stands.values())
        if suspended is not None and awaiting:
            refused = recognitions.refuse(recognition, verdicts=(), reason=suspended)
            return _refuse(change, stands, refused, None, agencies=agencies, ids=ids)
        stands = _held_along({**stands, **_recognised(change.matter, recognition, ready)})
    if all(each.step is Step.MEET for each in stands.values()):
        return _meet(change, stands)
    return _meet_parts(change, stands, FIRST_TOLD)


def _disagreeing(
    current: Matter,
    recognition: Recognition,
    verdicts: tuple[ElementVerdict, ...],
    together: Sequence[str],
) -> tuple[recognitions.Changed, Mismatch]:
    """The recognition refused for what disagrees, and what is known of that."""
    consignment = current.requirement.consignment
    refused = recognitions.refuse(
        recognition,
        verdicts=verdicts,
        reason=crosscheck.disagreement(verdicts),
        conclusions=rests_on(current.requirement, current.conclusions, recognition, together),
    )
    lines = parts.lines(consignment, together)
    return refused, mismatch.of(verdicts, lines, gross_kg=consignment.gross_kg)


def _compared(
    current: Matter, recognition: Recognition, ready: Sequence[str]
) -> tuple[ElementVerdict, ...]:
    """What was found in these containers, compared with what was declared of their goods."""
    said = by_primary(current.conclusions, recognition)
    on = current.decision.case.on
    return compared(current.requirement, said, ready, terms=recognition.terms, on=on)


def compared(
    required: Requirement,
    said: Sequence[Conclusion],
    ready: Sequence[str],
    *,
    terms: Terms,
    on: date,
) -> tuple[ElementVerdict, ...]:
    """The same of what is stored. `on`: the day of the decision, for what is dated data."""
    consignment = required.consignment
    lines, found = parts.lines(consignment, ready), parts.found(consignment, ready, said, on=on)
    return (
        *crosscheck.compare(lines, found, terms=terms, on=on),
        *gross.compare(consignment, ready, said, terms=terms),
    )


def rests_on(
    required: Requirement,
    some: Sequence[Conclusion],
    recognition: Recognition,
    ready: Sequence[str],
) -> tuple[int, ...]:
    """The numbers of the primary agency's conclusions that count for these containers."""
    counted = parts.counted(required.consignment, ready, by_primary(some, recognition))
    return tuple(sorted(each.number for each in counted))


def _declining(current: Matter, recognition: Recognition, stands: Stands) -> tuple[int, ...]:
    """The numbers of those after which there is nothing to compare."""
    by = [part for part, each in stands.items() if each.step is Step.DECLINE]
    last = parts.last(by, by_primary(current.conclusions, recognition))
    return tuple(sorted({each.number for each in last.values()}))


def by_primary(some: Sequence[Conclusion], recognition: Recognition) -> list[Conclusion]:
    """What the agency concluded whose result is recognised, the first first."""
    said = [each for each in some if each.agency == recognition.primary]
    return sorted(said, key=lambda each: each.number)


def _recognised(
    current: Matter, recognition: Recognition, ready: Sequence[str]
) -> dict[str, Settled]:
    """Found agrees with declared: these containers are released."""
    last = parts.last(ready, by_primary(current.conclusions, recognition))
    by = recognition.secondary
    return {
        part: Settled(Step.MEET, Outcome.RELEASED, judging.told([one], recognised_by=by))
        for part, one in last.items()
    }


def _held_along(stands: Stands) -> Stands:
    """If nobody has to inspect any more, what cannot be compared yet waits for what is held."""
    if any(each.step is Step.WAIT for each in stands.values()):
        return stands
    held = Settled(Step.MEET, Outcome.HELD, SHARES)
    return {part: held if one.step is Step.COMPARE else one for part, one in stands.items()}


def _refuse(
    change: Change,
    stands: Stands,
    refused: recognitions.Changed,
    known: Mismatch | None,
    *,
    agencies: Agencies,
    ids: Ids,
) -> Change:
    """The secondary agency inspects as well what is not decided without it."""
    change = _meet_parts(change, stands, (Outcome.REFUSED_ENTRY,))
    case = change.matter.decision.case.refused(known)
    recognition, _ = refused
    if recognition.reason is None:
        raise ValueError("a recognition is refused for a reason")
    revised = matter.revise(
        change.recognised(refused),
        case,
        cause="recognition_refused",
        reason=recognition.reason,
        agencies=agencies,
        ids=ids,
    )
    return settle(revised, agencies=agencies, ids=ids)


def _meet_parts(change: Change, stands: Stands, outcomes: Sequence[Outcome]) -> Change:
    """Tell of the containers that have one of these outcomes and were not told to have it."""
    told = change.matter.requirement.ends
    for outcome in outcomes:
        said = {
            part: each.reason
            for part, each in stands.items()
            if each.outcome is outcome and each.reason is not None and part != parts.LOOSE
        }
        new = {part: why for part, why in said.items() if not _is_told(told, part, outcome, why)}
        if new:
            by = _elements(change.matter, outcome)
            change = change.required(
                changes.meet_part(
                    change.matter.requirement, outcome=outcome, said=new, recognised=by
                )
            )
    return change


def _is_told(told: Mapping[str, parts.End], part: str, outcome: Outcome, why: Said) -> bool:
    end = told.get(part)
    return end is not None and (end.outcome, end.reason) == (outcome, why)


def _elements(current: Matter, outcome: Outcome) -> tuple[Element, ...]:
    """What was recognised of a container with this outcome: only by that it is released then."""
    by_recognition = current.requirement.determination.mode is Mode.RECOGNITION
    recognition = current.recognition if by_recognition else None
    return recognition.terms.elements if recognition and outcome is Outcome.RELEASED else ()


def _meet(change: Change, stands: Stands) -> Change:
    """Nothing is to come: the last containers are decided or held, and so is the whole."""
    required = change.matter.requirement
    before = {each: required.ends[each] for each in required.decided}
    ends = {part: (end.outcome, end.reason) for part, end in before.items()}
    for part, each in stands.items():
        if each.outcome is None or each.reason is None:
            raise ValueError("what is decided has an outcome and a reason")
        ends[part] = (each.outcome, each.reason)
    has = {outcome for outcome, _ in ends.values()}
    last = next(outcome for outcome in LAST_WORD if outcome in has)
    change = _meet_parts(change, stands, [each for each in FIRST_TOLD if each is not last])
    if last is not Outcome.HELD:
        change = _recognise(change, stands)
    said = {part: why for part, (outcome, why) in ends.items() if outcome is last}
    reason = parts.reason(said, of_all=len(said) == len(ends))
    met = changes.meet(
        change.matter.requirement,
        outcome=last,
        reason=reason,
        recognised=_elements(change.matter, last),
        containers=() if len(said) == len(ends) else tuple(said),
    )
    change = change.required(met)
    return change if last is Outcome.HELD else matter.lapse(change, reason=reason)


def _recognise(change: Change, stands: Stands) -> Change:
    """Grant the recognition by which containers are released, now or before."""
    current, recognition = change.matter, change.matter.recognition
    if recognition is None or current.requirement.determination.mode is not Mode.RECOGNITION:
        return change
    by_it = [part for part, each in stands.items() if each.outcome is Outcome.RELEASED]
    by_it += [part for part in current.requirement.recognised if part not in by_it]
    if not by_it:
        return change
    verdicts = _compared(current, recognition, by_it)
    told = rests_on(current.requirement, current.conclusions, recognition, by_it)
    return change.recognised(recognitions.grant(recognition, verdicts=verdicts, conclusions=told))
