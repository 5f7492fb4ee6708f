"""The catalogue where servers differ from what is written down."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.cablecast.conftest import Run, Studio
from tests.cablecast.fakes import FakeClock
from vodstudio.cablecast import catalogue as catalogue_module
from vodstudio.core.errors import Refused, ServerAway, VodError
from vodstudio.demo.simulator_drives import movie_duration_s
from vodstudio.demo.simulator_faults import Fault
from vodstudio.demo.simulator_multipart import read_parts
from vodstudio.services.notebook import StoreNotebook
from vodstudio.store.store import SqliteStore


def test_check_for_a_guest_and_for_us(studio: Studio, run: Run[Any]) -> None:
    checked = run(studio.catalogue.check())
    assert checked["name"] == "Sample Station"
    assert checked["is_practice"] is True
    assert studio.simulator.faults.seen("GET", "/usersession")


def test_check_lets_a_server_that_is_away_be_away(studio: Studio, run: Run[Any]) -> None:
    studio.simulator.faults.plan(Fault(path="/systemtime", status=503, times=5))
    for _ in range(5):
        with pytest.raises(VodError):
            run(studio.catalogue.check())
    with pytest.raises(ServerAway):
        run(studio.catalogue.check())


def test_wrapped_and_bare_system_answers(studio: Studio, run: Run[Any]) -> None:
    wrapped = '{"systemInfo": {"hardwareID": "X1", "siteName": "Town"}}'
    studio.simulator.faults.plan(Fault(path="/systeminfo", status=200, body=wrapped))
    assert run(studio.catalogue.facts()).key == "X1"


def test_g17_a_server_without_a_clock_is_told(studio: Studio, run: Run[Any]) -> None:
    studio.simulator.faults.plan(Fault(path="/systemtime", status=200, body='{"time": null}'))
    with pytest.raises(Refused) as told:
        run(studio.catalogue.facts())
    assert "systemtime: field 'time'" in told.value.detail


MASTER = '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI="a.m3u8"\n#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",URI="{0}"\n'


def read_captions(studio: Studio, run: Run[Any], master: str, listed: str = "") -> list[str]:
    studio.simulator.faults.plan(
        Fault(path="vod.m3u8$", status=200, body=master, content_type="text/plain"),
        Fault(path="captions.en.m3u8$", status=200, body=listed, content_type="text/plain"),
        Fault(path="0.vtt$", status=200, body="WEBVTT", content_type="text/vtt"),
    )
    pieces: list[str] = run(studio.catalogue.viewer_captions("/store-1/1-x-v1/vod.m3u8"))
    return pieces


def test_a_player_list_without_a_track(studio: Studio, run: Run[Any]) -> None:
    assert read_captions(studio, run, "#EXTM3U\n1080p.m3u8\n") == []
    assert read_captions(studio, run, '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s"\n') == []


def test_addresses_are_relative_to_the_list_they_stand_in(studio: Studio, run: Run[Any]) -> None:
    listed = "#EXTM3U\n#EXTINF:10,\npieces/0.vtt?duration=10\n\n#EXTINF:10,\npieces/1.vtt\n#EXT-X-ENDLIST\n"
    assert read_captions(studio, run, MASTER.format("captions.en.m3u8"), listed) == ["WEBVTT"]
    seen = [one.path for one in studio.simulator.faults.seen("GET", "/pieces/")]
    assert sorted(seen) == ["/store-1/1-x-v1/pieces/0.vtt", "/store-1/1-x-v1/pieces/1.vtt"]


def test_i17_a_track_without_end_is_refused(studio: Studio, run: Run[Any]) -> None:
    listed = "x.vtt\n" * (catalogue_module.MOST_PIECES + 1)
    with pytest.raises(Refused) as told:
        read_captions(studio, run, MASTER.format("captions.en.m3u8"), listed)
    assert told.value.code == "VS-TOO-MANY-PIECES"


def test_what_the_notebook_keeps_is_in_the_store(tmp_path: Path, run: Run[Any]) -> None:
    store = SqliteStore(tmp_path / "store" / "queue.sqlite3")
    (tmp_path / "store").mkdir()
    store.open()
    notebook = StoreNotebook(store, FakeClock())
    assert run(notebook.read("server:main")) is None
    run(notebook.write("server:main", "X1"))
    run(notebook.write("server:main", "X2"))
    assert run(notebook.read("server:main")) == "X2"
    run(notebook.audit("published", {"show_id": 7}))
    with closing(sqlite3.connect(store.files.path)) as connection:
        assert connection.execute("SELECT what, body FROM audit").fetchall() == [
            ("published", '{"show_id":7}')
        ]
    store.close()


def box(kind: bytes, body: bytes, *, is_long: bool = False) -> bytes:
    if is_long:
        return struct.pack(">I4sQ", 1, kind, 16 + len(body)) + body
    return struct.pack(">I4s", 8 + len(body), kind) + body


def mvhd(version: int, scale: int, length: int) -> bytes:
    times = (
        struct.pack(">QQIQ", 0, 0, scale, length) if version else struct.pack(">IIII", 0, 0, scale, length)
    )
    return box(b"mvhd", bytes([version, 0, 0, 0]) + times + bytes(80))


@pytest.mark.parametrize(
    ("content", "duration_s"),
    [
        (box(b"moov", mvhd(0, 1000, 30200)), 30.2),
        (box(b"moov", mvhd(1, 600, 1200)), 2.0),
        (box(b"mdat", b"x" * 20, is_long=True) + box(b"moov", mvhd(0, 1000, 1000), is_long=True), 1.0),
        (struct.pack(">I4s", 0, b"moov") + mvhd(0, 1000, 5000), 5.0),
        (box(b"moov", mvhd(0, 0, 5)), None),
        (box(b"moov", b"nothing here"), None),
        (box(b"moov", b"\0\0\0\x10mvhd\0\0"), None),
        (box(b"mdat", b"x" * 20), None),
        (box(b"moov", mvhd(0, 1000, 1000)) + struct.pack(">I4s", 500, b"mdat"), None),
        (struct.pack(">I4s", 3, b"mdat") + bytes(20), None),
    ],
)
def test_c03_c04_the_indexer_wants_a_whole_movie(content: bytes, duration_s: float | None) -> None:
    assert movie_duration_s(BytesIO(content), len(content)) == duration_s


def test_forms_are_read_with_any_content() -> None:
    body = (
        b'--XX\r\nContent-Disposition: form-data; name="segment"\r\n\r\n0\r\n'
        b'--XX\r\nContent-Type: x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        b"\r\n\x00--Y\r\n\xff\r\n--XX\r\nX-Nothing: 1\r\n\r\nlost\r\n--XX--\r\n"
    )
    parts = read_parts('multipart/form-data; boundary="XX"', body)
    assert parts == {"segment": b"0", "file": b"\r\n\x00--Y\r\n\xff"}
    assert read_parts("application/json", body) == {}
