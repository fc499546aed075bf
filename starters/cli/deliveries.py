"""`casework shipment|delivery|claim …`: watched parcels, what went wrong, what their carriers owe."""

from typing import Annotated, Literal

import typer

from domain.carrier_claims import messages as claims
from domain.deliveries import messages as ask
from domain.deliveries.vocabulary import Remedy
from domain.parcels.vocabulary import Party
from starters.cli.desk import AsJson, CustomerSays, Explain, Key, PayWay, act
from starters.cli.exchange import reports_errors
from starters.cli.json_commands import json_app, named
from starters.requests import message

delivery_app = json_app(
    "delivery",
    help="Delivery exceptions: open, decide, act, show.",
    opens="Report a parcel that went wrong. The same number with the same content is answered again.",
    shows="Where it is, as its customer may see it; as JSON.",
)
shipment_app = json_app(
    "shipment",
    help="Watched parcels: open, act, show.",
    opens="Watch a parcel. The same number with the same content is answered again.",
    shows="Where the parcel is, as its customer may see it; as JSON.",
)
claim_app = json_app(
    "claim",
    help="Claims against carriers: open, act, show.",
    opens="Hold a carrier to account for a parcel, also without a delivery exception.",
    shows="Where it is, and until when something is to be done; as JSON.",
)

Delivery = Annotated[
    str, typer.Argument(metavar="CASE", help="delivery:<merchant>:<number>, or the last two.")
]
Claim = Annotated[str, typer.Argument(metavar="CASE", help="claim:<merchant>:<number>, or the last two.")]
By = Annotated[str, typer.Option(help="Who says so.")]
Reason = Annotated[str, typer.Option(help="Why.")]


@delivery_app.command()
@reports_errors
def choose(
    case: Delivery,
    remedy: Annotated[Remedy, typer.Argument(help="What the customer wants.")],
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """The customer's choice among what was offered."""
    word = message(ask.Choose, remedy=remedy)
    act(named(case, "delivery"), word, key, explain=explain, as_json=as_json)


@delivery_app.command()
@reports_errors
def decide(
    case: Delivery,
    agent: Annotated[str, typer.Option(help="Who decides.")],
    reason: Reason,
    remedy: Annotated[
        Remedy | None, typer.Option(help="What the customer gets; without it: nothing.")
    ] = None,
    amount_minor: Annotated[
        int | None, typer.Option(help="A compensation, in minor units (default: what the policy gives).")
    ] = None,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """A person's word on what the customer gets."""
    word = message(ask.Decide, agent=agent, remedy=remedy, amount_minor=amount_minor, reason=reason)
    act(named(case, "delivery"), word, key, explain=explain, as_json=as_json)


@delivery_app.command("retry-refund")
@reports_errors
def retry_refund(
    case: Delivery,
    by: By,
    reason: Reason,
    way: PayWay = "original",
    customer_says: CustomerSays = None,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Pay again what failed or came back, or give a voucher in its place, with the customer's word."""
    word = message(ask.PayAgain, by=by, reason=reason, way=way, customer_says=customer_says)
    act(named(case, "delivery"), word, key, explain=explain, as_json=as_json)


@delivery_app.command("correct-party")
@reports_errors
def correct_party(
    case: Delivery,
    party: Annotated[Party, typer.Argument(help="Who answers for it.")],
    by: By,
    reason: Reason,
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Another party answers for it than the carrier's reason says."""
    word = message(ask.CorrectParty, by=by, party=party, reason=reason)
    act(named(case, "delivery"), word, key, explain=explain, as_json=as_json)


@delivery_app.command()
@reports_errors
def confirm(
    case: Delivery,
    by: Annotated[Literal["customer", "agent"], typer.Option(help="Who says so.")] = "customer",
    key: Key = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """The customer says that it is settled; the case closes."""
    word = message(ask.ConfirmDelivery, by=by)
    act(named(case, "delivery"), word, key, explain=explain, as_json=as_json)


@claim_app.command()
@reports_errors
def withdraw(
    case: Claim, by: By, reason: Reason, key: Key = None, explain: Explain = False, as_json: AsJson = False
) -> None:
    """Take a claim back."""
    word = message(claims.WithdrawClaim, by=by, reason=reason)
    act(named(case, "claim"), word, key, explain=explain, as_json=as_json)
