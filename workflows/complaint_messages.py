"""What a complaint's workflow can be asked: one update for each request, refused by its validator."""

from typing import Any

from temporalio import workflow

from workflows.case_messages import CaseMessages
from workflows.complaint_desk import ComplaintDesk

with workflow.unsafe.imports_passed_through():
    from domain.cases.messages import Answer


class ComplaintMessages(CaseMessages[ComplaintDesk]):
    """The updates of a complaint, beside those that all kinds have."""

    @workflow.update(description="A person has answered the customer for the first time.")
    async def acknowledge(self, message: Any) -> Answer:
        """Take the first answer."""
        return await self._desk.act("acknowledge", message)

    @workflow.update(description="What the complaint is about; the first class sends it to its team.")
    async def classify(self, message: Any) -> Answer:
        """Classify, and look for complaints like this one."""
        answer = await self._desk.act("classify", message)
        await self._desk.compare()
        return answer

    @workflow.update(description="How bad and how urgent it is; the priority and the clocks follow.")
    async def grade(self, message: Any) -> Answer:
        """Grade."""
        return await self._desk.act("grade", message)

    @workflow.update(description="Another team is responsible.")
    async def transfer(self, message: Any) -> Answer:
        """Pass it on."""
        return await self._desk.act("transfer", message)

    @workflow.update(description="Somebody of the team takes it on.")
    async def take(self, message: Any) -> Answer:
        """Take it."""
        return await self._desk.act("take", message)

    @workflow.update(description="Another person answers for it to the customer from now on.")
    async def hand_over(self, message: Any) -> Answer:
        """Change the owner."""
        return await self._desk.act("hand_over", message)

    @workflow.update(description="The first review: is it valid.")
    async def review(self, message: Any) -> Answer:
        """Accept or reject."""
        return await self._desk.act("review", message)

    @workflow.update(description="The customer is asked for more; clocks pause as the policy says.")
    async def request_info(self, message: Any) -> Answer:
        """Ask the customer."""
        return await self._desk.act("request_info", message)

    @workflow.update(description="The customer's answer to that question.")
    async def give_info(self, message: Any) -> Answer:
        """Answer the question."""
        return await self._desk.act("give_info", message)

    @workflow.update(description="Customer, merchant or carrier is asked for a statement.")
    async def ask_party(self, message: Any) -> Answer:
        """Ask for a statement."""
        return await self._desk.act("ask_party", message)

    @workflow.update(description="A statement that was asked for.")
    async def give_statement(self, message: Any) -> Answer:
        """Take the statement."""
        return await self._desk.act("give_statement", message)

    @workflow.update(description="A file of the investigation, by reference and hash.")
    async def add_evidence(self, message: Any) -> Answer:
        """Put a file to the case."""
        return await self._desk.act("add_evidence", message)

    @workflow.update(description="What the investigation came to.")
    async def finding(self, message: Any) -> Answer:
        """Take the finding."""
        return await self._desk.act("finding", message)

    @workflow.update(description="The customer hears how it stands.")
    async def update_customer(self, message: Any) -> Answer:
        """Tell the customer."""
        return await self._desk.act("update_customer", message)

    @workflow.update(description="The solution: all measures at once, with reasons.")
    async def propose(self, message: Any) -> Answer:
        """Decide on the solution."""
        return await self._desk.act("propose", message)

    @workflow.update(description="The customer's word: satisfied, or why not.")
    async def confirm(self, message: Any) -> Answer:
        """Take the customer's word."""
        return await self._desk.act("confirm", message)

    @workflow.update(description="A lead decides in the customer's stead.")
    async def decide_final(self, message: Any) -> Answer:
        """Take the decision."""
        return await self._desk.act("decide_final", message)

    @workflow.update(description="The customer takes the complaint back.")
    async def withdraw(self, message: Any) -> Answer:
        """Withdraw."""
        return await self._desk.act("withdraw", message)

    @acknowledge.validator
    def _check_acknowledge(self, message: Any) -> None:
        self._desk.check("acknowledge", message)

    @classify.validator
    def _check_classify(self, message: Any) -> None:
        self._desk.check("classify", message)

    @grade.validator
    def _check_grade(self, message: Any) -> None:
        self._desk.check("grade", message)

    @transfer.validator
    def _check_transfer(self, message: Any) -> None:
        self._desk.check("transfer", message)

    @take.validator
    def _check_take(self, message: Any) -> None:
        self._desk.check("take", message)

    @hand_over.validator
    def _check_hand_over(self, message: Any) -> None:
        self._desk.check("hand_over", message)

    @review.validator
    def _check_review(self, message: Any) -> None:
        self._desk.check("review", message)

    @request_info.validator
    def _check_request_info(self, message: Any) -> None:
        self._desk.check("request_info", message)

    @give_info.validator
    def _check_give_info(self, message: Any) -> None:
        self._desk.check("give_info", message)

    @ask_party.validator
    def _check_ask_party(self, message: Any) -> None:
        self._desk.check("ask_party", message)

    @give_statement.validator
    def _check_give_statement(self, message: Any) -> None:
        self._desk.check("give_statement", message)

    @add_evidence.validator
    def _check_add_evidence(self, message: Any) -> None:
        self._desk.check("add_evidence", message)

    @finding.validator
    def _check_finding(self, message: Any) -> None:
        self._desk.check("finding", message)

    @update_customer.validator
    def _check_update_customer(self, message: Any) -> None:
        self._desk.check("update_customer", message)

    @propose.validator
    def _check_propose(self, message: Any) -> None:
        self._desk.check("propose", message)

    @confirm.validator
    def _check_confirm(self, message: Any) -> None:
        self._desk.check("confirm", message)

    @decide_final.validator
    def _check_decide_final(self, message: Any) -> None:
        self._desk.check("decide_final", message)

    @withdraw.validator
    def _check_withdraw(self, message: Any) -> None:
        self._desk.check("withdraw", message)
