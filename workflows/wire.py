"""How values travel: pydantic JSON without what was never set, so that histories stay small."""

from temporalio.contrib.pydantic import PydanticPayloadConverter, ToJsonOptions
from temporalio.converter import DataConverter


class CompactPydanticConverter(PydanticPayloadConverter):
    """Pydantic's JSON, unset fields left out."""

    def __init__(self) -> None:
        super().__init__(ToJsonOptions(exclude_unset=True))


data_converter = DataConverter(payload_converter_class=CompactPydanticConverter)
