"""How values travel: pydantic JSON without what is at its default, so that histories stay small.

A field's default must therefore never change: old histories would be read with the new one
(docs/how-to/change-a-workflow.md).
"""

from typing import Any

from pydantic import BaseModel
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter, DefaultPayloadConverter


class CompactJson(PydanticJSONPlainPayloadConverter):
    """Pydantic's JSON; of models, only what differs from the defaults."""

    def to_payload(self, value: Any) -> Payload | None:
        """The payload; models by their own serializer."""
        if not isinstance(value, BaseModel):
            return super().to_payload(value)
        data = value.__pydantic_serializer__.to_json(value, exclude_defaults=True)
        return Payload(metadata={"encoding": self.encoding.encode()}, data=data)


class CompactPayloadConverter(CompositePayloadConverter):
    """The SDK's converters, with ours for JSON."""

    def __init__(self) -> None:
        defaults = DefaultPayloadConverter.default_encoding_payload_converters
        ours = CompactJson()
        super().__init__(*(ours if each.encoding == ours.encoding else each for each in defaults))


data_converter = DataConverter(payload_converter_class=CompactPayloadConverter)
