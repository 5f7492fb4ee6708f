"""What can go wrong, sorted by who can help: a person, time, or nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class VodError(Exception):
    """The base: title and hint are for people, detail is for the log, code is what support asks for."""

    default_code = "VS-UNEXPECTED"

    def __init__(self, title: str, *, detail: str = "", hint: str = "", code: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.detail = detail
        self.hint = hint
        self.code = code or self.default_code


class NeedsUser(VodError):
    """Someone must act; not retried."""

    default_code = "VS-NEEDS-USER"


class BadMedia(NeedsUser):
    """The file is not a recording that we can use."""

    default_code = "VS-BAD-MEDIA"


class NoAccess(NeedsUser):
    """We may not read or write something."""

    default_code = "VS-NO-ACCESS"


class NotFound(NeedsUser):
    """Something that was named does not exist."""

    default_code = "VS-NOT-FOUND"


class NotConnected(NeedsUser):
    """The server refuses our name or password, or none is known."""

    default_code = "VS-NOT-CONNECTED"


class Conflict(NeedsUser):
    """Two truths: someone else changed it, or it exists already."""

    default_code = "VS-CONFLICT"


class Hold(VodError):
    """The world is not ready; checked again by itself, and no attempt is counted."""

    default_code = "VS-HELD"

    def __init__(
        self, title: str, *, condition: str, detail: str = "", hint: str = "", code: str = ""
    ) -> None:
        super().__init__(title, detail=detail, hint=hint, code=code)
        self.condition = condition


class StorageAway(Hold):
    """A storage is not there, or its marker file is missing. Condition `storage:<id>`."""

    default_code = "VS-STORAGE-AWAY"


class NoSpace(Hold):
    """A disk is full. Condition `disk:<path>`, or `disk:<path>?need=<bytes>` (`core.room`)."""

    default_code = "VS-NO-SPACE"


class ServerAway(Hold):
    """A server does not answer. Condition `server:<id>`."""

    default_code = "VS-SERVER-AWAY"


class NotYet(Hold):
    """Somebody else is still working on it. Condition `wait:<what>`; see `is_patience`."""

    default_code = "VS-NOT-YET"


class OnBattery(Hold):
    """The machine runs on its battery. Condition `battery`."""

    default_code = "VS-ON-BATTERY"


class NoModel(Hold):
    """No speech model that may be used is here. Condition `model:<name>`."""

    default_code = "VS-NO-MODEL"


def is_patience(condition: str) -> bool:
    """Whether this condition says that others are at work: nothing is wrong, and no look at it is news."""
    return condition.startswith("wait:")


class TryLater(VodError):
    """A passing fault: retried with full jitter."""

    default_code = "VS-TRY-LATER"


class ServerBusy(TryLater):
    """The server asks us to wait, or failed this once."""

    default_code = "VS-SERVER-BUSY"

    def __init__(
        self, title: str, *, detail: str = "", hint: str = "", code: str = "", wait_s: float | None = None
    ) -> None:
        super().__init__(title, detail=detail, hint=hint, code=code)
        self.wait_s = wait_s


class Locked(TryLater):
    """Another program holds the file or the database."""

    default_code = "VS-LOCKED"


class ChildCrashed(TryLater):
    """A child process ended by itself; tried once more."""

    default_code = "VS-CHILD-CRASHED"


class Refused(VodError):
    """Permanent: a request of ours that is wrong, or an unsupported version."""

    default_code = "VS-REFUSED"


class Cancelled(BaseException):
    """The step was told to stop (cancel, pause or shutdown). Not an error: it passes `except Exception`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error as a value: what the store keeps and the screen shows."""

    code: str
    title: str
    hint: str = ""
    detail: str = ""
    needs_user: bool = False


def problem_of(error: BaseException) -> Problem:
    """The value for any exception; what is not a VodError is a bug and says so."""
    if isinstance(error, VodError):
        return Problem(
            code=error.code,
            title=error.title,
            hint=error.hint,
            detail=error.detail,
            needs_user=isinstance(error, NeedsUser),
        )
    return Problem(
        code="VS-UNEXPECTED",
        title="Something unexpected happened",
        hint="Nothing is lost. Send us the report of the job, or the last lines of the log.",
        detail=f"{type(error).__name__}: {error}",
    )


def problem_from_json(body: Mapping[str, object]) -> Problem:
    """The reverse of `dataclasses.asdict` for a stored problem."""
    return Problem(
        code=str(body.get("code", "VS-UNEXPECTED")),
        title=str(body.get("title", "")),
        hint=str(body.get("hint", "")),
        detail=str(body.get("detail", "")),
        needs_user=bool(body.get("needs_user", False)),
    )
