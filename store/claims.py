"""Who holds which units of an order line, so that two cases are never paid for the same one (design §6)."""

from collections.abc import Mapping, Sequence

from domain.base import Model
from domain.errors import InvalidRequest
from domain.records import UnitRange
from domain.returns.amounts import lowest_free
from store.pool import Pool, connection, transaction
from store.sql import load
from store.unit_ranges import from_multirange, to_multirange_text

Q = load("claims")


class Claim(Model):
    """What a case was given of a line; no units when it wanted more than are left."""

    units: list[UnitRange]
    held_elsewhere: int
    """Units of the line that other cases hold or were paid for."""


class Claims:
    """The unit numbers of order lines that cases hold. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def claim_units(
        self,
        merchant: str,
        order_id: str,
        case_id: str,
        bought: Mapping[str, int],
        wanted: Mapping[str, int],
        *,
        together: bool = False,
    ) -> dict[str, Claim]:
        """Give a case, per line that it wants, the lowest unit numbers that nobody holds: all or none.

        `together`: when one line falls short, nothing changes and the case is told what it holds already.
        The same call again gives the same units. Two cases at the same moment take turns, so that a unit goes
        to one of them. Raises `InvalidRequest` for a line that was not bought.
        """
        if unknown := sorted(set(wanted) - set(bought)):
            raise InvalidRequest(f"order {order_id} has no line {unknown[0]}; its lines are {sorted(bought)}")
        async with transaction(self._pool) as conn:
            await conn.execute(Q["lock_order"], merchant, order_id)
            rows = await conn.fetch(Q["claims_of_order"], merchant, order_id, case_id)
            own = {row["line"]: from_multirange(row["own"] or ()) for row in rows}
            others = {row["line"]: from_multirange(row["others"] or ()) for row in rows}
            claims = {
                line: _claim(bought[line], count, own.get(line, ()), others.get(line, ()))
                for line, count in wanted.items()
            }
            if together and any(_falls_short(claim, wanted[line]) for line, claim in claims.items()):
                return {
                    line: claim.model_copy(update={"units": list(own.get(line, ()))})
                    for line, claim in claims.items()
                }
            units = [to_multirange_text(claim.units) for claim in claims.values()]
            lines = list(claims)
            await conn.execute(
                Q["put_claims"], merchant, order_id, case_id, lines, units, [bought[line] for line in lines]
            )
        return claims

    async def held(
        self, merchant: str, order_id: str, *, except_case: str | None = None
    ) -> dict[str, list[UnitRange]]:
        """The units of an order that cases hold, by line; one case may be left out."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(Q["claims_of_order"], merchant, order_id, except_case)
        return {row["line"]: from_multirange(row["others"]) for row in rows if row["others"]}


def _claim(bought: int, wanted: int, own: Sequence[UnitRange], others: Sequence[UnitRange]) -> Claim:
    held_elsewhere = sum(part.count for part in others)
    if sum(part.count for part in own) == wanted and not _overlap(own, others):
        return Claim(units=list(own), held_elsewhere=held_elsewhere)
    units = lowest_free(bought, others, wanted)
    claim = Claim(units=units, held_elsewhere=held_elsewhere)
    return claim.model_copy(update={"units": []}) if _falls_short(claim, wanted) else claim


def _overlap(own: Sequence[UnitRange], others: Sequence[UnitRange]) -> bool:
    """Another case took them meanwhile: this one had let them go and claims again, after a reset."""
    return any(mine.first <= other.last and other.first <= mine.last for mine in own for other in others)


def _falls_short(claim: Claim, wanted: int) -> bool:
    return sum(part.count for part in claim.units) < wanted
