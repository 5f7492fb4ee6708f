"""Passwords by reference: where they may lie, and what is said when they do not."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vodstudio import logs
from vodstudio.core.errors import Hold, NeedsUser
from vodstudio.vault import Keyring, Vault, is_still_locked

CANARY = "canary-Zk81-pw"
linux_only = pytest.mark.skipif(sys.platform == "win32", reason="permissions of this kind are POSIX")


class FakeKeyring:
    """A vault in memory that can be locked."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.is_locked = False
        self.asked = 0

    def _check(self) -> None:
        import keyring.errors

        self.asked += 1
        if self.is_locked:
            raise keyring.errors.KeyringLocked("denied")

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.kept[service, username] = password


@pytest.fixture
def keyring() -> FakeKeyring:
    return FakeKeyring()


def vault_of(keyring: Keyring | None, **environ: str) -> Vault:
    return Vault(environ, keyring=lambda: keyring)


def test_a_kept_secret_is_read_again_by_another_vault(keyring: FakeKeyring) -> None:
    assert vault_of(keyring).keep("cablecast", CANARY)
    assert vault_of(keyring).read("vault:cablecast") == CANARY


def test_i01_without_a_vault_the_secret_lives_in_the_session_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    vault = vault_of(None)
    assert not vault.keep("cablecast", CANARY)
    assert not vault.keep("other", CANARY)
    assert vault.read("vault:cablecast") == CANARY
    assert [r.message for r in caplog.records if "until the program ends" in r.message] != []
    assert CANARY not in caplog.text
    assert caplog.text.count("until the program ends") == 1
    with pytest.raises(Hold) as caught:
        vault_of(None).read("vault:cablecast")
    assert caught.value.condition == "vault:vault:cablecast"


@pytest.mark.parametrize(
    "backend",
    [
        "keyring.backends.fail.Keyring",
        "keyring.backends.null.Keyring",
        "keyring.backends.chainer.ChainerBackend",
        "no_such_module.Keyring",
    ],
)
def test_i01_backends_that_are_no_vault_are_refused(backend: str, tmp_path: Path) -> None:
    code = "from vodstudio.vault import allowed_keyring; print(allowed_keyring())"
    environ = {
        **os.environ,
        "PYTHON_KEYRING_BACKEND": backend,
        "HOME": str(tmp_path),
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "None"
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def locked_vault(keyring: FakeKeyring) -> Vault:
    vault_of(keyring).keep("cablecast", CANARY)
    keyring.is_locked = True
    keyring.asked = 0
    return Vault({}, keyring=lambda: keyring, still_locked=lambda _: keyring.is_locked)


def test_i02_a_locked_vault_asks_once_and_goes_on_when_it_is_open(keyring: FakeKeyring) -> None:
    vault = locked_vault(keyring)
    for _ in range(3):
        with pytest.raises(Hold, match="locked") as caught:
            vault.read("vault:cablecast")
        assert "by itself" in caught.value.hint
    assert keyring.asked == 1
    keyring.is_locked = False
    assert vault.read("vault:cablecast") == CANARY


def test_i02_a_person_may_let_it_ask_again(keyring: FakeKeyring) -> None:
    vault = locked_vault(keyring)
    for _ in range(2):
        with pytest.raises(Hold):
            vault.read("vault:cablecast")
        vault.ask_again()
    assert keyring.asked == 2


def test_i02_a_vault_that_cannot_tell_is_not_asked_twice(keyring: FakeKeyring) -> None:
    assert is_still_locked(keyring)


def test_g06_a_password_that_was_changed_in_the_vault_is_seen(keyring: FakeKeyring) -> None:
    vault = vault_of(keyring)
    vault.keep("cablecast", "first-one")
    assert vault.read("vault:cablecast") == "first-one"
    vault_of(keyring).keep("cablecast", "second-one")
    assert vault.read("vault:cablecast") == "second-one"


def test_i02_a_vault_that_denies_keeping_says_so(
    keyring: FakeKeyring, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    keyring.is_locked = True
    vault = vault_of(keyring)
    assert not vault.keep("cablecast", CANARY)
    assert vault.read("vault:cablecast") == CANARY
    assert "until the program ends" in caplog.text
    assert CANARY not in caplog.text
    keyring.is_locked = False
    assert vault.keep("cablecast", CANARY)


def test_i02_a_missing_secret_holds(keyring: FakeKeyring) -> None:
    with pytest.raises(Hold, match="no password named"):
        vault_of(keyring).read("vault:nothing")


@pytest.mark.parametrize("secret", ["", "x" * 1201])
def test_i02_a_secret_that_does_not_fit_is_refused(keyring: FakeKeyring, secret: str) -> None:
    with pytest.raises(NeedsUser):
        vault_of(keyring).keep("cablecast", secret)
    assert keyring.kept == {}


def test_environment_secrets() -> None:
    assert vault_of(None, CABLECAST=CANARY).read("env:CABLECAST") == CANARY
    with pytest.raises(Hold) as caught:
        vault_of(None).read("env:CABLECAST")
    assert caught.value.condition == "vault:env:CABLECAST"


def test_file_secrets(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(CANARY + "\n")
    path.chmod(0o600)
    assert vault_of(None).read(f"file:{path}") == CANARY
    path.write_text("\n")
    with pytest.raises(Hold, match="empty"):
        vault_of(None).read(f"file:{path}")
    with pytest.raises(Hold, match="cannot be read"):
        vault_of(None).read(f"file:{tmp_path / 'none'}")


@linux_only
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret"
    path.write_text(CANARY)
    path.chmod(mode)
    with pytest.raises(NeedsUser, match="Others may read") as caught:
        vault_of(None).read(f"file:{path}")
    assert f"chmod 600 {path}" in caught.value.hint
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("reference", ["hunter2", "", "vault:", "http:x"])
def test_what_is_no_reference_is_refused_without_repeating_a_password(reference: str) -> None:
    with pytest.raises(NeedsUser) as caught:
        vault_of(None).read(reference)
    assert "hunter2" not in caught.value.title + caught.value.hint + caught.value.detail


def test_i03_what_was_read_never_reaches_the_log(keyring: FakeKeyring) -> None:
    vault = Vault({"PW": "plain-canary-77"}, keyring=lambda: keyring)
    vault.read("env:PW")
    assert "plain-canary-77" not in logs.redact("oops: plain-canary-77 in a title")


def test_doctor_is_told_which_vault(keyring: FakeKeyring) -> None:
    assert vault_of(keyring).describe()[0]
    assert not vault_of(None).describe()[0]
