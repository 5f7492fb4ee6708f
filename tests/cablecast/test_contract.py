"""One contract for the catalogue: the hand-written fake and the real client over the simulated server keep it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cablecast.conftest import Run, Studio
from tests.cablecast.fakes import FakeCatalogue, FakeClock
from vodstudio.core.errors import NotFound
from vodstudio.core.server import Catalogue
from vodstudio.core.shows import FileState, MediaId, NewShow, ReelId, ShowId, VodId, VodState

NEW = NewShow(title="Birchwood City Council", location=1, marker="job-1", event_date=date(2026, 6, 10))


@pytest.fixture(params=["fake", "client"])
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    if request.param == "fake":
        return FakeCatalogue(FakeClock())
    studio: Studio = request.getfixturevalue("studio")
    return studio.catalogue


def test_a_show_is_read_as_it_was_made(catalogue: Catalogue, run: Run[Any]) -> None:
    number = run(catalogue.create_show(NEW))
    show = run(catalogue.show(number))
    assert (show.id, show.title, show.location, show.marker) == (number, NEW.title, 1, "job-1")
    assert (show.reels, show.vods, show.has_captions) == ((), (), False)
    assert show.created_at is not None
    assert show.created_at.tzinfo is not None


def test_stores_have_numbers_and_names(catalogue: Catalogue, run: Run[Any]) -> None:
    assert run(catalogue.file_stores()) == {1: "Content drive 1"}


def test_two_shows_are_two(catalogue: Catalogue, run: Run[Any]) -> None:
    assert run(catalogue.create_show(NEW)) != run(catalogue.create_show(NEW))


def test_what_is_not_there_is_not_found(catalogue: Catalogue, run: Run[Any]) -> None:
    for ask in (
        lambda: catalogue.show(ShowId(987654)),
        lambda: catalogue.reel(ReelId(987654)),
        lambda: catalogue.vod(VodId(987654)),
        lambda: catalogue.vod_progress(VodId(987654)),
        lambda: catalogue.public_show(ShowId(987654)),
    ):
        with pytest.raises(NotFound):
            run(ask())


def test_a_new_show_is_among_the_changed(catalogue: Catalogue, run: Run[Any]) -> None:
    before = run(catalogue.facts()).time
    number = run(catalogue.create_show(NEW))
    changed = run(catalogue.shows_changed_since(before, 1))
    assert [show.id for show in changed if show.marker == "job-1"] == [number]
    later = run(catalogue.shows_changed_since(before + timedelta(hours=1), 1))
    assert number not in {show.id for show in later}
    assert not [show for show in run(catalogue.shows_changed_since(before, 2)) if show.id == number]


def test_media_are_found_by_their_whole_name(catalogue: Catalogue, run: Run[Any]) -> None:
    assert run(catalogue.media_named("21415-1-Birchwood", 1)) == []
    number = run(catalogue.create_media("21415-1-Birchwood", 1))
    run(catalogue.create_media("21415-1-Birchwood City", 1))
    assert run(catalogue.media_named("21415-1-Birchwood", 1)) == [number]


def test_a_reel_hangs_on_its_show(catalogue: Catalogue, run: Run[Any]) -> None:
    show = run(catalogue.create_show(NEW))
    media = run(catalogue.create_media("x", 1))
    reel = run(catalogue.create_reel(show, MediaId(media), 1, 31))
    assert run(catalogue.show(show)).reels == (reel,)
    seen = run(catalogue.reel(reel))
    assert (seen.show_id, seen.number, seen.file) == (show, 1, FileState.NONE)


def test_a_video_without_a_file_waits(catalogue: Catalogue, run: Run[Any]) -> None:
    show = run(catalogue.create_show(NEW))
    vod = run(catalogue.create_vod(show, 1))
    assert run(catalogue.show(show)).vods == (vod,)
    assert run(catalogue.vod_progress(vod)).state is VodState.WAITING
    assert run(catalogue.vod(vod)).show_id == show


def test_the_public_page_of_a_show_without_video(catalogue: Catalogue, run: Run[Any]) -> None:
    show = run(catalogue.create_show(NEW))
    public = run(catalogue.public_show(show))
    assert (public.id, public.title, public.has_captions) == (show, NEW.title, False)


def test_the_server_says_who_it_is(catalogue: Catalogue, run: Run[Any], tmp_path: Path) -> None:
    facts = run(catalogue.facts())
    assert facts.key
    assert facts.is_practice
    assert facts.time.tzinfo is not None
    checked = run(catalogue.check())
    assert {"name", "version", "key"} <= set(checked)
