"""The one way to talk to a Cablecast server: JSON in, JSON out, with limits on time, size and trust."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import truststore

from vodstudio.cablecast.answers import (
    Asked,
    error_of_status,
    error_of_transport,
    not_cablecast,
    not_signed_in,
)
from vodstudio.core.errors import NotConnected, NotFound, Refused, ServerAway, ServerBusy, VodError
from vodstudio.core.ports import Clock, Secrets
from vodstudio.core.station import Server

API = "/cablecastapi/v1"
TIMEOUTS = httpx.Timeout(connect=5.0, read=30.0, write=30.0, pool=5.0)
DEADLINE_S = 30.0
LONGEST_BODY_BYTES = 64 * 1024 * 1024
FAILURES_UNTIL_OPEN = 5
OPEN_FOR_S = 60.0
SETTLED_AFTER_S = 60.0
_NEAR = tuple(
    ipaddress.ip_network(text)
    for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)

Body = Mapping[str, object]
Params = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. A guest's request carries no name; only what may be repeated is repeated."""

    method: str
    path: str
    params: Params = ()
    body: Body | None = None
    files: Mapping[str, tuple[str, bytes]] | None = None
    form: Mapping[str, str] | None = None
    is_guest: bool = False
    is_repeatable: bool = False
    deadline_s: float | None = None


class Client:
    """One server. Made on the loop that uses it, closed by whoever made it."""

    def __init__(
        self, server: Server, secrets: Secrets, clock: Clock, *, deadline_s: float = DEADLINE_S
    ) -> None:
        self._server = server
        self._secrets = secrets
        self._clock = clock
        self._deadline_s = deadline_s
        self._http: httpx.AsyncClient | None = None
        self._password: str | None = None
        self._refused_password: str | None = None
        self._failures = 0
        self._closed_until_s = float("-inf")

    @property
    def server(self) -> Server:
        """Whom we talk to."""
        return self._server

    @property
    def clock(self) -> Clock:
        """By which we count."""
        return self._clock

    async def get(self, path: str, params: Params = (), *, is_guest: bool = False) -> Body:
        """Read something; repeated once when the answer got lost."""
        call = Call(method="GET", path=path, params=params, is_guest=is_guest, is_repeatable=True)
        return await self._json(call)

    async def search(self, path: str, body: Body) -> Body:
        """A question that is too long for an address: it changes nothing, so it may be repeated."""
        return await self._json(Call(method="POST", path=path, body=body, is_repeatable=True))

    async def create(self, path: str, body: Body) -> Body:
        """Make something. After a lost answer the caller looks it up; it is never repeated here.

        A server that was too slow for us may still be at it: the look-up waits until it must have finished.
        """
        try:
            return await self._json(Call(method="POST", path=path, body=body))
        except ServerBusy as error:
            if error.code == "VS-ANSWER-LOST":
                error.wait_s = SETTLED_AFTER_S
            raise

    async def put(self, path: str, body: Body) -> Body:
        """Write a whole record."""
        return await self._json(Call(method="PUT", path=path, body=body, is_repeatable=True))

    async def send_piece(self, path: str, index: int, content: bytes, *, deadline_s: float) -> None:
        """One piece of an upload; the same piece may come again."""
        call = Call(
            method="POST",
            path=path,
            form={"segment": str(index)},
            files={"file": ("segment", content)},
            is_repeatable=True,
            deadline_s=deadline_s,
        )
        await self._repeated(call)

    async def text_for_viewer(self, url: str) -> str | None:
        """A file as a viewer's player gets it: without our name; None when it is not there."""
        try:
            _, content = await self._repeated(Call(method="GET", path=url, is_guest=True, is_repeatable=True))
        except NotFound:
            return None
        return content.decode("utf-8-sig", errors="replace")

    def forget_refusal(self) -> None:
        """A person is here: a password that was refused is sent once more, for the account may be repaired."""
        self._refused_password = None

    async def close(self) -> None:
        """End all connections."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _json(self, call: Call) -> Body:
        asked = self._asked(call)
        kind, content = await self._repeated(call)
        if "html" in kind or content.lstrip()[:1] == b"<":
            raise not_cablecast(asked, "a web page")
        try:
            body = json.loads(content)
        except ValueError as error:
            raise ServerBusy(
                f"The answer of {asked.server_name} was cut off or damaged",
                hint="It is asked again by itself.",
                detail=f"{asked.detail}: {error}",
                code="VS-ANSWER-DAMAGED",
            ) from error
        if not isinstance(body, dict):
            raise not_cablecast(asked, "something else")
        return body

    async def _repeated(self, call: Call) -> tuple[str, bytes]:
        try:
            return await self._once(call)
        except ServerBusy as error:
            if not call.is_repeatable or error.code != "VS-ANSWER-LOST":
                raise
            return await self._once(call)

    async def _once(self, call: Call) -> tuple[str, bytes]:
        asked = self._asked(call)
        self._refuse_while_open(asked)
        headers, password = await self._headers(call, asked)
        auth = None if password is None else httpx.BasicAuth(self._server.user, password)
        try:
            async with asyncio.timeout(call.deadline_s or self._deadline_s):
                answer, content = await self._exchange(call, headers, auth)
        except (httpx.RequestError, TimeoutError) as error:
            raise self._failed(error_of_transport(asked, error)) from error
        except httpx.InvalidURL as error:
            raise not_cablecast(asked, "an address that is none") from error
        problem = error_of_status(asked, answer, content[:2000].decode(errors="replace"), self._clock.now())
        if problem is None:
            self._failures = 0
            return answer.headers.get("Content-Type", "").lower(), content
        if answer.status_code == 401 and password is not None:
            self._refused_password = password
            if self._password == password:
                self._password = None
        raise self._failed(problem)

    async def _exchange(
        self, call: Call, headers: Mapping[str, str], auth: httpx.BasicAuth | None
    ) -> tuple[httpx.Response, bytes]:
        url = call.path if "://" in call.path else self._server.url.rstrip("/") + call.path
        async with self._session().stream(
            call.method,
            url,
            params=list(call.params) or None,
            json=call.body,
            data=call.form,
            files=call.files,
            headers=headers,
            auth=auth,
        ) as answer:
            chunks, size_bytes = [], 0
            async for chunk in answer.aiter_bytes():
                size_bytes += len(chunk)
                if size_bytes > LONGEST_BODY_BYTES:
                    raise Refused(
                        f"The answer of {self._server.name} is too large",
                        hint="Nothing was changed. Send us this message.",
                        detail=f"{call.method} {call.path}: more than {LONGEST_BODY_BYTES} bytes",
                        code="VS-ANSWER-TOO-LARGE",
                    )
                chunks.append(chunk)
        return answer, b"".join(chunks)

    async def _headers(self, call: Call, asked: Asked) -> tuple[dict[str, str], str | None]:
        """With our password, or none: our name goes to the server itself and to nobody else."""
        headers = {"Accept": "application/json" if "://" not in call.path else "*/*"}
        if call.is_guest or not self._server.user:
            return headers, None
        self._refuse_plain_text(asked)
        if self._password is None:
            self._password = await self._read_password(asked)
        return headers, self._password

    async def _read_password(self, asked: Asked) -> str:
        """From the vault, once; again only after a refusal, and a refused one is never sent twice."""
        secret = self._server.secret
        password = await asyncio.to_thread(self._secrets.read, secret) if secret else ""
        if password == self._refused_password:
            raise not_signed_in(asked, f"{asked.detail}: this password was refused before; not sent again")
        return password

    def _refuse_plain_text(self, asked: Asked) -> None:
        parts = urlsplit(self._server.url)
        if parts.scheme != "https" and not _is_near(parts.hostname or ""):
            raise NotConnected(
                f"The address of {asked.server_name} is not encrypted",
                hint="Use https:// in the server's address. A password is not sent openly over the internet.",
                detail=asked.detail,
                code="VS-NOT-ENCRYPTED",
            )

    def _failed(self, error: VodError) -> VodError:
        """Five failures in a row close the door for a minute: hopeless work waits instead of failing."""
        if isinstance(error, ServerBusy):
            self._failures += 1
        if self._failures >= FAILURES_UNTIL_OPEN:
            self._closed_until_s = self._clock.monotonic() + OPEN_FOR_S
        return error

    def _refuse_while_open(self, asked: Asked) -> None:
        if self._failures < FAILURES_UNTIL_OPEN:
            return
        if self._clock.monotonic() < self._closed_until_s:
            raise ServerAway(
                f"{asked.server_name} has failed {self._failures} times in a row",
                condition=f"server:{asked.server_id}",
                hint="It is tried again by itself in a minute. Work on this machine goes on.",
                detail=asked.detail,
            )
        self._failures = FAILURES_UNTIL_OPEN - 1

    def _session(self) -> httpx.AsyncClient:
        if self._http is None:
            is_own_machine = _is_loopback(urlsplit(self._server.url).hostname or "")
            self._http = httpx.AsyncClient(
                timeout=TIMEOUTS,
                verify=self._trust(),
                follow_redirects=False,
                trust_env=not is_own_machine,
                headers={"User-Agent": "VODStudio"},
            )
        return self._http

    def _trust(self) -> ssl.SSLContext:
        """What the system trusts, or the one CA that the station pinned for this server."""
        if self._server.ca_file is not None:
            return ssl.create_default_context(cafile=str(self._server.ca_file))
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def _asked(self, call: Call) -> Asked:
        return Asked(
            server_id=self._server.id, server_name=self._server.name, method=call.method, path=call.path
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_near(host: str) -> bool:
    """This machine or the station's own network."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan"))
    return any(address in network for network in _NEAR if network.version == address.version)
