"""E14: the whole program is killed while it hears; the words are those of a run that nobody disturbed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kills.speech_trial import HEARD, KEPT, Moment, SpeechTrial

KILLS = 20
# The one that was heard and not yet kept, and the one that was being heard.
MOST_AGAIN = 2


@pytest.fixture
def trial(tmp_path: Path) -> SpeechTrial:
    made = SpeechTrial(tmp_path)
    made.prepare()
    return made


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "moment",
    [
        Moment(what="inside a window", place=HEARD, visit=2, after_s=0.1),
        Moment(what="between commit and ack", place=KEPT, visit=2),
    ],
    ids=lambda moment: moment.what,
)
def test_e14_the_next_start_goes_on_with_the_same_words(trial: SpeechTrial, moment: Moment) -> None:
    verdict = trial.kill(moment)
    assert verdict.was_killed
    assert verdict.kept_before > 0
    assert (verdict.status, verdict.is_same) == (0, True)
    assert 0 <= verdict.again <= MOST_AGAIN


@pytest.mark.slow
@pytest.mark.timeout(2 * 3600)
def test_e14_twenty_kills(trial: SpeechTrial) -> None:
    """In the listening pass, while the model loads, inside a window, around its commit, and before the ack."""
    killed = [verdict for verdict in map(trial.kill, trial.moments(2 * KILLS, seed=2)) if verdict.was_killed]
    assert len(killed) >= KILLS
    for verdict in killed:
        assert (verdict.status, verdict.is_same) == (0, True), verdict
        assert verdict.again <= MOST_AGAIN, verdict
