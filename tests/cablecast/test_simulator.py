"""The simulated server itself: it has to behave as the real one, or our proofs are worth nothing."""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.cablecast.conftest import UNTIL_DONE_S, Studio
from tests.cablecast.fakes import CUES, tiny_movie
from vodstudio.captions.scc import write_scc
from vodstudio.demo.simulator_captions import NotCaptions, decode_scc
from vodstudio.demo.simulator_seed import FIRST_SHOW
from vodstudio.demo.simulator_vods import advance, retranscode

V1 = "/cablecastapi/v1"
GOOD = "Basic " + base64.b64encode(b"station:cablecast").decode()
SEARCH_ALL: dict[str, Any] = {"groups": [], "sortOptions": []}


class Refusal(AssertionError):
    """An answer that is not good."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text}")
        self.status = status


def ask(url: str, method: str = "GET", body: Any = None, auth: str | None = GOOD) -> Any:
    headers = {"Content-Type": "application/json"} | ({"Authorization": auth} if auth else {})
    content = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, method=method, data=content, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
            if text and "json" in answer.headers["Content-Type"]:
                return json.loads(text)
            return text if "video" in answer.headers["Content-Type"] else text.decode()
    except urllib.error.HTTPError as error:
        with error:
            raise Refusal(error.code, error.read().decode()) from error


@pytest.fixture
def url(studio: Studio) -> str:
    return studio.simulator.url


def refused(url: str, *arguments: Any, **words: Any) -> int:
    with pytest.raises(Refusal) as told:
        ask(url, *arguments, **words)
    return told.value.status


def new_show(url: str, **changes: Any) -> dict[str, Any]:
    show = {"title": "x", "cgTitle": "x", "location": 1, "customFields": [], **changes}
    made: dict[str, Any] = ask(f"{url}{V1}/shows", "POST", {"show": show})["show"]
    return made


@pytest.mark.parametrize("root", ["/cablecastapi/v1", "/CablecastAPI/v1", "/Cablecastapi/V1"])
@pytest.mark.parametrize("path", ["/vodconfigurations", "/vodConfigurations", "/VodConfigurations/"])
def test_paths_in_any_letter_case(url: str, root: str, path: str) -> None:
    assert list(ask(url + root + path)) == ["vodConfigurations"]


def test_wrappers_and_meta(url: str) -> None:
    assert ask(f"{url}{V1}/shows")["meta"] == {"offset": 0, "pageSize": 50, "count": 4}
    assert list(ask(f"{url}{V1}/shows/{FIRST_SHOW}")) == ["meta", "show"]
    assert ask(f"{url}{V1}/shows/{FIRST_SHOW}")["meta"] is None
    assert list(ask(f"{url}{V1}/producers")) == ["producers"]
    assert list(ask(f"{url}{V1}/media")) == ["media"]
    assert list(ask(f"{url}{V1}/showfields")) == ["showFields", "fieldDefinitions"]
    made = ask(f"{url}{V1}/vods", "POST", {"vod": {"show": FIRST_SHOW, "vodConfiguration": 1}})
    assert list(made) == ["vod"]
    assert "siteName" in ask(f"{url}{V1}/systeminfo", auth=None)


def test_paging_counts_pages_and_ignores_other_words(url: str) -> None:
    first = ask(f"{url}{V1}/shows?page_size=3")["shows"]
    second = ask(f"{url}{V1}/shows?page_size=3&offset=1")["shows"]
    assert [show["id"] for show in first] == [FIRST_SHOW + 3, FIRST_SHOW + 2, FIRST_SHOW + 1]
    assert [show["id"] for show in second] == [FIRST_SHOW]
    assert len(ask(f"{url}{V1}/shows?pageSize=1&limit=1")["shows"]) == 4
    assert len(ask(f"{url}{V1}/shows?page_size=-1")["shows"]) == 4


def test_lists_by_ids_search_and_fields(url: str) -> None:
    rows = ask(f"{url}{V1}/shows?ids[]={FIRST_SHOW}&ids[]={FIRST_SHOW + 2}&fields=id,title")["shows"]
    assert [sorted(row) for row in rows] == [["id", "title"], ["id", "title"]]
    assert [row["id"] for row in ask(f"{url}{V1}/shows?search=oakdale")["shows"]] == [FIRST_SHOW + 1]
    assert ask(f"{url}{V1}/shows?location=2")["shows"] == []
    loaded = ask(f"{url}{V1}/shows/{FIRST_SHOW}?include=reel,media,project,nonsense")
    assert list(loaded) == ["meta", "show", "reels", "media", "projects"]
    assert loaded["reels"][0]["show"] == FIRST_SHOW


def find(url: str, field: str, operator: str, value: Any) -> list[int]:
    wanted = {"field": field, "operator": operator, "searchValue": value}
    query = {"groups": [{"orAnd": "and", "filters": [wanted]}], "sortOptions": []}
    asked = {"savedShowSearch": {"name": "", "query": query}}
    found: list[int] = ask(f"{url}{V1}/shows/search/advanced", "POST", asked, auth=None)["savedShowSearch"][
        "results"
    ]
    return found


def test_advanced_search(url: str) -> None:
    assert find(url, "showId", "equals", str(FIRST_SHOW)) == [FIRST_SHOW]
    assert find(url, "title", "equals", "birchwood city council meeting") == [FIRST_SHOW + 2]
    assert find(url, "hasVod", "equals", "true") == []
    assert len(find(url, "lastModified", "greaterThan", "2020-01-01")) == 4
    assert find(url, "eventDate", "lessThan", "2025-06-04T00:00:00Z") == [FIRST_SHOW]
    assert find(url, "title", "empty", None) == [FIRST_SHOW + 3]
    for field, operator, value in (
        ("nonsense", "equals", "x"),
        ("title", "contains", "x"),
        ("showId", "equals", 5),
    ):
        with pytest.raises(Refusal):
            find(url, field, operator, value)


def test_only_signed_in_users_write(url: str) -> None:
    body = {"show": {"title": "x", "location": 1}}
    assert refused(f"{url}{V1}/shows", "POST", body, auth=None) == 401
    assert refused(f"{url}{V1}/shows", "POST", body, auth="Basic eDp5") == 401
    assert refused(f"{url}{V1}/shows", "GET", auth="Basic !!") == 401
    assert refused(f"{url}{V1}/usersession", auth=None) == 401
    ask(f"{url}{V1}/shows", "POST", body, auth=GOOD.replace("Basic ", "Basic  "))


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("shows", {"title": "x"}, 400),
        ("shows", {"show": {"location": 1}}, 400),
        ("shows", {"show": {"title": "x", "location": 77}}, 400),
        ("reels", {"reel": {"show": 5, "media": 1}}, 400),
        ("vods", {"vod": {"show": FIRST_SHOW, "vodConfiguration": 9}}, 400),
        ("locations", {"location": {}}, 404),
        ("nonsense", {}, 405),
        ("fileuploads", {"fileUpload": {"fileName": "../x", "destinationStore": 1, "totalSegments": 1, "size": 1}}, 400),
    ],
)  # fmt: skip
def test_bad_writes_are_refused(url: str, path: str, body: Any, status: int) -> None:
    assert refused(f"{url}{V1}/{path}", "POST", body) == status


def test_other_methods_and_places(url: str) -> None:
    assert refused(f"{url}{V1}/shows/{FIRST_SHOW}", "DELETE") == 405
    assert refused(f"{url}{V1}/shows", "HEAD") == 405
    assert refused(f"{url}{V1}/shows/5") == 404
    assert refused(f"{url}/cablecastapi/publicsitedata/shows/5") == 404
    assert refused(f"{url}/cablecastapi/publicsitedata/shows/5", "POST", {}) == 403
    assert refused(f"{url}/nothing") == 404
    assert refused(f"{url}/__faults", "PATCH") == 501


def test_dates_come_with_the_local_offset(studio: Studio, url: str) -> None:
    assert new_show(url, eventDate="2026-01-10")["eventDate"] == "2026-01-10T00:00:00-06:00"
    assert new_show(url, eventDate="2026-07-10T23:30:00Z")["eventDate"] == "2026-07-10T18:30:00-05:00"
    assert new_show(url, eventDate="nonsense")["eventDate"] is None
    studio.clock.advance(0.25)
    assert new_show(url)["created"] == "2026-06-10T12:00:00.25-05:00"


def test_chapters(url: str) -> None:
    vod = ask(f"{url}{V1}/vods", "POST", {"vod": {"show": FIRST_SHOW, "vodConfiguration": 1}})["vod"]
    for title, offset in (("Roll call", 60), ("Opening", 5)):
        chapter = {"vod": vod["id"], "title": title, "body": "", "offset": offset, "order": None}
        ask(f"{url}{V1}/chapters", "POST", {"chapter": chapter})
    assert ask(f"{url}{V1}/vods/{vod['id']}/chapters") == "WEBVTT FILE\n"
    whole = ask(f"{url}{V1}/vods/{vod['id']}")
    whole["vod"]["chaptersPublished"] = True
    ask(f"{url}{V1}/vods/{vod['id']}", "PUT", whole)
    text = ask(f"{url}{V1}/vods/{vod['id']}/chapters")
    assert "00:00:05.000 --> 00:01:00.000\nOpening" in text
    assert [row["title"] for row in ask(f"{url}{V1}/chapters?vod={vod['id']}")["chapters"]] == [
        "Roll call",
        "Opening",
    ]


def test_a_real_decoder_reads_the_sidecar() -> None:
    shown = decode_scc(write_scc(CUES).text.encode())
    assert [" ".join(one.lines) for one in shown] == [cue.text for cue in CUES]
    assert all(abs(one.start_s - cue.start_s) < 0.05 for one, cue in zip(shown, CUES, strict=True))


@pytest.mark.parametrize(
    "fake",
    [
        b"",
        b"WEBVTT",
        b"Scenarist_SCC V1.0\r\n\r\nThe council will come to order.",
        b"Scenarist_SCC V1.0\r\n\r\n00:00:01;00 9420 9420",
        b"Scenarist_SCC V1.0\r\n\r\n00:00:01;00\t0000 0000",
        b"Scenarist_SCC V1.0\r\n\r\n00:00:01;00\t9420 9420 942f 942f",
    ],
)
def test_what_is_no_captions_gives_none(fake: bytes) -> None:
    with pytest.raises(NotCaptions):
        decode_scc(fake)


def complete_video(studio: Studio, sidecar: bytes | None) -> dict[str, Any]:
    base = studio.drive / f"{FIRST_SHOW}-1-Grant City Council 06_03"
    if sidecar is not None:
        base.with_suffix(".scc").write_bytes(sidecar)
    tiny_movie(base.with_suffix(".mp4"), 30.2)
    url = studio.simulator.url
    vod: dict[str, Any] = ask(
        f"{url}{V1}/vods", "POST", {"vod": {"show": FIRST_SHOW, "vodConfiguration": 1}}
    )["vod"]
    for _ in range(4):
        studio.clock.advance(UNTIL_DONE_S)
        advance(studio.simulator.world)
    whole: dict[str, Any] = ask(f"{url}{V1}/vods/{vod['id']}")["vod"]
    return whole


def test_a_video_goes_through_its_states(studio: Studio) -> None:
    url = studio.simulator.url
    vod = ask(f"{url}{V1}/vods", "POST", {"vod": {"show": FIRST_SHOW, "vodConfiguration": 1}})["vod"]
    tiny_movie(studio.drive / f"{FIRST_SHOW}-1-Grant.mp4", 30.2)
    states = []
    for _ in range(30):
        status = ask(f"{url}{V1}/vodstatuses/{vod['id']}")["vodStatus"]
        states.append(status["vodState"])
        assert 0.0 <= status["percentComplete"] <= 1.0
        studio.clock.advance(4)
    assert list(dict.fromkeys(states)) == ["waiting", "queued", "processing", "partial", "complete"]


def test_the_address_of_a_video_changes_with_each_transcode(studio: Studio) -> None:
    vod = complete_video(studio, None)
    assert vod["url"].endswith(f"/store-1/{FIRST_SHOW}-Grant-City-Council-0-v1/vod.mp4")
    assert len(ask(vod["url"])) > 5000
    retranscode(studio.simulator.world, vod["id"])
    studio.clock.advance(UNTIL_DONE_S)
    again = ask(f"{studio.simulator.url}{V1}/vods/{vod['id']}")["vod"]
    assert again["url"].endswith("-v2/vod.mp4")
    assert refused(vod["url"]) == 404


def test_false_captions_are_not_shown(studio: Studio) -> None:
    complete_video(studio, b"Scenarist_SCC V1.0\r\n\r\nThe council will come to order.\r\n")
    public = ask(f"{studio.simulator.url}/cablecastapi/publicsitedata/shows/{FIRST_SHOW}")["show"]
    assert public["hasClosedCaptions"] is False
    assert ask(f"{studio.simulator.url}{V1}/shows/{FIRST_SHOW}")["show"]["hasCaptions"] is False


def test_true_captions_are_shown_in_pieces(studio: Studio) -> None:
    complete_video(studio, write_scc(CUES).text.encode())
    public = ask(f"{studio.simulator.url}/cablecastapi/publicsitedata/shows/{FIRST_SHOW}", auth=None)["show"]
    assert public["hasClosedCaptions"] is True
    folder = public["vodUrl"].rsplit("/", 1)[0]
    assert "captions.en.m3u8" in ask(public["vodUrl"], auth=None)
    both = [ask(f"{folder}/subtitles/0/captions.en.0000{n}.vtt?duration=10", auth=None) for n in (0, 1)]
    assert all("Please rise for the pledge" in piece for piece in both)
    assert ask(public["vodTranscripts"][0]["url"]).startswith("00:00:02,0")


def test_a_file_that_grows_while_it_is_indexed_is_invalid_until_reindexed(studio: Studio) -> None:
    path = tiny_movie(studio.drive / f"{FIRST_SHOW}-1-Grant.mp4", 30.2)
    advance(studio.simulator.world)
    tiny_movie(path, 30.2, fill=b"y" * 9000)
    studio.clock.advance(10)
    url = studio.simulator.url
    reel = ask(f"{url}{V1}/reels?show={FIRST_SHOW}")["reels"][0]
    assert (reel["hasValidFile"], reel["hasInvalidFile"]) == (False, True)
    ask(f"{url}{V1}/digitalfiles/1/reindex", "POST", {})
    studio.clock.advance(10)
    reel = ask(f"{url}{V1}/reels/{reel['id']}")["reel"]
    assert (reel["hasValidFile"], reel["hasInvalidFile"]) == (True, False)


@pytest.mark.parametrize("content", [b"", b"random bytes that are no movie", b"\0\0\0\x10ftypisom\0\0\2\0"])
def test_c02_what_is_no_movie_is_invalid(studio: Studio, content: bytes) -> None:
    (studio.drive / f"{FIRST_SHOW}-1-Grant.mp4").write_bytes(content)
    advance(studio.simulator.world)
    studio.clock.advance(10)
    reel = ask(f"{studio.simulator.url}{V1}/reels?show={FIRST_SHOW}")["reels"][0]
    assert reel["hasInvalidFile"] is True


def test_files_under_temporary_names_are_not_seen(studio: Studio) -> None:
    (studio.drive / ".vs-0123456789ab.tmp").write_bytes(b"x")
    (studio.drive / f"{FIRST_SHOW}-1-Grant.srt").write_bytes(b"x")
    advance(studio.simulator.world)
    assert studio.count("file") == 0


def test_a_guest_may_get_an_old_answer(studio: Studio) -> None:
    world, url = studio.simulator.world, studio.simulator.url
    import dataclasses

    world.behaviour = dataclasses.replace(world.behaviour, cache_s=60.0)
    before = ask(f"{url}{V1}/shows", auth=None)["meta"]["count"]
    new_show(url)
    assert ask(f"{url}{V1}/shows", auth=None)["meta"]["count"] == before
    assert ask(f"{url}{V1}/shows")["meta"]["count"] == before + 1


def test_faults_can_be_planned_from_outside(studio: Studio) -> None:
    url = studio.simulator.url
    ask(f"{url}/__faults", "POST", {"faults": [{"path": "/shows", "status": 503, "times": 2}]})
    assert refused(f"{url}{V1}/shows") == 503
    ask(f"{url}/__faults", "DELETE")
    assert ask(f"{url}{V1}/shows")["meta"]["count"] == 4
    assert len(ask(f"{url}/__requests")["requests"]) == 2
    assert refused(f"{url}/__nothing") == 404


def start(folder: Path, *more: str) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    code = "import sys; from vodstudio.demo.simulator import main; sys.exit(main(sys.argv[1:]))"
    child = subprocess.Popen(
        [sys.executable, "-c", code, "--folder", str(folder), *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert child.stdout is not None
    return child, json.loads(child.stdout.readline())


def test_it_runs_by_itself_keeps_what_it_answered_and_ends_with_its_caller(tmp_path: Path) -> None:
    """A01: killed the hard way right after an answer, the record is there at the next start."""
    child, ready = start(tmp_path / "server", "--until-stdin-closes")
    made = new_show(ready["url"])
    child.kill()
    child.communicate()
    child, ready = start(tmp_path / "server", "--until-stdin-closes", "--drive", f"3={tmp_path / 'flex-3'}")
    assert ask(f"{ready['url']}{V1}/shows/{made['id']}")["show"]["title"] == "x"
    assert ready["drives"] == [str(tmp_path / "flex-3")]
    child.communicate()
    assert child.returncode == 0


def test_i8_it_ends_when_its_caller_is_gone_before_it_is_ready(tmp_path: Path) -> None:
    """Killed while the server was starting: nobody reads the address, and no orphan stays."""
    code = "import sys; from vodstudio.demo.simulator import main; sys.exit(main(sys.argv[1:]))"
    child = subprocess.Popen(
        [sys.executable, "-c", code, "--folder", str(tmp_path / "server"), "--until-stdin-closes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.close()
    child.stdout.close()
    assert child.wait(30) != 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send")
def test_it_ends_when_asked(tmp_path: Path) -> None:
    child, ready = start(tmp_path / "server", "--drive", str(tmp_path / "one"))
    taken, _ = child, ready
    again = subprocess.run(
        [sys.executable, "-c", "import sys; from vodstudio.demo.simulator import main; sys.exit(main(sys.argv[1:]))",
         "--folder", str(tmp_path / "other"), "--port", str(ready["port"])],
        stdin=subprocess.DEVNULL, capture_output=True, check=False, cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    taken.send_signal(signal.SIGTERM)
    taken.communicate()
    assert taken.returncode == 0
    assert again.returncode == 2
    assert b"cannot be used" in again.stderr
