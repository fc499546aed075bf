"""Which way a refund goes: as it was paid, or as a voucher where that failed and the customer agreed."""

from typing import Annotated, Literal, Self

from pydantic import StringConstraints, model_validator

from domain.base import Model, Text
from domain.errors import CustomerWordMissing
from domain.schema_rules import told_by, when, without

Way = Literal["original", "voucher"]
"""`original`: as ever for its purpose. `voucher`: one that the shop gives in place of money."""

CustomerWord = Annotated[Text, StringConstraints(strip_whitespace=True, max_length=200)]
"""Where and when the customer gave their word: a call's or a ticket's number, not what was said."""


A_WORD_IS_FOR_ANOTHER_WAY = when("way", ["original"], without("customer_says"), by_default=True)


class ByWay(Model):
    """What a request to pay says of the way."""

    model_config = told_by(A_WORD_IS_FOR_ANOTHER_WAY)

    way: Way = "original"
    customer_says: CustomerWord | None = None

    @model_validator(mode="after")
    def _a_word_is_for_another_way(self) -> Self:
        if self.way == "original" and self.customer_says is not None:
            raise ValueError("customer_says goes with the way `voucher` only")
        return self

    def check_word(self) -> None:
        """Raise `CustomerWordMissing` for another way that the customer has not agreed to."""
        if self.way != "original" and not self.customer_says:
            raise CustomerWordMissing(
                f"customer_says: money goes as a {self.way} only with the customer's word; ask them, then "
                "say where and when they agreed (a call's or a ticket's number)",
                field="customer_says",
            )
