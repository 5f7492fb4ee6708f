"""The hub that speech models come from: what a model is made of there, and its files, from any byte on."""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from vodstudio.core.errors import NeedsUser, NoAccess, NotFound, ServerBusy, TryLater, VodError
from vodstudio.core.files import writing
from vodstudio.core.models import KnownModel
from vodstudio.core.version import VERSION
from vodstudio.workers.model_file import WANTED, WEIGHTS

HUB = "https://huggingface.co"
HUB_VARIABLE = "HF_ENDPOINT"
SILENCE_S = 30.0
CHUNK_BYTES = 1 << 18
LONGEST_LISTING_BYTES = 8 * 1024 * 1024
_KEPT = "What has arrived is kept: the next try goes on from there."
_OTHER_WAY = "Or copy the model from another computer: From a folder…, or `vodstudio models import FOLDER`."

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file of a model: large ones are known by their SHA-256, small ones by the name that git gives them."""

    name: str
    size_bytes: int
    sha256: str = ""
    git: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a model is made of at one commit of its repository."""

    repository: str
    revision: str
    files: tuple[RemoteFile, ...]

    @property
    def size_bytes(self) -> int:
        """Everything together."""
        return sum(file.size_bytes for file in self.files)


class Hub:
    """Asks over HTTPS, through the proxy of the system, trusting what the system trusts."""

    def __init__(self, address: str = HUB, silence_s: float = SILENCE_S) -> None:
        self._address = address.rstrip("/")
        self._host = urlsplit(address).netloc or address
        self._silence_s = silence_s
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=_trust()), _NeverLessSafe()
        )

    def listing(self, model: KnownModel) -> Listing:
        """The files that we need, at the pinned commit, or at the newest one of a model that we do not know."""
        address = f"/api/models/{model.repository}/revision/{quote(model.revision, safe='')}?blobs=true"
        with self._errors(model.repository), self._open(address) as answer:
            content = answer.read(LONGEST_LISTING_BYTES)
        try:
            return _listing(model, json.loads(content))
        except (ValueError, KeyError, TypeError) as error:
            raise NeedsUser(
                f"{self._host} gave an answer that is no list of files",
                hint="A sign-in page or a filter may stand between this computer and the hub. Open the address in a"
                f" browser and look. {_OTHER_WAY}",
                detail=f"{self._address}{address}: {error!r}: {content[:200]!r}",
                code="VS-HUB-ANSWER",
            ) from error

    def fetch(self, listing: Listing, file: RemoteFile, path: Path, told: Told) -> None:
        """Bring a file to its full length, from where it stands; a cut line is taken up again at once."""
        address = f"/{listing.repository}/resolve/{listing.revision}/{quote(file.name)}"
        have = path.stat().st_size if path.is_file() else 0
        if have > file.size_bytes:
            path.unlink()
            have = 0
        while have < file.size_bytes:
            before, fault = have, None
            try:
                with self._errors(listing.repository):
                    have = self._append(address, file, path, told)
            except TryLater as error:
                have, fault = (path.stat().st_size if path.is_file() else 0), error
            if have <= before:  # nothing came this time: who asks on would ask for ever
                raise fault or _cut(self._host, file.name)
        path.touch()

    def _append(self, address: str, file: RemoteFile, path: Path, told: Told) -> int:
        have = path.stat().st_size if path.is_file() else 0
        with self._open(address, {"Range": f"bytes={have}-"} if have else {}) as answer:
            if have and not _goes_on_at(answer, have):
                have = 0
            with writing(path), path.open("r+b" if have else "wb", buffering=0) as out:
                out.seek(have)
                out.truncate()
                while have < file.size_bytes and (chunk := _read(answer, file.size_bytes - have)):
                    out.write(chunk)
                    have += len(chunk)
                    told(len(chunk))
        return have

    @contextlib.contextmanager
    def _open(self, address: str, headers: Mapping[str, str] | None = None) -> Iterator[Any]:
        request = urllib.request.Request(
            self._address + address, headers={"User-Agent": f"vodstudio/{VERSION}", **(headers or {})}
        )
        with contextlib.closing(self._opener.open(request, timeout=self._silence_s)) as answer:
            yield answer

    @contextlib.contextmanager
    def _errors(self, repository: str) -> Iterator[None]:
        try:
            yield
        except urllib.error.HTTPError as error:
            with error:
                raise _error_of_status(self._host, repository, error) from error
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            raise _error_of_transport(self._host, error) from error


class _NeverLessSafe(urllib.request.HTTPRedirectHandler):
    """The hub sends us on to where its files lie, but never from an encrypted address to an open one."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urlsplit(req.full_url).scheme == "https" and urlsplit(newurl).scheme != "https":
            raise urllib.error.HTTPError(
                newurl, code, "sent on to an address without encryption", headers, fp
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _trust() -> ssl.SSLContext:
    """What the system trusts, company certificates included."""
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _goes_on_at(answer: Any, have: int) -> bool:
    told = str(answer.headers.get("Content-Range", ""))
    return answer.status == 206 and told.startswith(f"bytes {have}-")


def _read(answer: Any, wanted: int) -> bytes:
    """What has arrived; nothing when the line was cut."""
    try:
        chunk: bytes = answer.read1(min(CHUNK_BYTES, wanted))
    except http.client.IncompleteRead:
        return b""
    return chunk


def _listing(model: KnownModel, body: Mapping[str, Any]) -> Listing:
    files = tuple(
        _file(each, model.weights_sha256) for each in body["siblings"] if each["rfilename"] in WANTED
    )
    if WEIGHTS not in {file.name for file in files}:
        raise NeedsUser(
            f"{model.repository} holds no speech model in CTranslate2 form: {WEIGHTS} is missing",
            hint="Choose one of the list, or a repository whose name says faster-whisper or ct2.",
            code="VS-MODEL-OTHER-KIND",
        )
    revision = str(body["sha"])
    if not revision.isalnum():
        raise ValueError(revision)
    return Listing(repository=model.repository, revision=revision, files=files)


def _file(body: Mapping[str, Any], weights: str) -> RemoteFile:
    """Our own hash of the weights goes before the hub's."""
    name = str(body["rfilename"])
    stored = body.get("lfs") or {}
    sha256 = weights if name == WEIGHTS and weights else str(stored.get("sha256") or "")
    git = str(body.get("blobId") or "")
    if not sha256 and not git:
        raise ValueError(f"{name} has no hash")
    return RemoteFile(name=name, size_bytes=int(body["size"]), sha256=sha256, git=git)


def _cut(host: str, name: str) -> TryLater:
    return TryLater(
        f"The line to {host} was cut while {name} came",
        hint=f"{_KEPT} Try again when the network is better.",
        detail=f"{host}: no more bytes of {name}",
        code="VS-HUB-CUT",
    )


def _error_of_status(host: str, repository: str, error: urllib.error.HTTPError) -> VodError:
    detail, status = f"{error.url}: {error.code} {error.reason}", error.code
    if status in (404, 410):
        return NotFound(
            f"{host} has no model {repository} any more",
            hint=_OTHER_WAY,
            detail=detail,
            code="VS-HUB-NO-MODEL",
        )
    if status == 407:
        return _proxy(detail)
    if status in (401, 403, 451):
        return NoAccess(
            f"{host} does not give us the model {repository}",
            hint=f"A filter of the network may stop it: ask who runs the network. {_OTHER_WAY}",
            detail=detail,
            code="VS-HUB-REFUSED",
        )
    if 300 <= status < 400:
        return NeedsUser(
            f"{host} sends us on to an address that is not safe",
            hint=f"Nothing was taken from there. {_OTHER_WAY}",
            detail=detail,
            code="VS-HUB-REDIRECT",
        )
    return ServerBusy(
        f"{host} cannot serve us now ({status})",
        hint=f"{_KEPT} Try again in some minutes.",
        detail=detail,
        code="VS-HUB-BUSY",
    )


def _error_of_transport(host: str, error: Exception) -> VodError:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    detail = f"{host}: {type(reason).__name__}: {reason}"
    if isinstance(reason, ssl.SSLCertVerificationError):
        return NeedsUser(
            f"The certificate of {host} is not trusted on this computer",
            hint="If your network looks into encrypted lines, its certificate has to be in the certificate store of"
            f" this computer: ask who runs the network. {_OTHER_WAY}",
            detail=detail,
            code="VS-HUB-CERTIFICATE",
        )
    if "Tunnel connection failed" in str(reason):
        return _proxy(detail)
    return TryLater(
        f"{host} cannot be reached",
        hint=f"Is this computer on the network? {_KEPT} {_OTHER_WAY}",
        detail=detail,
        code="VS-HUB-AWAY",
    )


def _proxy(detail: str) -> NeedsUser:
    return NeedsUser(
        "The proxy of your network does not let us through",
        hint="It may want a name and a password: set HTTPS_PROXY to http://name:password@proxy:port for this user."
        f" {_OTHER_WAY}",
        detail=detail,
        code="VS-HUB-PROXY",
    )
