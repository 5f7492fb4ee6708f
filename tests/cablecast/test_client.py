"""The client against a server that goes wrong in every way of the fault list."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.cablecast.conftest import Run, Studio, server_at
from tests.cablecast.fakes import FakeClock, FakeSecrets
from vodstudio.cablecast import client as client_module
from vodstudio.cablecast.answers import Asked, error_of_transport, plain, wait_s
from vodstudio.cablecast.catalogue import CablecastCatalogue
from vodstudio.cablecast.client import API, Client
from vodstudio.core.errors import (
    Conflict,
    Hold,
    NeedsUser,
    NoAccess,
    NotConnected,
    NotFound,
    Refused,
    ServerAway,
    ServerBusy,
    VodError,
)
from vodstudio.demo.simulator_faults import Fault
from vodstudio.demo.simulator_server import Simulator

NOW = datetime(2026, 6, 10, 17, 0, tzinfo=UTC)
SHOW = {
    "show": {
        "title": "x",
        "cgTitle": "x",
        "location": 1,
        "comments": "",
        "cgExempt": False,
        "customFields": [],
    }
}


def told_by(run: Run[Any], coro: Any) -> VodError:
    with pytest.raises(VodError) as told:
        run(coro)
    error = told.value
    assert error.title
    assert error.code.startswith("VS-")
    assert "cablecast:" not in error.detail
    return error


@pytest.fixture
def nowhere() -> Iterator[str]:
    """An address where nothing answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_g01_a_name_that_the_network_does_not_know() -> None:
    """Built by hand: a test may not ask a name service."""
    asked = Asked(server_id="main", server_name="Main", method="GET", path="/x")
    failure = httpx.ConnectError("[Errno -2] Name or service not known")
    failure.__cause__ = socket.gaierror(-2, "Name or service not known")
    error = error_of_transport(asked, failure)
    assert isinstance(error, ServerAway)
    assert "not known to the network" in error.title
    unreachable = error_of_transport(asked, httpx.ConnectTimeout("timed out"))
    assert isinstance(unreachable, ServerAway)
    assert "cannot be reached" in unreachable.title


@pytest.mark.parametrize(
    ("host", "is_near"),
    [("127.0.0.1", True), ("10.1.2.3", True), ("192.168.4.5", True), ("cablecast", True), ("tv.local", True),
     ("203.0.113.7", False), ("8.8.8.8", False), ("tv.example.org", False), ("::1", True), ("2001:4860::1", False)],
)  # fmt: skip
def test_g30_plain_text_stays_near(host: str, is_near: bool) -> None:
    assert client_module._is_near(host) is is_near


def test_g02_nothing_answers(nowhere: str, run: Run[Any]) -> None:
    away = Client(server_at(nowhere), FakeSecrets(), FakeClock())
    error = told_by(run, away.get(f"{API}/shows"))
    run(away.close())
    assert isinstance(error, ServerAway)
    assert error.condition == "server:main"
    assert "Nothing answers" in error.title


def test_g03_a_server_that_drips_is_ended_by_our_own_deadline(simulator: Simulator, run: Run[Any]) -> None:
    simulator.faults.plan(Fault(path="/shows", bytes_each_s=4.0, times=9))
    slow = Client(server_at(simulator.url), FakeSecrets(), FakeClock(), deadline_s=0.4)
    error = told_by(run, slow.create(f"{API}/shows", SHOW))
    run(slow.close())
    assert isinstance(error, ServerBusy)
    assert error.code == "VS-ANSWER-LOST"


def test_g04_a_read_is_repeated_once(client: Client, simulator: Simulator, run: Run[Any]) -> None:
    simulator.faults.plan(Fault(method="GET", path="/locations", drop=True))
    assert run(client.get(f"{API}/locations"))["locations"]
    simulator.faults.plan(Fault(method="GET", path="/locations", drop=True, times=2))
    assert isinstance(told_by(run, client.get(f"{API}/locations")), ServerBusy)


def test_g04_what_makes_something_is_never_repeated(
    client: Client, simulator: Simulator, run: Run[Any]
) -> None:
    simulator.faults.plan(Fault(method="POST", path="/shows$", drop=True))
    error = told_by(run, client.create(f"{API}/shows", SHOW))
    assert isinstance(error, ServerBusy)
    assert (error.code, error.wait_s) == ("VS-ANSWER-LOST", client_module.SETTLED_AFTER_S)
    assert len(simulator.faults.seen("POST", "/shows$")) == 1


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, Refused, "VS-SERVER-REFUSED"),
        (401, Hold, "VS-NOT-SIGNED-IN"),
        (403, NoAccess, "VS-NO-RIGHT"),
        (404, NotFound, "VS-GONE-ON-SERVER"),
        (409, Conflict, "VS-CONFLICT"),
        (413, Refused, "VS-SERVER-REFUSED"),
        (415, Refused, "VS-SERVER-REFUSED"),
        (422, Refused, "VS-SERVER-REFUSED"),
        (408, ServerBusy, "VS-SERVER-BUSY"),
        (429, ServerBusy, "VS-SERVER-BUSY"),
        (500, ServerBusy, "VS-SERVER-BUSY"),
        (502, ServerBusy, "VS-SERVER-BUSY"),
        (503, ServerBusy, "VS-SERVER-BUSY"),
        (504, ServerBusy, "VS-SERVER-BUSY"),
        (507, NeedsUser, "VS-SERVER-FULL"),
    ],
)
def test_g06_to_g13_each_status_has_one_meaning(
    client: Client, simulator: Simulator, run: Run[Any], status: int, kind: type[VodError], code: str
) -> None:
    simulator.faults.plan(
        Fault(path="/shows", status=status, body="<html>it broke\x07</html>", content_type="text/html")
    )
    error = told_by(run, client.create(f"{API}/shows", SHOW))
    assert isinstance(error, kind)
    assert error.code == code
    assert "\x07" not in error.hint + error.detail


def test_g07_a_missing_right_is_named_and_not_asked_for_again(
    client: Client, simulator: Simulator, run: Run[Any]
) -> None:
    simulator.faults.plan(Fault(path="/shows", status=403, body="no", times=9))
    error = told_by(run, client.create(f"{API}/shows", SHOW))
    assert isinstance(error, NeedsUser)
    assert "the right for shows" in error.hint
    assert len(simulator.faults.seen("POST", "/shows$")) == 1


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_g10_what_the_server_says_is_shown_on_one_line_and_is_final(
    client: Client, simulator: Simulator, run: Run[Any], status: int
) -> None:
    said = "<b>title</b>\r\nmay not be empty\x1b[31m"
    simulator.faults.plan(Fault(path="/shows", status=status, body=said, times=9))
    error = told_by(run, client.create(f"{API}/shows", SHOW))
    assert isinstance(error, Refused)
    assert "<b>title</b>  may not be empty [31m" in error.hint
    assert len(simulator.faults.seen("POST", "/shows$")) == 1


def test_g33_a_licence_that_lacks_the_interface_is_told_in_the_servers_words(
    client: Client, simulator: Simulator, run: Run[Any]
) -> None:
    said = "API access is not part of your licence"
    for status, kind in ((402, Refused), (403, NoAccess)):
        simulator.faults.plan(Fault(path="/shows", status=status, body=said))
        error = told_by(run, client.create(f"{API}/shows", SHOW))
        assert isinstance(error, kind)
        assert said in error.hint


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (507, ""),
        (500, "System.IO.IOException: There is not enough space on the disk."),
        (500, "write failed: No space left on device"),
    ],
)
def test_g36_a_full_disk_of_the_server_waits_for_a_person(
    client: Client, simulator: Simulator, run: Run[Any], status: int, said: str
) -> None:
    simulator.faults.plan(Fault(path="/shows", status=status, body=said, times=9))
    error = told_by(run, client.create(f"{API}/shows", SHOW))
    assert isinstance(error, NeedsUser)
    assert error.code == "VS-SERVER-FULL"
    assert "Free space on the server" in error.hint


def test_g06_one_try_with_a_wrong_password(simulator: Simulator, run: Run[Any]) -> None:
    secrets = FakeSecrets("wrong")
    signed = Client(server_at(simulator.url), secrets, FakeClock())
    for _ in range(3):
        error = told_by(run, signed.get(f"{API}/usersession"))
        assert isinstance(error, Hold)
        assert error.condition == "login:main"
    assert len(simulator.faults.seen()) == 1
    secrets.password = "cablecast"
    assert run(signed.get(f"{API}/usersession"))["user"] == "station"
    run(signed.close())


def test_check_names_a_wrong_password_as_not_connected(studio: Studio, run: Run[Any]) -> None:
    studio.secrets.password = "wrong"
    assert isinstance(told_by(run, studio.catalogue.check()), NotConnected)


def test_check_names_an_address_without_cablecast(studio: Studio, run: Run[Any]) -> None:
    studio.simulator.faults.plan(Fault(path="/systemtime", status=404))
    assert told_by(run, studio.catalogue.check()).code == "VS-NOT-CABLECAST"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2.0),
        ("Wed, 10 Jun 2026 17:00:30 GMT", 30.0),
        ("-5", None),
        ("999999", 900.0),
        ("0", 1.0),
        ("soon", None),
        ("", None),
        (None, None),
        ("Wed, 10 Jun 2026 16:00:00 GMT", 1.0),
    ],
)
def test_g11_retry_after(header: str | None, seconds: float | None) -> None:
    assert wait_s(header, NOW) == seconds


def test_g11_the_wait_reaches_the_retry(client: Client, simulator: Simulator, run: Run[Any]) -> None:
    simulator.faults.plan(Fault(path="/shows", status=429, headers={"Retry-After": "7"}))
    error = told_by(run, client.get(f"{API}/shows"))
    assert isinstance(error, ServerBusy)
    assert error.wait_s == 7.0


def test_g12_five_failures_close_the_door_for_a_minute(simulator: Simulator, run: Run[Any]) -> None:
    clock = FakeClock()
    unlucky = Client(server_at(simulator.url), FakeSecrets(), clock)
    simulator.faults.plan(Fault(path="/locations", status=500, times=6))
    for _ in range(5):
        assert isinstance(told_by(run, unlucky.get(f"{API}/locations")), ServerBusy)
    assert isinstance(told_by(run, unlucky.get(f"{API}/locations")), ServerAway)
    assert len(simulator.faults.seen()) == 5
    clock.advance(61)
    assert isinstance(told_by(run, unlucky.get(f"{API}/locations")), ServerBusy)
    assert isinstance(told_by(run, unlucky.get(f"{API}/locations")), ServerAway)
    clock.advance(61)
    assert run(unlucky.get(f"{API}/locations"))["locations"]
    assert run(unlucky.get(f"{API}/locations"))["locations"]
    run(unlucky.close())


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_g14_a_login_page_is_not_cablecast(
    client: Client, simulator: Simulator, run: Run[Any], kind: str
) -> None:
    page = Fault(path="/shows", status=200, body=" <html>Sign in to the guest network", content_type=kind)
    simulator.faults.plan(page)
    error = told_by(run, client.get(f"{API}/shows"))
    assert isinstance(error, NeedsUser)
    assert error.code == "VS-NOT-CABLECAST"


@pytest.mark.parametrize("body", ["", '{"shows": [', "\ufffd\x00", "NaNa"])
def test_g15_a_damaged_answer_is_tried_again(
    client: Client, simulator: Simulator, run: Run[Any], body: str
) -> None:
    simulator.faults.plan(Fault(path="/shows", status=200, body=body))
    assert told_by(run, client.get(f"{API}/shows")).code == "VS-ANSWER-DAMAGED"


def test_g15_json_that_is_no_object(client: Client, simulator: Simulator, run: Run[Any]) -> None:
    simulator.faults.plan(Fault(path="/shows", status=200, body="[1, 2]"))
    assert told_by(run, client.get(f"{API}/shows")).code == "VS-NOT-CABLECAST"


def show_body(**changes: object) -> str:
    show = {"id": 7, "title": "x", "location": 1, "reels": [], "vods": [], "lastModified": None, **changes}
    return json.dumps({"meta": None, "show": {k: v for k, v in show.items() if v != "absent"}})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "12"}, "id"),
        ({"id": None}, "id"),
        ({"id": True}, "id"),
        ({"id": "absent"}, "id"),
        ({"title": 5}, "title"),
        ({"reels": "871"}, "reels"),
        ({"reels": ["871"]}, "reels"),
        ({"eventDate": "yesterday"}, "eventDate"),
        ({"customFields": {}}, "customFields"),
    ],
)
def test_g17_a_wrong_field_is_named_with_its_address(
    studio: Studio, run: Run[Any], changes: dict[str, object], field: str
) -> None:
    run(studio.catalogue.facts())
    studio.simulator.faults.plan(Fault(path="/shows/7$", status=200, body=show_body(**changes)))
    error = told_by(run, studio.catalogue.show(client_show()))
    assert isinstance(error, Refused)
    assert error.code == "VS-ANSWER-WRONG"
    assert f"field '{field}'" in error.detail
    assert "shows/7" in error.detail


def client_show() -> Any:
    from vodstudio.core.shows import ShowId

    return ShowId(7)


def test_g16_g17_unknown_fields_and_empty_dates_do_no_harm(studio: Studio, run: Run[Any]) -> None:
    body = show_body(eventDate="0001-01-01T00:00:00", fromTheFuture={"a": [1]}, created="2026-06-10T12:00:00")
    studio.simulator.faults.plan(Fault(path="/shows/7$", status=200, body=body))
    show = run(studio.catalogue.show(client_show()))
    assert show.event_date is None
    assert show.created_at == datetime(2026, 6, 10, 17, 0, tzinfo=UTC)


def test_g17_one_odd_record_does_not_hide_the_others(studio: Studio, run: Run[Any]) -> None:
    rows = [json.loads(show_body(id=number))["show"] for number in (1, "2", 3)]
    studio.simulator.faults.plan(
        Fault(path="/search/advanced", status=200, body='{"savedShowSearch": {"results": [1, 2, 3]}}'),
        Fault(path="/v1/shows$", status=200, body=json.dumps({"meta": None, "shows": rows})),
    )
    shows = run(studio.catalogue.shows_changed_since(NOW, 1))
    assert [show.id for show in shows] == [1, 3]


def test_g06_a_person_may_have_the_same_password_sent_once_more(studio: Studio, run: Run[Any]) -> None:
    """The account was repaired on the server: nothing changed here, so only a person can know."""
    client = Client(studio.station.servers[0], studio.secrets, studio.clock)
    catalogue = CablecastCatalogue(client)
    studio.secrets.password = "wrong"
    for presses in (1, 2):
        for _ in range(3):
            assert isinstance(told_by(run, client.get(f"{API}/usersession")), Hold)
        assert len(studio.simulator.faults.seen()) == presses
        catalogue.forget_refusal()
    studio.secrets.password = "cablecast"
    run(client.get(f"{API}/usersession"))
    run(client.close())


def test_g06_a_password_refused_to_many_at_once_is_remembered(studio: Studio, run: Run[Any]) -> None:
    """Four steps ask side by side; the account must not be locked by asking again each minute."""
    client = Client(studio.station.servers[0], studio.secrets, studio.clock)
    studio.secrets.password = "wrong"

    async def side_by_side() -> None:
        asked = (client.get(f"{API}/usersession") for _ in range(4))
        for told in await asyncio.gather(*asked, return_exceptions=True):
            assert isinstance(told, Hold)

    run(side_by_side())
    before = len(studio.simulator.faults.seen())
    assert isinstance(told_by(run, client.get(f"{API}/usersession")), Hold)
    assert len(studio.simulator.faults.seen()) == before
    run(client.close())


def test_g20_an_answer_without_end_is_refused(
    client: Client, simulator: Simulator, run: Run[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "LONGEST_BODY_BYTES", 1000)
    simulator.faults.plan(Fault(path="/shows", status=200, body="x" * 5000))
    assert told_by(run, client.get(f"{API}/shows")).code == "VS-ANSWER-TOO-LARGE"


def test_g26_dates_are_the_servers_own(studio: Studio, run: Run[Any]) -> None:
    """A server whose clock is a day ahead: what we look up after a lost answer is found by its clock."""
    studio.simulator.world.now = lambda: studio.clock.seconds() + 86400
    facts = run(studio.catalogue.facts())
    assert (facts.time - studio.clock.now()).total_seconds() == 86400
    from tests.cablecast.test_contract import NEW

    number = run(studio.catalogue.create_show(NEW))
    assert number in {show.id for show in run(studio.catalogue.shows_changed_since(facts.time, 1))}


def test_g26_a_server_without_a_zone_name(studio: Studio, run: Run[Any]) -> None:
    body = '{"time": "2026-06-10T12:00:00", "timeZone": "?", "gmtOffset": -5.0, "ianaTimeZone": null}'
    studio.simulator.faults.plan(Fault(path="/systemtime", status=200, body=body))
    assert run(studio.catalogue.facts()).time == NOW


@pytest.mark.parametrize("target", ["http://127.0.0.2:1/steal", "https://elsewhere.example/", "/other"])
def test_g30_redirects_are_not_followed(
    client: Client, simulator: Simulator, run: Run[Any], target: str
) -> None:
    simulator.faults.plan(Fault(path="/shows", status=302, headers={"Location": target}))
    error = told_by(run, client.get(f"{API}/shows"))
    assert error.code == "VS-REDIRECTED"


def test_g30_a_password_is_not_sent_openly(run: Run[Any]) -> None:
    secrets = FakeSecrets()
    open_air = Client(server_at("http://203.0.113.7"), secrets, FakeClock())
    assert told_by(run, open_air.get(f"{API}/shows")).code == "VS-NOT-ENCRYPTED"
    assert secrets.reads == 0
    run(open_air.close())


def test_a_guest_sends_no_name(client: Client, simulator: Simulator, run: Run[Any]) -> None:
    run(client.get("/cablecastapi/publicsitedata/shows/21411", is_guest=True))
    assert [one.has_auth for one in simulator.faults.seen()] == [False]


def test_a_viewers_file_that_is_not_there(client: Client, simulator: Simulator, run: Run[Any]) -> None:
    assert run(client.text_for_viewer(f"{simulator.url}/store-1/9-x-v1/vod.m3u8")) is None
    assert told_by(run, client.text_for_viewer("ftp://x\x00y/")).code in {
        "VS-NOT-CABLECAST",
        "VS-ANSWER-LOST",
    }


def test_a_whole_record_is_written_back_with_what_we_do_not_know(
    client: Client, simulator: Simulator, run: Run[Any]
) -> None:
    """G16: fields of a newer build come back unchanged."""
    body = dict(run(client.get(f"{API}/shows/21411")))
    show = dict(body["show"])
    assert "restrictAccessToMembers" in show
    run(client.put(f"{API}/shows/21411", {"show": {**show, "restrictAccessToMembers": True}}))
    after = run(client.get(f"{API}/shows/21411"))["show"]
    assert {**after, "lastModified": 0, "modified": 0} == {
        **show,
        "restrictAccessToMembers": True,
        "lastModified": 0,
        "modified": 0,
    }


def test_server_words_are_shown_on_one_plain_line() -> None:
    assert plain("a\r\nb\x1b[31m" + "c" * 999) == "a  b [31m" + "c" * 291


def test_g20_broken_compression_is_a_lost_answer(client: Client, simulator: Simulator, run: Run[Any]) -> None:
    packed = gzip.compress(b'{"shows": []}').decode("latin-1")
    simulator.faults.plan(
        Fault(path="/shows", status=200, body=packed, headers={"Content-Encoding": "gzip"}, times=2)
    )
    error = told_by(run, client.get(f"{API}/shows"))
    assert isinstance(error, ServerBusy)


def test_no_setup_for_a_location_is_told(studio: Studio, run: Run[Any]) -> None:
    show = run(studio.catalogue.create_show(new_show()))
    assert told_by(run, studio.catalogue.create_vod(show, 9)).code == "VS-SERVER-NOT-SET-UP"
    assert told_by(run, studio.catalogue.create_media("x", 9)).code == "VS-SERVER-NOT-SET-UP"


def new_show() -> Any:
    from tests.cablecast.test_contract import NEW

    return NEW


def test_a_catalogue_closes_what_it_opened(simulator: Simulator, run: Run[Any]) -> None:
    catalogue = CablecastCatalogue(Client(server_at(simulator.url), FakeSecrets(), FakeClock()))
    run(catalogue.facts())
    run(catalogue.close())
    run(catalogue.close())
