from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import hvac
import pytest

from lab.openbao import OpenBao
from lab.ports import free_port
from lab.waiting import wait_until
from provisioner.vault.access import VaultAccess
from provisioner.vault.errors import AccessForbidden, LoginRefused, VaultUnavailable
from provisioner.vault.install import TokenLife, install
from provisioner.vault.login import AppRoleLogin
from provisioner.vault.vault import Vault

SHORT = TokenLife(lease=timedelta(seconds=1), maximum=timedelta(seconds=2))
LOGINS = "auth/approle/login"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def client(openbao: OpenBao) -> Iterator[hvac.Client]:
    opened = hvac.Client(url=openbao.url, token="")
    yield opened
    opened.adapter.close()


@pytest.fixture
def short_lived(root: hvac.Client) -> Iterator[None]:
    install(root, SHORT)
    yield
    install(root)


@pytest.fixture
def nobody_logged_in(root: hvac.Client) -> None:
    root.sys.revoke_prefix(LOGINS)


def tokens_in_force(root: hvac.Client) -> set[str]:
    """Accessors of what our AppRole's logins made."""
    accessors = root.list("auth/token/accessors")["data"]["keys"]
    return {accessor for accessor in accessors if _is_ours(root, accessor)}


def _is_ours(root: hvac.Client, accessor: str) -> bool:
    try:
        return root.auth.token.lookup_accessor(accessor)["data"]["path"] == LOGINS
    except (
        hvac.exceptions.Forbidden,
        hvac.exceptions.InvalidPath,
        hvac.exceptions.InvalidRequest,  # It expired after it was listed: "invalid accessor".
    ):
        return False


def test_one_token_serves_until_two_thirds_of_its_lease(vault_access, client):
    clock = Clock()
    login = AppRoleLogin(vault_access, clock)
    first = login.token(client)
    clock.now += 3600 * 2 / 3 - 1
    assert login.token(client) == first


def test_then_it_is_renewed(vault_access, client, root):
    clock = Clock()
    login = AppRoleLogin(vault_access, clock)
    first = login.token(client)
    clock.now += 3600 * 2 / 3
    assert login.token(client) == first
    assert "last_renewal" in root.auth.token.lookup(first.get_secret_value())["data"]


def test_a_renewal_for_less_than_before_means_a_new_login(vault_access, client, root):
    clock = Clock()
    login = AppRoleLogin(vault_access, clock)
    first = login.token(client)
    install(root, SHORT)
    clock.now += 3600 * 2 / 3
    second = login.token(client)
    install(root)
    assert second != first


@pytest.mark.usefixtures("nobody_logged_in", "short_lived")
def test_an_expired_token_is_replaced_unseen(vault, root):
    assert vault.node_token_keys()
    assert wait_until(lambda: not tokens_in_force(root), 10)
    assert vault.node_token_keys()


def test_a_revoked_token_is_replaced_unseen(vault, root):
    assert vault.node_token_keys()
    root.sys.revoke_prefix(LOGINS)
    assert vault.node_token_keys()


@pytest.mark.usefixtures("nobody_logged_in")
def test_many_threads_log_in_once(vault, root):
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda _: vault.node_token_keys(), range(32)))
    assert len(tokens_in_force(root)) == 1


@pytest.mark.usefixtures("nobody_logged_in")
def test_many_threads_replace_a_revoked_token_once(vault, root):
    vault.node_token_keys()
    root.sys.revoke_prefix(LOGINS)
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda _: vault.node_token_keys(), range(32)))
    assert len(tokens_in_force(root)) == 1


@pytest.mark.usefixtures("nobody_logged_in")
def test_what_the_policy_forbids_is_said_so_and_costs_no_login(vault, root):
    with pytest.raises(AccessForbidden, match="elsewhere"):
        vault.read_secret("elsewhere")
    assert len(tokens_in_force(root)) == 1


def test_a_wrong_secret_id_is_told_apart_from_an_outage(openbao):
    wrong = VaultAccess(url=openbao.url, role_id=openbao.role_id, secret_id="wrong-secret-id")
    with pytest.raises(LoginRefused) as refused:
        Vault(wrong).node_token_keys()
    assert not refused.value.transient
    assert "wrong-secret-id" not in str(refused.value)


def test_an_outage_is_transient():
    access = VaultAccess(url=f"http://127.0.0.1:{free_port()}", token="any")
    with pytest.raises(VaultUnavailable) as outage:
        Vault(access).node_token_keys()
    assert outage.value.transient


def test_a_ready_token_is_used_as_it_is(openbao: OpenBao):
    vault = Vault(VaultAccess(url=openbao.url, token=openbao.root_token))
    assert vault.node_token_keys()
    vault.close()


def test_tokens_of_the_environment_are_not_picked_up(vault_access, monkeypatch):
    monkeypatch.setenv("VAULT_TOKEN", "somebody-else's")
    vault = Vault(vault_access)
    assert vault.node_token_keys()
    vault.close()


@pytest.mark.parametrize("half", [{}, {"role_id": "r"}, {"secret_id": "s"}])
def test_an_access_needs_one_whole_way_to_log_in(half):
    with pytest.raises(ValueError, match="either the AppRole"):
        VaultAccess(url="http://vault", **half)
