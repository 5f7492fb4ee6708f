"""The station file and the settings: what is read, what is refused, and what a save keeps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vodstudio import config, paths
from vodstudio.core.errors import NeedsUser
from vodstudio.core.station import (
    City,
    CityId,
    EncodeSettings,
    Lane,
    Preset,
    PresetId,
    Server,
    SpeechSettings,
    Station,
    Storage,
    Unattended,
)
from vodstudio.station_file import StationRead, read_station
from vodstudio.toml_reading import fields_of, line_of

STATION = """\
# our station
name = "Valley"

[lanes]
speech = 2  # two cards

[cities.birchwood]
name = "Birchwood"
aliases = ["Birchwood Village"]
server = "main"
preset = "council"
unattended = "ask"
location = 2

[cities.oakdale]
name = "Oakdale"

[storages.flex1]
path = "flex-1"
cities = ["birchwood"]
marker = ".vodstudio"
content_drive_of = "main"

[servers.main]
url = "https://cablecast.example.org"
user = "vod"
secret = "vault:cablecast"

[presets.council]
name = "Council meeting"
vocabulary = ["Birchwood"]

[presets.council.encode]
height = 720
loudness_lufs = -24

[presets.council.speech]
model = "small.en"
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "station.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_whole_file_is_read(tmp_path: Path) -> None:
    read = read_station(write(tmp_path, STATION))
    station = read.station
    assert read.warnings == ()
    city = station.city(CityId("birchwood"))
    assert city
    assert city.aliases == ("Birchwood Village",)
    assert city.unattended is Unattended.ASK
    assert station.storages[0].path == tmp_path / "flex-1"
    assert station.lanes == {Lane.SPEECH: 2}
    preset = station.preset(PresetId("council"))
    assert preset
    assert (preset.encode.height, preset.encode.loudness_lufs, preset.speech.model) == (
        720,
        -24.0,
        "small.en",
    )


def test_an_empty_file_is_a_station_with_one_preset(tmp_path: Path) -> None:
    assert len(read_station(write(tmp_path, "")).station.presets) == 1


WRONG = [
    ("height = 720", 'height = "tall"', 34, "[presets.council.encode] height", "a whole number"),
    ("height = 720", "height = 9", 34, "[presets.council.encode] height", "from 144 to 4320"),
    ("height = 720", 'speed = "veryfas"', 34, "[presets.council.encode] speed", 'did you mean "veryfast"'),
    ("height = 720", "out_point_s = 0.0", 34, "[presets.council.encode] out_point_s", "after in_point_s"),
    ('server = "main"', 'server = "man"', 10, "[cities.birchwood] server", 'did you mean "main"'),
    ('server = "main"', 'time_zone = "Mars/Olympus"', 10, "[cities.birchwood] time_zone", "America/Chicago"),
    (
        'unattended = "ask"',
        'unattended = "maybe"',
        12,
        "[cities.birchwood] unattended",
        '"publish", "careful", "ask"',
    ),
    ('aliases = ["Birchwood Village"]', 'aliases = "B"', 9, "[cities.birchwood] aliases", "a list"),
    ("location = 2", "location = true", 13, "[cities.birchwood] location", "a whole number"),
    ('cities = ["birchwood"]', 'cities = ["birchwod"]', 20, "[storages.flex1] cities", '"birchwood"'),
    ('path = "flex-1"', "", 18, "[storages.flex1] path", "is needed"),
    ('marker = ".vodstudio"', 'marker = "../x"', 21, "[storages.flex1] marker", "name of one file"),
    ('secret = "vault:cablecast"', 'secret = "hunter2"', 27, "[servers.main] secret", "a reference"),
    ('url = "https://cablecast.example.org"', 'url = "ftp://x"', 25, "[servers.main] url", "https://"),
    (
        'url = "https://cablecast.example.org"',
        'url = "https://u:p@x"',
        25,
        "[servers.main] url",
        "without name",
    ),
    (
        'vocabulary = ["Birchwood"]',
        'caption_profile = "BRODCAST-32"',
        31,
        "[presets.council] caption_profile",
        '"BROADCAST-32"',
    ),
    ('vocabulary = ["Birchwood"]', 'caption_place = "left"', 31, "[presets.council] caption_place", '"top"'),
    ('vocabulary = ["Birchwood"]', 'numbers = "roman"', 31, "[presets.council] numbers", '"words-to-ten"'),
    ('vocabulary = ["Birchwood"]', 'speaker_mark = "*"', 31, "[presets.council] speaker_mark", '">>", "-"'),
    ('vocabulary = ["Birchwood"]', 'scc = "pal"', 31, "[presets.council] scc", '"ndf"'),
    (
        'vocabulary = ["Birchwood"]',
        'scc_first_label = "25:00:00:00"',
        31,
        "[presets.council] scc_first_label",
        '"01:00:00:00"',
    ),
    ("speech = 2", "speech = 0", 5, "[lanes] speech", "from 1 to 64"),
    ("[cities.oakdale]", '[cities."Oak Dale"]', 15, "[cities] Oak Dale", "small letters"),
    ('name = "Valley"', "name = 3", 2, "name", "text in quotes"),
    ('name = "Valley"', 'servers = "x"', 2, "servers", "a table [servers]"),
    ("location = 2", "location = 0", 13, "[cities.birchwood] location", "from 1 to 2147483648"),
    ('path = "flex-1"', 'path = "~nobody-here/flex"', 19, "[storages.flex1] path", "a user of this computer"),
    ('model = "small.en"', 'compute_type = "float9"', 38, "[presets.council.speech] compute_type", '"int8"'),
    ('name = "Birchwood"', 'name = "Birch\\nwood"', 8, "[cities.birchwood] name", '"Birch wood"'),
]


@pytest.mark.parametrize(("before", "after", "line", "where", "expected"), WRONG)
def test_a_wrong_value_names_file_line_key_and_what_was_expected(
    tmp_path: Path, before: str, after: str, line: int, where: str, expected: str
) -> None:
    text = STATION.replace(before, after, 1)
    if after.startswith("servers"):
        text = text[: text.index("[servers.main]")]
    path = write(tmp_path, text)
    with pytest.raises(NeedsUser) as caught:
        read_station(path)
    assert f"station.toml, line {line}: {where}: " in caught.value.title
    assert expected in caught.value.title
    assert str(path) in caught.value.hint
    assert not {"hunter2", "u:p@x"} & set(re.findall(r"[^\s\"]+", caught.value.title))


def test_syntax_errors_carry_the_line(tmp_path: Path) -> None:
    with pytest.raises(NeedsUser, match="line 3"):
        read_station(write(tmp_path, 'name = "a"\n[lanes]\nspeech = = 2\n'))


@pytest.mark.parametrize("text", ["a = " + "[" * 2000 + "]" * 2000, "a" * 5_000_000, "x." * 40 + "y = 1"])
def test_i07_hostile_files_are_refused_at_once(tmp_path: Path, text: str) -> None:
    with pytest.raises(NeedsUser):
        read_station(write(tmp_path, text))


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(NeedsUser, match="UTF-8"):
        read_station(path)


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_bytes(b"\xef\xbb\xbf" + STATION.replace("\n", "\r\n").encode())
    assert read_station(path).station.name == "Valley"


def test_unknown_keys_are_warnings_with_a_suggestion(tmp_path: Path) -> None:
    text = STATION.replace("location = 2", "locaton = 2").replace("[lanes]", "[lanes]\nspeach = 1")
    warnings = read_station(write(tmp_path, text)).warnings
    assert any(
        'line 14: [cities.birchwood] locaton is not known; did you mean "location"?' in w for w in warnings
    )
    assert any("[lanes] speach" in w and '"speech"' in w for w in warnings)


def test_an_unknown_table_is_named_with_its_line(tmp_path: Path) -> None:
    read = read_station(write(tmp_path, STATION.replace("[storages.flex1]", "[storage.flex1]")))
    assert read.warnings == ('station.toml, line 18: storage is not known; did you mean "storages"?',)


def test_a_backup_is_named_only_where_there_is_one(tmp_path: Path) -> None:
    path = write(tmp_path, "name =")
    with pytest.raises(NeedsUser) as caught:
        read_station(path)
    assert "previous" not in caught.value.hint
    path.with_name("station.toml.previous").write_text(STATION, encoding="utf-8")
    with pytest.raises(NeedsUser) as caught:
        read_station(path)
    assert "station.toml.previous" in caught.value.hint


def test_a_relative_folder_of_the_settings_lies_beside_them(tmp_path: Path) -> None:
    where = paths.places({"VODSTUDIO_HOME": str(tmp_path)})
    where.settings_file.write_text('work_folder = "big"\nffmpeg = "/opt/ffmpeg"\n', encoding="utf-8")
    settings = config.read_settings(where)
    assert settings.work_folder == tmp_path / "big"
    assert settings.preferences.ffmpeg == Path("/opt/ffmpeg")


def test_the_document_of_the_station_file_is_right_and_names_every_key(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "station-file.md").read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    read = read_station(write(tmp_path, example))
    assert (read.warnings, len(read.station.lanes)) == ((), len(Lane))
    read_classes = (Station, City, Storage, Server, Preset, EncodeSettings, SpeechSettings)
    keys = {key for cls in read_classes for key in fields_of(cls)} - {"id"}
    assert [
        key for key in sorted(keys) if not re.search(rf"^\[?\[?(\w+\.)*{key}\b", example, re.MULTILINE)
    ] == []
    assert [key for key in fields_of(config.Preferences) if f"`{key}`" not in text] == []


def test_lines_are_found_behind_long_strings() -> None:
    text = 'a = """\n[not.a.table]\nb = 1\n"""\n[t]\nx.y = 1\n'
    assert line_of(text, ("t", "x", "y")) == 6
    assert line_of(text, ("b",)) is None


def test_a_save_keeps_comments_and_the_file_before(tmp_path: Path) -> None:
    path = write(tmp_path, STATION)
    read: StationRead = config.save_city(path, "oakdale", {"preset": "council", "aliases": ["OD"]})
    saved = path.read_text()
    assert "# our station" in saved
    assert "# two cards" in saved
    city = read.station.city(CityId("oakdale"))
    assert city
    assert (city.preset, city.aliases) == ("council", ("OD",))
    assert (tmp_path / "station.toml.previous").read_text() == STATION
    assert config.save_city(path, "grant", {"name": "Grant"}).station.city(CityId("grant"))
    assert (
        config.save_station_value(path, ("cities", "birchwood", "server"), None).station.cities[0].server
        is None
    )


def test_a_save_that_would_break_the_file_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, STATION)
    with pytest.raises(NeedsUser, match="did you mean"):
        config.save_station_value(path, ("cities", "oakdale", "preset"), "counsil")
    with pytest.raises(NeedsUser, match="a table is needed"):
        config.save_station_value(path, ("name", "deeper"), "x")
    assert path.read_text() == STATION
    assert list(tmp_path.iterdir()) == [path]


def test_settings_without_files_are_the_defaults(tmp_path: Path) -> None:
    where = paths.places({"VODSTUDIO_HOME": str(tmp_path)})
    settings = config.read_settings(where)
    assert not settings.has_station
    assert settings.work_folder == where.work
    assert config.read_window_settings(where) == config.WindowSettings()


def test_settings_are_kept(tmp_path: Path) -> None:
    where = paths.places({"VODSTUDIO_HOME": str(tmp_path)})
    write(tmp_path, STATION)
    config.save_preference(where, "work_folder", tmp_path / "big")
    config.save_window_settings(where, {"theme": "dark", "tab": 2})
    settings = config.read_settings(where)
    assert settings.has_station
    assert settings.work_folder == tmp_path / "big"
    assert config.read_window_settings(where).theme is config.Theme.DARK
    with pytest.raises(NeedsUser, match="from 1 to 3650"):
        config.save_preference(where, "retention_days", 0)
    assert config.read_settings(where).preferences.retention_days == 30


def test_a_damaged_window_file_costs_only_the_geometry(tmp_path: Path) -> None:
    where = paths.places({"VODSTUDIO_HOME": str(tmp_path)})
    where.window_file.write_text("theme = [")
    assert config.read_window_settings(where) == config.WindowSettings()
