"""What an HTTP answer or its absence means for us: one table, applied at the edge."""

from __future__ import annotations

import email.utils
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import httpx

from vodstudio.core.errors import (
    Conflict,
    Hold,
    NeedsUser,
    NoAccess,
    NotFound,
    Refused,
    ServerAway,
    ServerBusy,
    VodError,
)

SHORTEST_WAIT_S = 1.0
LONGEST_WAIT_S = 900.0
_SAFE = "Everything that is finished here is kept, and other work goes on."
# What Windows and Linux say when a disk is full; a server passes it on as status 500.
_FULL = ("not enough space on the disk", "no space left on device")
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked of whom, for messages; never carries a password."""

    server_id: str
    server_name: str
    method: str
    path: str

    @property
    def detail(self) -> str:
        """For the log."""
        return f"{self.method} {self.path} on {self.server_id}"


def error_of_status(asked: Asked, answer: httpx.Response, text: str, now: datetime) -> VodError | None:
    """Our error for a status, None when it is a good one."""
    status = answer.status_code
    if 200 <= status < 300:
        return None
    detail = f"{asked.detail}: status {status}: {plain(text)}"
    if status == 401:
        return not_signed_in(asked, detail)
    is_full = status >= 500 and any(sign in text.casefold() for sign in _FULL)
    if status in _PASSING and not is_full:
        return ServerBusy(
            f"{asked.server_name} cannot answer just now",
            hint=f"It is asked again by itself. {_SAFE}",
            detail=detail,
            wait_s=wait_s(answer.headers.get("Retry-After"), now),
        )
    if 300 <= status < 400:
        return _redirected(asked, answer)
    return _error_of_refusal(
        asked, HTTPStatus.INSUFFICIENT_STORAGE if is_full else status, plain(text), detail
    )


def _error_of_refusal(asked: Asked, status: int, words: str, detail: str) -> VodError:
    match status:
        case 403:
            return NoAccess(
                f"{asked.server_name} does not give our user the right to do this",
                hint=f"In Cablecast, give this user the right for {asked.path.split('/')[-1]}, then press Retry. "
                f"{f'It said: {words}. ' if words else ''}{_SAFE}",
                detail=detail,
                code="VS-NO-RIGHT",
            )
        case 404 | 410:
            return NotFound(
                f"{asked.server_name} does not have this any more",
                hint="It may have been removed there. Look at the show in Cablecast, then press Retry.",
                detail=detail,
                code="VS-GONE-ON-SERVER",
            )
        case 409 | 412:
            return Conflict(
                f"Somebody else changed this on {asked.server_name}",
                hint="Nothing was overwritten. Look at the show in Cablecast, then press Retry.",
                detail=detail,
            )
        case HTTPStatus.INSUFFICIENT_STORAGE:
            return NeedsUser(
                f"The disk of {asked.server_name} is full",
                hint=f"Free space on the server, then press Retry. {_SAFE}",
                detail=detail,
                code="VS-SERVER-FULL",
            )
        case _:
            return Refused(
                f"{asked.server_name} refused our request ({status})",
                hint=f"It said: {words or 'nothing'}. {_SAFE}",
                detail=detail,
                code="VS-SERVER-REFUSED",
            )


def not_signed_in(asked: Asked, detail: str) -> Hold:
    """Only the remote lane waits, and only for a new password: the refused one is not tried again."""
    return Hold(
        f"{asked.server_name} does not accept our name and password",
        condition=f"login:{asked.server_id}",
        hint=f"Enter the password again under Settings. {_SAFE}",
        detail=detail,
        code="VS-NOT-SIGNED-IN",
    )


def error_of_transport(asked: Asked, error: httpx.RequestError | TimeoutError) -> VodError:
    """Our error when no whole answer came."""
    detail = f"{asked.detail}: {type(error).__name__}: {error}"
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return _bad_certificate(asked, causes, detail)
    if not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return ServerBusy(
            f"The answer of {asked.server_name} did not arrive",
            hint=f"It is asked again by itself; what it may have done already is looked up first. {_SAFE}",
            detail=detail,
            code="VS-ANSWER-LOST",
        )
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        title = f"The address of {asked.server_name} is not known to the network"
    elif any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        title = f"Nothing answers at the address of {asked.server_name}"
    else:
        title = f"{asked.server_name} cannot be reached"
    return ServerAway(
        title,
        condition=f"server:{asked.server_id}",
        hint=f"It is tried again by itself every minute. {_SAFE}",
        detail=detail,
    )


def not_cablecast(asked: Asked, found: str) -> NeedsUser:
    """A page of something else: a login page of the network, another program, a wrong address."""
    return NeedsUser(
        f"The address of {asked.server_name} does not answer as Cablecast (got {found})",
        hint="Check the server's address in the settings, and whether the network asks for a login first.",
        detail=asked.detail,
        code="VS-NOT-CABLECAST",
    )


def wait_s(header: str | None, now: datetime) -> float | None:
    """How long the server asks us to wait: seconds or a date, within reason; None when it says nothing useful."""
    if not header:
        return None
    if header.strip().isdigit():
        seconds = float(header)
    else:
        try:
            when = email.utils.parsedate_to_datetime(header)
        except ValueError:
            return None
        seconds = ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(seconds, SHORTEST_WAIT_S), LONGEST_WAIT_S)


def plain(text: str) -> str:
    """A server's words on one line without control characters, short enough to show."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:300].strip()


def _redirected(asked: Asked, answer: httpx.Response) -> NeedsUser:
    target = plain(answer.headers.get("Location", ""))
    return NeedsUser(
        f"{asked.server_name} sends us to another address",
        hint="We did not follow, so that the password goes nowhere else. Put the right address into the settings.",
        detail=f"{asked.detail}: to {target}",
        code="VS-REDIRECTED",
    )


def _bad_certificate(asked: Asked, causes: list[BaseException], detail: str) -> NeedsUser:
    reasons = [cause.verify_message for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)]
    return NeedsUser(
        f"The certificate of {asked.server_name} cannot be trusted: {reasons[0]}",
        hint="Nothing was sent. Renew it on the server, or name its own CA file in the station file (ca_file).",
        detail=detail,
        code="VS-BAD-CERTIFICATE",
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
