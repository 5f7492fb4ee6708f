"""Secrets by reference: `vault:NAME`, `env:NAME` or `file:PATH`; the secret itself is never written by us."""

from __future__ import annotations

import logging
import os
import stat
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Protocol

from vodstudio import logs
from vodstudio.core.errors import Hold, NeedsUser

SERVICE = "VOD Studio"
LONGEST_SECRET = 1200
LONGEST_FILE_BYTES = 64 * 1024
ALLOWED_BACKENDS = frozenset(
    {
        ("keyring.backends.Windows", "WinVaultKeyring"),
        ("keyring.backends.SecretService", "Keyring"),
        ("keyring.backends.kwallet", "DBusKeyring"),
        ("keyring.backends.kwallet", "DBusKeyringKWallet4"),
    }
)

log = logging.getLogger(__name__)


class Keyring(Protocol):
    """The part of the operating system's vault that we use."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, or None."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        ...


class Vault:
    """`core.ports.Secrets`: reads secrets, and keeps a new one in the vault or, without one, in memory alone."""

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        *,
        keyring: Callable[[], Keyring | None] | None = None,
        still_locked: Callable[[Keyring], bool] | None = None,
        hide: Callable[[str], None] = logs.hide,
    ) -> None:
        self._environ = os.environ if environ is None else environ
        self._find_keyring = keyring or allowed_keyring
        self._still_locked = still_locked or is_still_locked
        self._hide = hide
        self._session: dict[str, str] = {}
        self._denied: set[str] = set()
        self._said: set[str] = set()
        self._lock = threading.Lock()

    def read(self, reference: str) -> str:
        """The secret; a missing or locked one holds only what needs it."""
        kind, _, name = reference.partition(":")
        read = {"vault": self._from_vault, "env": self._from_environment, "file": self._from_file}.get(kind)
        if read is None or not name:
            raise NeedsUser(
                "The station file does not say where the password lies",
                hint="Write vault:NAME, env:NAME or file:PATH in the station file.",
                code="VS-SECRET-REFERENCE",
            )
        secret = read(name, reference)
        self._hide(secret)
        return secret

    def keep(self, name: str, secret: str) -> bool:
        """Keep a secret under `vault:NAME`; False when it lives in this session's memory alone."""
        if not secret or len(secret) > LONGEST_SECRET:
            raise NeedsUser(
                "This password is empty" if not secret else "This password is too long for the vault",
                hint=f"It may have up to {LONGEST_SECRET} letters. Nothing was kept.",
                code="VS-SECRET-LENGTH",
            )
        self._hide(secret)
        self.ask_again()
        keyring = self._find_keyring()
        if keyring is not None and self._keep_in(keyring, name, secret):
            with self._lock:
                self._session.pop(name, None)
            return True
        with self._lock:
            self._session[name] = secret
        self._say_once(
            "This system has no password vault that we may use: the password is kept until the program ends."
        )
        return False

    def _keep_in(self, keyring: Keyring, name: str, secret: str) -> bool:
        try:
            keyring.set_password(SERVICE, name, secret)
        except _keyring_errors() as exc:
            log.info("the vault refused to keep a password (%s)", type(exc).__name__)
            return False
        return True

    def ask_again(self) -> None:
        """A person is here: a vault that was locked or denied may ask once more."""
        with self._lock:
            self._denied.clear()

    def describe(self) -> tuple[bool, str]:
        """Whether there is a vault, and a sentence for doctor."""
        keyring = self._find_keyring()
        if keyring is None:
            return False, "no trusted vault: passwords live in memory until the program ends"
        return True, f"passwords are kept in {type(keyring).__module__.rsplit('.', 1)[-1]}"

    def _from_vault(self, name: str, reference: str) -> str:
        with self._lock:
            kept = self._session.get(name)
        if kept is not None:
            return kept
        keyring = self._find_keyring()
        if keyring is None:
            raise _held(
                reference,
                "The password is not known in this session",
                "This system has no password vault that we trust. The window asks for the password once"
                " after each start; without it write env:NAME or file:PATH in the station file.",
            )
        with self._lock:
            was_denied = name in self._denied
        if was_denied and self._still_locked(keyring):
            raise _locked(reference)
        try:
            secret = keyring.get_password(SERVICE, name)
        except _keyring_errors() as exc:
            with self._lock:
                self._denied.add(name)
            raise _locked(reference, type(exc).__name__) from exc
        if not secret:
            raise _held(
                reference,
                f"The vault has no password named “{name}”",
                "Enter the password in Settings; publishing then goes on by itself. All other work continues.",
            )
        return secret

    def _from_environment(self, name: str, reference: str) -> str:
        secret = self._environ.get(name, "")
        if not secret:
            raise _held(
                reference,
                f"The environment variable {name} has no password",
                "Set it before the program starts. All other work continues.",
            )
        return secret

    def _from_file(self, name: str, reference: str) -> str:
        path = Path(name).expanduser()
        try:
            with path.open("rb") as file:
                refuse_open_file(path, os.fstat(file.fileno()))
                secret = file.read(LONGEST_FILE_BYTES).decode("utf-8").strip("\r\n")
        except (OSError, UnicodeDecodeError) as exc:
            raise _held(
                reference,
                f"The password file {path} cannot be read",
                "Put the password into it, one line, readable by its owner alone. All other work continues.",
                str(exc) if isinstance(exc, OSError) else "not UTF-8",
            ) from exc
        if not secret:
            raise _held(
                reference, f"The password file {path} is empty", "Put the password into it, one line."
            )
        return secret

    def _say_once(self, text: str) -> None:
        with self._lock:
            is_new = text not in self._said
            self._said.add(text)
        if is_new:
            log.info(text)


def _held(reference: str, title: str, hint: str, detail: str = "") -> Hold:
    return Hold(title, condition=f"vault:{reference}", hint=hint, detail=detail, code="VS-SECRET-MISSING")


def _locked(reference: str, detail: str = "") -> Hold:
    return _held(
        reference,
        "The password vault is locked",
        "Unlock it, or enter the password in Settings; publishing then goes on by itself. All other work continues.",
        detail,
    )


def refuse_open_file(path: Path, about: os.stat_result) -> None:
    """A file that others may read is no place for a password; on Windows the user's folder guards it."""
    if not stat.S_ISREG(about.st_mode):
        raise NeedsUser(f"{path} is not a file", code="VS-SECRET-FILE")
    if sys.platform != "win32" and (about.st_mode & 0o077 or about.st_uid != os.geteuid()):
        raise NeedsUser(
            f"Others may read the password file {path}",
            hint=f"Run: chmod 600 {path}   (and let your own user own it). It was not used.",
            code="VS-SECRET-FILE-OPEN",
        )


def allowed_keyring() -> Keyring | None:
    """The system's vault when it is one that we trust; never a plain file, never a chain of unknown ones."""
    import keyring

    try:
        backend = keyring.get_keyring()
    except Exception as exc:  # noqa: BLE001 - a backend may fail in any way; the answer is the same: no vault
        log.info("no password vault (%s)", type(exc).__name__)
        return None
    for found in (backend, *getattr(backend, "backends", ())):
        if (type(found).__module__, type(found).__name__) in ALLOWED_BACKENDS:
            trusted: Keyring = found
            return trusted
    return None


def is_still_locked(backend: Keyring) -> bool:
    """Whether asking would only open the same dialog again (I02); a vault that cannot tell is not asked twice."""
    if not type(backend).__module__.endswith("SecretService"):
        return True
    import secretstorage

    try:
        with closing(secretstorage.dbus_init()) as bus:
            return bool(secretstorage.get_default_collection(bus).is_locked())
    except (secretstorage.SecretStorageException, OSError):
        return True


def _keyring_errors() -> tuple[type[Exception], ...]:
    import keyring.errors

    return (keyring.errors.KeyringError, OSError, RuntimeError)
