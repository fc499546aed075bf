"""What must hold of Temporal before a worker polls: a start with an unknown search attribute is refused."""

from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.names import SEARCH_ATTRIBUTES
from domain.errors import NotReady


async def check_temporal(client: Client) -> None:
    """Raises `NotReady` with the command that adds what is missing."""
    try:
        known = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
    except RPCError as error:
        raise NotReady(f"Temporal does not say which search attributes it knows: {error.message}") from error
    missing = [key.name for key in SEARCH_ATTRIBUTES if key.name not in known.custom_attributes]
    if missing:
        flags = " ".join(f"--name {name} --type Keyword" for name in missing)
        raise NotReady(
            f"Temporal's namespace {client.namespace} lacks search attributes; add them with: "
            f"temporal operator search-attribute create --namespace {client.namespace} {flags}"
        )
