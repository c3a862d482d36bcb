import pytest

from largesse.accounts import AccountsService


@pytest.fixture
def accounts(accounts_service: AccountsService) -> AccountsService:
    """The real one."""
    return accounts_service
