"""Corrected minutes: kept by the content of the recording, because they outlive its job."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Connection

from vodstudio.core.crash import crash_point
from vodstudio.core.measured import Measured, Sample
from vodstudio.core.recording import Fingerprint
from vodstudio.core.station import CityId
from vodstudio.store.values import city_of, clean, micros, moment

_KEEP = """
INSERT INTO samples (fingerprint, model, start_ms, end_ms, samples, city_id, text, words, changed, missing, invented, at)
 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
 ON CONFLICT DO UPDATE SET end_ms = excluded.end_ms, samples = excluded.samples, city_id = excluded.city_id,
 text = excluded.text, words = excluded.words, changed = excluded.changed, missing = excluded.missing,
 invented = excluded.invented, at = excluded.at"""
OF_RECORDING = """
SELECT fingerprint, model, start_ms, end_ms, samples, city_id, text, words, changed, missing, invented, at
 FROM samples WHERE fingerprint = ? AND model = ? ORDER BY start_ms"""
MEASURED = """
SELECT model, sum(words), sum(changed + missing + invented), sum(samples), count(*), max(at) FROM (
 SELECT model, sum(words) AS words, sum(changed) AS changed, sum(missing) AS missing, sum(invented) AS invented,
 count(*) AS samples, max(at) AS at FROM samples WHERE city_id = ?
 GROUP BY fingerprint, model HAVING count(*) >= max(samples.samples)
) GROUP BY model ORDER BY max(at) DESC, model"""


class SqlSamples:
    """`core.ports.Samples` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, sample: Sample) -> None:
        """Know this minute; what was known of the same one is replaced."""
        self._connection.exec_driver_sql(
            _KEEP,
            (
                sample.fingerprint,
                clean(sample.model),
                round(sample.start_s * 1000),
                round(sample.end_s * 1000),
                sample.samples,
                sample.city_id or "",
                clean(sample.text),
                sample.words,
                sample.changed,
                sample.missing,
                sample.invented,
                micros(sample.at),
            ),
        )
        crash_point("store.sample.written")

    def of(self, fingerprint: Fingerprint, model: str) -> list[Sample]:
        """The corrected minutes of a recording, in their order."""
        rows = self._connection.exec_driver_sql(OF_RECORDING, (fingerprint, model)).fetchall()
        return [_sample(tuple(row)) for row in rows]

    def measured(self, city_id: CityId) -> tuple[Measured, ...]:
        """What the whole measurements of a city say, for each model, the newest first."""
        rows = self._connection.exec_driver_sql(MEASURED, (city_id,)).fetchall()
        return tuple(
            Measured(
                model=row[0],
                words=row[1],
                errors=row[2],
                samples=row[3],
                recordings=row[4],
                at=moment(row[5]),
            )
            for row in rows
        )


def _sample(row: tuple[object, ...]) -> Sample:
    made = cast("tuple[str, str, int, int, int, str, str, int, int, int, int, int]", row)
    return Sample(
        fingerprint=Fingerprint(made[0]),
        model=made[1],
        start_s=made[2] / 1000,
        end_s=made[3] / 1000,
        samples=made[4],
        city_id=city_of(made[5]),
        text=made[6],
        words=made[7],
        changed=made[8],
        missing=made[9],
        invented=made[10],
        at=moment(made[11]),
    )
