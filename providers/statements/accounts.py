"""Whose account a statement is of, against the accounts that the merchant has at that gateway."""

from collections.abc import Collection, Sequence

from domain.errors import StatementOfAnother
from domain.statements import Statement
from providers.payment_accounts import Account, Accounts, AlipayAccount, WechatAccount


def check_account(statement: Statement, accounts: Accounts) -> bool:
    """Whether it surely is this merchant's: every account that the file names is one of theirs.

    False where the file names none, or the merchant's are not known by that name. Raises `StatementOfAnother`
    where it is of somebody else, or the merchant has no account there at all.
    """
    rail, merchant = statement.rail, statement.merchant
    there = [account for account in accounts.get(merchant, []) if account.rail == rail]
    if not there:
        raise StatementOfAnother(
            f"{merchant} has no account at {rail}: see that --merchant and --rail are right"
        )
    return _all_named(statement, _names(there)) if statement.accounts else False


def _all_named(statement: Statement, ours: Collection[str]) -> bool:
    for account, row in statement.accounts.items():
        if ours and account not in ours:
            theirs = f"{statement.merchant} has {', '.join(sorted(ours))} at {statement.rail}"
            raise StatementOfAnother(
                f"row {row}: it is of account {account}, and {theirs}: see that --merchant is right", row=row
            )
    return bool(ours)


def _names(accounts: Sequence[Account]) -> set[str]:
    """How the gateway's files name these accounts; none where some have no such name."""
    names = [_name(account) for account in accounts]
    return {name for name in names if name} if all(names) else set()


def _name(account: Account) -> str | None:
    if isinstance(account, WechatAccount):
        return account.mch_id
    return account.seller_id if isinstance(account, AlipayAccount) else None
