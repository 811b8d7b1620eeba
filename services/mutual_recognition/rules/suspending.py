"""Whether what an agency concluded suspends the company, by the policy in force. Fails closed."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.mutual_recognition.decision_tables.dictionary import Inputs
from services.mutual_recognition.decision_tables.index import Hit
from services.mutual_recognition.decision_tables.version import Version
from services.mutual_recognition.rules import counted, dictionaries, mismatch
from services.mutual_recognition.rules.matter import Change
from shared.contracts.values import Said

UNCLEAR = Said(
    en="The agency examines what could not be evaluated.", zh="由该单位核查无法判定的情形。"
)


@dataclass(frozen=True)
class Suspending:
    """A suspension by a row of the policy. It can be lifted from a day on."""

    row: str
    reason: Said
    way_back: Said
    liftable_from: date


def asked(concluded: Change) -> Inputs:
    """What the policy is asked after a conclusion, the last one of the matter.

    What was counted is held against what was declared; where that is why the result was not
    recognised just now, as strictly as there.
    """
    matter, conclusion = concluded.matter, concluded.matter.conclusions[-1]
    case = matter.decision.case
    refused = concluded.cause == "recognition_refused"
    compared = case.mismatch if refused else counted.compare(matter)
    told = (compared or mismatch.of_findings()).items()
    known = {name: each for name, each in told if name != dictionaries.CAUSE}
    known |= {
        dictionaries.VERDICT: str(conclusion.verdict),
        dictionaries.DISPOSAL: str(conclusion.disposal),
        dictionaries.FOUND: tuple(each.code for each in conclusion.findings),
    }
    return case.inputs.also(**known)


def judge(known: Inputs, policy: Version, *, on: date) -> Suspending | None:
    """What the first row that is met says; a row that cannot be evaluated suspends."""
    hit = next(policy.index.hits(known, on=on), None)
    if hit is None:
        return None
    if hit.fault is not None:
        return _unclear(hit, on=on)
    then, reason = hit.row.then, hit.row.reason
    if not then.suspend or then.way_back is None or then.days is None:
        return None
    return Suspending(
        row=hit.row.id,
        reason=Said(en=reason.en, zh=reason.zh),
        way_back=Said(en=then.way_back.en, zh=then.way_back.zh),
        liftable_from=on + timedelta(days=then.days),
    )


def _unclear(hit: Hit, *, on: date) -> Suspending:
    reason = Said(
        en=f"Row {hit.row.id} could not be evaluated ({hit.fault}); the careful way is taken.",
        zh=f"规则行 {hit.row.id} 无法判定（{hit.fault}），按从严处理。",
    )
    return Suspending(row=hit.row.id, reason=reason, way_back=UNCLEAR, liftable_from=on)
