"""Who deals with parcels that went wrong: customers and agents with the exception, carriers with the claim.

They look at where a case stands and do what is theirs, so that whatever turns up is attended to, also what
the script did not foresee.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress

from pydantic import BaseModel

from demo.day import MERCHANT
from demo.parcel_script import ParcelPlay, parcel_of
from demo.script import WORDS, drawn
from demo.watch import Watch
from domain.carrier_claims import messages as claims
from domain.carrier_claims.state import claim_key
from domain.deliveries import messages as deliveries
from domain.errors import CaseClosed, CaseworkError, WrongStage
from domain.records import CaseKind, CaseSummary
from sandbox.claims_desk import Verdict
from sandbox.client import SandboxClient
from starters.client import Cases

MOMENT_SECONDS = 1.0
AGENT = "a21"
PHOTO = deliveries.Evidence(reference="photo-1", sha256="5e" * 32)


class TroublePeople:
    """Each case has somebody who attends to it until it is closed."""

    def __init__(
        self,
        cases: Cases,
        sandbox: SandboxClient,
        watch: Watch,
        plays: Sequence[ParcelPlay],
        remark: Callable[[str], None],
    ) -> None:
        self._cases = cases
        self._sandbox = sandbox
        self._watch = watch
        self._plays = {play.number: play for play in plays}
        self._remark = remark

    async def attend(self, kind: CaseKind) -> None:
        """Attend to every case of the kind that turns up, for ever; cancel to stop."""
        act = {"delivery": self._help, "claim": self._claim}[kind]
        known: set[str] = set()
        async with asyncio.TaskGroup() as group:
            while True:
                await self._watch.until_all(lambda rows: bool(_of(kind, rows.values()) - known))
                for case_id in _of(kind, self._watch.rows.values()) - known:
                    known.add(case_id)
                    group.create_task(self._attend(case_id, act))

    async def _attend(self, case_id: str, act: Callable[[CaseSummary], Awaitable[None]]) -> None:
        row = self._watch.rows[case_id]
        while row.open:
            await asyncio.sleep(MOMENT_SECONDS)
            try:
                with suppress(WrongStage, CaseClosed):  # time or somebody else was quicker
                    await act(row)
            except CaseworkError as error:
                self._remark(f"{case_id}: {error.code}: {error.message}")
            row = await self._watch.until(case_id, _has_left(row.stage))

    async def _help(self, row: CaseSummary) -> None:
        """The customer's and the desk's part of a delivery exception."""
        play = self._play_of(row)
        trouble = play.trouble if play else None
        if play is None or trouble is None:
            await self._wave_off(row)
            return
        words = WORDS["made_up_for"][play.language]
        match row.stage:
            case "choice":
                await self._act(row, deliveries.Choose(remedy=trouble.wants))
            case "decision":
                await self._act(row, deliveries.Decide(agent=AGENT, remedy=trouble.wants, reason=words))
            case "investigation" if trouble.turn == "not_received":
                answer = deliveries.CarrierAnswered(by=AGENT, at_fault=True, reason=WORDS["no_proof"]["en"])
                await self._act(row, answer)
            case "feedback":
                cause = WORDS["no_proof"][play.language]
                await self._act(row, deliveries.GiveFeedback(by=AGENT, done=words, cause=cause))
            case "confirmation" if drawn(row.case_id, "confirms", (True, True, False)):
                await self._act(row, deliveries.ConfirmDelivery())
            case _:
                pass

    async def _wave_off(self, row: CaseSummary) -> None:
        """A parcel that was only looked at too late, on a very busy machine: scans or an agent end it."""
        if row.stage == "decision":
            reason = WORDS["on_its_way"]["en"]
            await self._act(row, deliveries.Decide(agent=AGENT, reason=reason))

    async def _claim(self, row: CaseSummary) -> None:
        """The claims desk's part of a claim, and that of the agent who wants to be paid."""
        play = self._play_of(row)
        turn = play.trouble.claim if play and play.trouble else None
        claim: claims.Progress = await self._cases.progress(row.case_id)
        match row.stage:
            case "answer" if turn == "wants_evidence" and not await self._revised(row, claim):
                await self._answer(row, claim, Verdict(state="evidence_wanted"))
            case "answer" if turn == "denies_first" and not await self._revised(row, claim):
                await self._answer(row, claim, Verdict(state="denied", reason="no proof of value"))
            case "answer":
                accepted = Verdict(state="accepted", amount_minor=claim.claimed_minor)
                await self._answer(row, claim, accepted)
            case "payment":
                await self._answer(row, claim, Verdict(state="paid", amount_minor=claim.accepted_minor))
            case "evidence":
                await self._act(row, claims.ProveClaim(by=AGENT, evidence=[PHOTO]))
            case "denied":
                reason = "The invoice proves the value."
                await self._act(row, claims.AppealClaim(by=AGENT, reason=reason, evidence=[PHOTO]))
            case _:
                pass

    async def _revised(self, row: CaseSummary, claim: claims.Progress) -> bool:
        """Whether the carrier has heard more than the claim itself."""
        known = await self._sandbox.claim(claim.carrier, MERCHANT, claim_key(MERCHANT, row.number))
        return known.revision > 1

    async def _answer(self, row: CaseSummary, claim: claims.Progress, verdict: Verdict) -> None:
        """What was withdrawn meanwhile is answered no more."""
        key = claim_key(MERCHANT, row.number)
        await self._sandbox.answer_claim(claim.carrier, MERCHANT, key, verdict)

    async def _act(self, row: CaseSummary, message: BaseModel) -> None:
        await self._cases.act(row.case_id, message, f"{type(message).__name__}-{row.last_seq}")

    def _play_of(self, row: CaseSummary) -> ParcelPlay | None:
        """The parcel that a case is about, if the script foresees the case."""
        play = self._plays.get(parcel_of(row.case_id))
        return play if play and play.foresees(row.case_id) else None


def _of(kind: CaseKind, rows: Iterable[CaseSummary]) -> set[str]:
    return {row.case_id for row in rows if row.kind == kind}


def _has_left(stage: str) -> Callable[[CaseSummary], bool]:
    return lambda row: row.stage != stage
