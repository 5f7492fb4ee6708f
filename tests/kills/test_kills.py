"""D05, A01: the whole program is killed in the middle of the demo, and the next start finishes as if it had not been."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.kills.trial import Trial, kill_and_finish

KILLS = 30


@pytest.mark.timeout(400)
def test_three_kills_and_the_next_start_finishes(tmp_path: Path) -> None:
    """While speech is heard, while captions are made and while the show is published."""
    trial = Trial(home=tmp_path / "home")
    trial.prepare()
    kept: dict[str, set[str]] = {}
    for said in ("Speech begins", "Captions done", "Publish begins"):
        trial.kill_when(said)
        assert trial.orphans() == []
        kept |= trial.files()
    assert trial.finish() == 0, trial.where()
    assert trial.orphans() == []
    assert trial.temporaries() == []
    whole, outcome = trial.files(), trial.outcome()
    assert {name: whole.get(name) for name in kept} == kept
    assert len(outcome.shows) == len(set(outcome.shows)) == 5
    assert {kind: outcome.objects[kind] for kind in ("show", "vod", "asset")} == {
        "show": 5,
        "vod": 2,
        "asset": 2,
    }


@pytest.mark.slow
@pytest.mark.timeout(3 * 3600)
def test_thirty_kills_at_random_moments(tmp_path: Path) -> None:
    """Each in a home of its own; outputs, shows and objects are those of an undisturbed run."""
    undisturbed = Trial(home=tmp_path / "undisturbed")
    undisturbed.prepare()
    assert undisturbed.finish() == 0
    expected, lasts_s = undisturbed.outcome(), undisturbed.lasted_s
    moments = random.Random(20)
    kills = 0
    while kills < KILLS:
        trial = Trial(home=tmp_path / f"home-{kills}")
        trial.prepare()
        verdict = kill_and_finish(trial, expected, moments.uniform(0.0, lasts_s))
        assert verdict.wrong == (), verdict
        kills += verdict.was_killed
