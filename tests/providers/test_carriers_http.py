"""Two carriers' words and shapes become one vocabulary, in event order."""

from datetime import datetime, timedelta

import pytest

from domain.errors import ProviderRefused
from providers.carrier_codes import CodeTable, code_table
from providers.carriers_http import SHAPES
from providers.ports import LabelRequest, Tracking
from providers.settings import Providers, build_providers
from sandbox.client import SandboxClient
from sandbox.launch import SandboxProcess
from sandbox.messages import Scan
from sandbox.vocabulary import CARRIERS
from tests.sandbox_fixtures import provider_settings

# What the carriers publish; swift follows AfterShip's nine tags, harbour 17TRACK's thirty sub-statuses.
TAGS = (
    "Pending InfoReceived InTransit OutForDelivery AttemptFail AvailableForPickup Delivered Exception Expired"
)
SUB_STATUSES = """
    NotFound_Other NotFound_InvalidCode InfoReceived InTransit_PickedUp InTransit_Other InTransit_Departure
    InTransit_Arrival InTransit_CustomsProcessing InTransit_CustomsReleased
    InTransit_CustomsRequiringInformation Expired_Other AvailableForPickup_Other OutForDelivery_Other
    DeliveryFailure_Other DeliveryFailure_NoBody DeliveryFailure_Security DeliveryFailure_Rejected
    DeliveryFailure_InvalidAddress Delivered_Other Exception_Other Exception_Returning Exception_Returned
    Exception_NoBody Exception_Security Exception_Damage Exception_Rejected Exception_Delayed Exception_Lost
    Exception_Destroyed Exception_Cancel
"""
WORDS = [
    pytest.param(carrier, status, reason, id=f"{carrier}-{status}-{reason}")
    for carrier, words in CARRIERS.items()
    for status, reason in words
]


async def track(providers: Providers, carrier: str, number: str) -> Tracking:
    tracking = await providers.carriers.track(carrier, number)
    assert tracking is not None
    return tracking


@pytest.mark.parametrize(("carrier", "status", "reason"), WORDS)
async def test_what_a_carrier_says_is_what_we_read(
    sandbox: SandboxClient, providers: Providers, carrier: str, status: str, reason: str | None
):
    number = f"T-{status}-{reason}"
    scan = Scan.model_validate({"status": status, "reason": reason, "at": await sandbox.now()})
    await sandbox.register_parcel(carrier, number, scan)
    [read] = (await track(providers, carrier, number)).scans
    assert (read.status, read.at) == (status, scan.at)
    assert reason in (None, read.reason)


@pytest.mark.parametrize("carrier", SHAPES)
async def test_scans_come_in_event_order_and_each_once(
    sandbox: SandboxClient, providers: Providers, merchant: str, carrier: str
):
    start = await sandbox.now() - timedelta(hours=9)

    def scan(hour: int, status: str) -> Scan:
        return Scan.model_validate({"status": status, "at": start + timedelta(hours=hour)})

    late, same_hour = scan(1, "picked_up"), scan(3, "delivered")
    reported = [scan(2, "in_transit"), scan(3, "out_for_delivery"), same_hour, late, late]
    await sandbox.register_parcel(carrier, merchant, *reported)
    read = (await track(providers, carrier, merchant)).scans
    assert [s.status for s in read] == ["picked_up", "in_transit", "out_for_delivery", "delivered"]


@pytest.mark.parametrize(
    ("carrier", "code", "status", "reason"),
    [
        ("swift", "Exception_099", "exception", "Exception_099"),
        ("swift", "Delivered_099", "delivered", "Delivered_099"),
        ("swift", "Teleported_001", "exception", "Teleported_001"),
        ("harbour", "Exception_Eaten", "exception", "Exception_Eaten"),
        ("harbour", "Quarantined", "exception", "Quarantined"),
    ],
)
async def test_a_code_that_is_new_keeps_its_raw_words(
    sandbox: SandboxClient, providers: Providers, carrier: str, code: str, status: str, reason: str
):
    await sandbox.register_parcel(carrier, code, Scan(code=code))
    [read] = (await track(providers, carrier, code)).scans
    assert (read.status, read.reason) == (status, reason)


async def test_a_number_that_the_carrier_does_not_know_yet_is_none(providers: Providers, merchant: str):
    assert await providers.carriers.track("swift", merchant) is None
    assert await providers.carriers.track("harbour", "..") is None


async def test_a_carrier_that_we_do_not_speak_to_is_refused(providers: Providers):
    with pytest.raises(ProviderRefused, match="swift, harbour") as refused:
        await providers.carriers.track("pigeon", "1")
    assert refused.value.detail["reason"] == "unknown_carrier"


async def test_a_label_is_printed_once_and_can_be_followed(providers: Providers, merchant: str):
    asked = LabelRequest(key="l-1", merchant=merchant, order_id="SO-1")
    label = await providers.carriers.create_label(asked)
    assert await providers.carriers.create_label(asked) == label
    assert label.carrier == "swift"
    assert (await track(providers, "swift", label.tracking_no)).scans == []


async def test_the_carrier_of_labels_is_a_setting(sandbox_process: SandboxProcess, merchant: str):
    wired = build_providers(provider_settings(sandbox_process, label_carrier="harbour"))
    label = await wired.carriers.create_label(LabelRequest(key="l-1", merchant=merchant, order_id="SO-1"))
    await wired.close()
    assert label.carrier == "harbour"


@pytest.mark.parametrize("carrier", SHAPES)
def test_a_table_is_whole(carrier: str):
    """Each sub-code's main code is known, and no code is both special and general."""
    table = code_table(carrier)
    assert (table.carrier, bool(table.version), bool(table.source)) == (carrier, True, True)
    assert {code.split("_")[0] for code in {*table.codes, *table.general}} <= set(table.codes)
    assert not table.general & set(table.codes)


@pytest.mark.parametrize(("carrier", "published"), [("swift", TAGS), ("harbour", SUB_STATUSES)])
def test_every_published_code_is_known(carrier: str, published: str):
    table = code_table(carrier)
    assert [code for code in published.split() if code not in {*table.codes, *table.general}] == []


def test_a_table_with_a_status_that_we_do_not_have_is_refused():
    with pytest.raises(ValueError, match=r"codes\.A"):
        CodeTable.model_validate(
            {"carrier": "a", "version": "1", "source": "s", "codes": {"A": ["lost", None]}, "general": []}
        )


def test_times_keep_their_moment():
    """Offsets differ between carriers; the moment is the same."""
    parcel = SHAPES["swift"].model_validate(
        {"tracking": {"checkpoints": [{"checkpoint_time": "2026-11-20T10:00:00+08:00", "subtag": "Pending"}]}}
    )
    assert parcel.coded_scans() == [(datetime.fromisoformat("2026-11-20T02:00:00+00:00"), "Pending")]
