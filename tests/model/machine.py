"""The state machine: people, time and a bus that behaves badly, one step after the other."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.booking.domain.booking import Booking, Status
from services.declaration.domain.moves import ENDED
from services.inspection.domain.case import Case
from shared import errors
from shared.contracts import catalogue, derived
from shared.contracts.values import CUSTOMS, QUARANTINE, Scope
from tests.model import brokers, officers, work
from tests.model.town import Town
from tests.model.watch import Watch

MOST_FILINGS = 4

KINDS = st.sampled_from(["recognition", "joint", "single", "recognition", "joint", "none"])
AGENCIES = st.sampled_from([QUARANTINE, CUSTOMS])
SCOPES = st.sampled_from([Scope.UNPACK, Scope.SAMPLE, Scope.SCAN])
SAID = st.sampled_from(
    ["conforms", "conforms", "conforms", "suspended", "minor", "treat", "nonconforming"]
)
SHARES = st.sampled_from(["1", "1", "0.5"])
PICKS = st.sampled_from([0, 0, 1, 2, 3, 4, 6])
"""Which containers, a bit for each; 0: no container is named."""
WHICH = st.integers(0, MOST_FILINGS - 1)
ANY = st.integers(0, 11)

ORDERS = st.builds(partial, st.just(officers.order), agency=AGENCIES, scope=SCOPES)
AMENDMENTS = st.builds(
    partial, st.just(brokers.amend), kind=st.none() | KINDS, packages=st.integers(40, 42)
)
CHANGES = st.one_of(AMENDMENTS, ORDERS, ORDERS, st.just(brokers.withdraw))
CHOICES = st.builds(partial, st.just(brokers.choose), number=st.integers(0, 2))
EXCHANGES = st.builds(partial, st.just(brokers.exchange), number=st.integers(0, 2))
GIVING_UP = st.sampled_from([brokers.cancel, brokers.miss])
BOOKING = st.one_of(CHOICES, st.just(brokers.confirm), EXCHANGES, GIVING_UP)
AT_THE_CASE = st.one_of(
    st.builds(partial, st.just(officers.open_container), agency=AGENCIES),
    st.builds(
        partial, st.just(officers.open_container), agency=AGENCIES, reason=st.just("once more")
    ),
    st.builds(partial, st.just(officers.join), agency=AGENCIES),
    st.builds(partial, st.just(officers.find), agency=AGENCIES, pick=PICKS),
    st.builds(partial, st.just(officers.answer), agency=AGENCIES, consents=st.booleans()),
    st.builds(
        partial, st.just(officers.conclude), agency=AGENCIES, said=SAID, share=SHARES, pick=PICKS
    ),
    st.builds(partial, st.just(officers.escalate), agency=AGENCIES, calls=AGENCIES, scope=SCOPES),
)
WORK = st.builds(
    partial,
    st.just(work.go_on),
    said=SAID,
    share=SHARES,
    pick=PICKS,
    alone=st.booleans(),
)


class TownMachine(RuleBasedStateMachine):
    """Every run is one town; at its end all is brought to its end and looked at once more."""

    @initialize(
        kinds=st.lists(KINDS, min_size=2, max_size=3), auto=st.booleans(), calm=st.booleans()
    )
    def begin(self, *, kinds: list[str], auto: bool, calm: bool) -> None:
        """A town with a few filings; `calm`: and all have heard of them."""
        self.town = Town()
        self.watch = Watch(self.town)
        for kind in kinds:
            self.town.file(kind, auto=auto)
        if calm:
            self.town.bus.quiet()

    def attempt(self, act: Callable[[], object]) -> None:
        """Somebody tries; a refusal is an answer like any other."""
        try:
            act()
        except errors.StaleVersion:
            raise
        except errors.Refused:
            pass

    def filing(self, which: int) -> UUID:
        """One of the filings, rather one that has not ended."""
        known = self.town.declaration.filings
        live = [each.id for each in known.values() if each.status not in ENDED]
        return (live or list(known))[which % len(live or known)]

    @precondition(lambda self: len(self.town.declaration.filings) < MOST_FILINGS)
    @rule(kind=KINDS, auto=st.booleans())
    def file(self, *, kind: str, auto: bool) -> None:
        """One more filing."""
        self.town.file(kind, auto=auto)

    @rule(which=WHICH, change=CHANGES)
    def change(self, *, which: int, change: Callable[[Town, UUID], None]) -> None:
        """The broker amends or withdraws, or an officer selects late."""
        self.attempt(lambda: change(self.town, self.filing(which)))

    @rule(which=WHICH, act=BOOKING)
    def book(self, *, which: int, act: Callable[[Town, Booking], object]) -> None:
        """The broker or the yard's staff do something with a booking, rather a live one."""
        known = list(self.town.booking.rows.bookings.values())
        live = [each for each in known if each.taking and each.status is not Status.STARTED]
        if known:
            booking = (live or known)[which % len(live or known)]
            self.attempt(lambda: act(self.town, booking))

    @rule(which=WHICH, act=AT_THE_CASE)
    def inspect(self, *, which: int, act: Callable[[Town, Case], object]) -> None:
        """Some officer does something, sensible or not."""
        case = self.town.inspection.cases.get(derived.requirement_id(self.filing(which)))
        if case is not None:
            self.attempt(lambda: act(self.town, case))

    @rule(
        which=WHICH, amend=AMENDMENTS, agency=AGENCIES, consents=st.booleans(), hear=st.booleans()
    )
    def amend_at_the_opening(
        self,
        *,
        which: int,
        amend: Callable[[Town, UUID], None],
        agency: str,
        consents: bool,
        hear: bool,
    ) -> None:
        """The broker amends when the container is open; an officer answers, now or too soon."""
        filing = self.filing(which)
        for _ in range(4):
            case = self.town.inspection.cases.get(derived.requirement_id(filing))
            if case is not None and case.opening is not None:
                break
            self.town.bus.quiet()
            self.attempt(lambda: work.go_on(self.town, filing))
        self.attempt(lambda: amend(self.town, filing))
        if hear:
            self.town.bus.quiet()
        case = self.town.inspection.cases.get(derived.requirement_id(filing))
        if case is not None:
            self.attempt(lambda: officers.answer(self.town, case, agency, consents=consents))

    @rule(which=WHICH, steps=st.integers(1, 5), act=WORK)
    def go_on(self, *, which: int, steps: int, act: Callable[[Town, UUID], bool]) -> None:
        """Whoever has to do something next for a filing does it."""
        for _ in range(steps):
            self.attempt(lambda: act(self.town, self.filing(which)))

    @rule(which=WHICH, steps=st.integers(1, 5), act=WORK)
    def go_on_calmly(self, *, which: int, steps: int, act: Callable[[Town, UUID], bool]) -> None:
        """The same, while everything that is told arrives."""
        for _ in range(steps):
            self.town.bus.quiet()
            self.attempt(lambda: act(self.town, self.filing(which)))

    @rule(minutes=st.sampled_from([5, 30, 200, 1_000]), sweep=st.booleans())
    def time_passes(self, *, minutes: int, sweep: bool) -> None:
        """Time goes by; deadlines are looked at, or not yet."""
        self.town.pass_time(timedelta(minutes=minutes))
        if sweep:
            self.town.sweep()

    @rule(consumers=st.permutations(catalogue.SERVICES), upto=st.integers(1, 4))
    def catch_up(self, *, consumers: list[str], upto: int) -> None:
        """Some services hear all that waits for them; the others are away."""
        for consumer in consumers[:upto]:
            self.town.bus.catch_up(consumer)

    @precondition(lambda self: bool(self.town.bus.on_their_way()))
    @rule(picks=st.lists(ANY, min_size=1, max_size=4), keep=st.booleans())
    def deliver_some(self, *, picks: list[int], keep: bool) -> None:
        """In any order; with `keep` they come once more later."""
        for pick in picks:
            self._pick(
                pick, lambda consumer, index: self.town.bus.deliver(consumer, index, keep=keep)
            )

    @precondition(lambda self: bool(self.town.bus.on_their_way()))
    @rule(picks=st.lists(ANY, min_size=1, max_size=4))
    def lose_some(self, *, picks: list[int]) -> None:
        """The broker forgets some messages."""
        for pick in picks:
            self._pick(pick, self.town.bus.lose)

    def _pick(self, pick: int, act: Callable[[str, int], Any]) -> None:
        ways = self.town.bus.on_their_way()
        if ways:
            act(*ways[pick % len(ways)])

    @rule(everything=st.booleans())
    def send_again(self, *, everything: bool) -> None:
        """An operator sends what was lost again, or all that was ever told."""
        self.town.bus.send_again(everything=everything)

    @invariant()
    def holds(self) -> None:
        """What must always hold."""
        if hasattr(self, "watch"):
            self.watch.look()

    def teardown(self) -> None:
        """Everybody does their work: every filing comes to one end, and nothing is left over."""
        if hasattr(self, "town"):
            work.to_the_end(self.town, arrived=self.watch.agreed)
            self.town.bus.send_again(everything=True)
            self.town.bus.quiet()
            self.watch.done()
