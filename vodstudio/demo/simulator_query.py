"""Lists as the server gives them: which parameters count, paging, side-loads and the advanced search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vodstudio.demo.simulator_objects import Body
from vodstudio.demo.simulator_world import World, parse_date

Params = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """How one kind of record is listed; a parameter that is not named here has no effect."""

    kind: str
    one: str
    many: str
    page_size: int | None = None
    has_meta_on_one: bool = False
    filters: tuple[str, ...] = ()
    is_newest_first: bool = False


RESOURCES: dict[str, Resource] = {
    "shows": Resource(
        kind="show", one="show", many="shows", page_size=50, has_meta_on_one=True,
        filters=("location", "project"), is_newest_first=True,
    ),
    "vods": Resource(kind="vod", one="vod", many="vods", page_size=50),
    "reels": Resource(kind="reel", one="reel", many="reels", filters=("show",)),
    "media": Resource(kind="media", one="media", many="media"),
    "locations": Resource(kind="location", one="location", many="locations"),
    "formats": Resource(kind="format", one="format", many="formats", filters=("location",)),
    "channels": Resource(kind="channel", one="channel", many="channels"),
    "vodconfigurations": Resource(
        kind="vodConfiguration", one="vodConfiguration", many="vodConfigurations", filters=("location",)
    ),
    "vodtranscodequalities": Resource(
        kind="vodTranscodeQuality", one="vodTranscodeQuality", many="vodTranscodeQualities"
    ),
    "showfields": Resource(kind="showField", one="showField", many="showFields"),
    "categories": Resource(kind="category", one="category", many="categories", filters=("location",)),
    "producers": Resource(kind="producer", one="producer", many="producers"),
    "projects": Resource(kind="project", one="project", many="projects", filters=("location",)),
    "filestores": Resource(kind="fileStore", one="fileStore", many="fileStores"),
    "volumeinfos": Resource(kind="volumeInfo", one="volumeInfo", many="volumeInfos"),
    "chapters": Resource(kind="chapter", one="chapter", many="chapters", filters=("vod",)),
    "scheduleitems": Resource(
        kind="scheduleItem", one="scheduleItem", many="scheduleItems", page_size=200,
        filters=("channel", "show"),
    ),
    "assets": Resource(kind="asset", one="asset", many="assets", page_size=50),
    "digitalfiles": Resource(kind="digitalFile", one="digitalFile", many="digitalFiles", page_size=50),
    "fileuploads": Resource(kind="fileUpload", one="fileUpload", many="fileUploads"),
}  # fmt: skip

_SIDE_LOADS: dict[str, tuple[str, str, str]] = {
    "reel": ("reel", "reels", "reels"),
    "vod": ("vod", "vods", "vods"),
    "project": ("project", "project", "projects"),
    "producer": ("producer", "producer", "producers"),
    "category": ("category", "category", "categories"),
}

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda a, b: a == b,
    "notEquals": lambda a, b: a != b,
    "greaterThan": lambda a, b: a > b,
    "lessThan": lambda a, b: a < b,
    "greaterThanOrEqual": lambda a, b: a >= b,
    "lessThanOrEqual": lambda a, b: a <= b,
    "notGreaterThan": lambda a, b: a <= b,
    "notGreaterThanOrEqual": lambda a, b: a < b,
    "notLessThan": lambda a, b: a >= b,
    "notLessThanOrEqual": lambda a, b: a > b,
}
_DATES = frozenset({"lastModified", "eventDate", "killDateStart", "killDateEnd", "mediaCreation"})
_NUMBERS = {
    "showId": "id",
    "location": "location",
    "project": "project",
    "category": "category",
    "producer": "producer",
    "trt": "totalRunTime",
}
_TEXTS = frozenset({"title", "cgTitle", "comments", "localId"})
_FLAGS = frozenset({"hasVod", "closedCaptions"})


class BadSearch(ValueError):
    """A search that the server answers with 400."""


def listing(world: World, resource: Resource, params: Params) -> Body:
    """The whole answer to a list request."""
    rows = world.objects.all(resource.kind)
    if resource.is_newest_first:
        rows.reverse()
    rows = [row for row in rows if _is_wanted(row, resource, params)]
    answer: Body = {}
    if resource.page_size is not None:
        answer["meta"], rows = _page(world, rows, resource.page_size, params)
    kept = rows
    if params.get("fields"):
        names = {*params["fields"][0].split(","), "id"}
        kept = [{key: value for key, value in row.items() if key in names} for row in rows]
    answer[resource.many] = kept
    if resource.many == "showFields":
        answer["fieldDefinitions"] = world.objects.all("fieldDefinition")
    if resource.many == "shows":
        answer.update(_side_loads(world, rows, params))
    return answer


def one(world: World, resource: Resource, number: int, params: Params) -> Body | None:
    """The answer for a single record: shows come with an empty `meta`, the others with none."""
    row = world.objects.get(resource.kind, number)
    if row is None:
        return None
    answer: Body = {"meta": None} if resource.has_meta_on_one else {}
    answer[resource.one] = row
    if resource.one == "show":
        answer.update(_side_loads(world, [row], params))
    return answer


def search(world: World, query: object) -> list[int]:
    """Ids of the shows that an advanced search finds."""
    if not isinstance(query, dict) or not isinstance(query.get("groups"), list):
        raise BadSearch("The query has no groups")
    shows = world.objects.all("show")
    for group in query["groups"]:
        tests = [_test(world, wanted) for wanted in group.get("filters", [])]
        join = any if group.get("orAnd") == "or" else all
        shows = [show for show in shows if not tests or join(test(show) for test in tests)]
    for option in reversed(query.get("sortOptions", [])):
        field = _NUMBERS.get(option["field"], option["field"])
        shows.sort(key=lambda show, f=field: str(show.get(f)), reverse=bool(option.get("descending")))  # type: ignore[misc]
    return [show["id"] for show in shows]


def _is_wanted(row: Body, resource: Resource, params: Params) -> bool:
    wanted_ids = params.get("ids[]")
    if wanted_ids is not None and str(row["id"]) not in wanted_ids:
        return False
    if any(name in params and str(row.get(name)) != params[name][0] for name in resource.filters):
        return False
    words = params.get("search", [""])[0].casefold().split()
    text = " ".join(str(row.get(key) or "") for key in ("title", "cgTitle", "comments")).casefold()
    return not words or resource.many != "shows" or any(word in text for word in words)


def _page(world: World, rows: list[Body], default: int, params: Params) -> tuple[Body, list[Body]]:
    size = _integer(params, "page_size", default)
    offset = _integer(params, "offset", 0)
    meta = {"offset": offset, "pageSize": size, "count": len(rows)}
    if size < 0:
        return meta, rows
    start = offset if world.behaviour.offset_counts_records else offset * size
    return meta, rows[start : start + size]


def _integer(params: Params, name: str, default: int) -> int:
    try:
        return int(params[name][0])
    except (KeyError, ValueError, IndexError):
        return default


def _side_loads(world: World, shows: list[Body], params: Params) -> Body:
    asked = [name.strip().lower() for name in params.get("include", [""])[0].split(",")]
    loaded: Body = {}
    for name in asked:
        if name == "media":
            loaded["media"] = _media_of(world, shows)
        elif name in _SIDE_LOADS:
            kind, link, key = _SIDE_LOADS[name]
            numbers = [n for show in shows for n in _as_list(show.get(link))]
            loaded[key] = [row for n in dict.fromkeys(numbers) if (row := world.objects.get(kind, n))]
    return loaded


def _media_of(world: World, shows: list[Body]) -> list[Body]:
    reels = [world.objects.get("reel", n) for show in shows for n in show["reels"]]
    numbers = dict.fromkeys(reel["media"] for reel in reels if reel)
    return [row for n in numbers if (row := world.objects.get("media", n))]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _test(world: World, wanted: Body) -> Callable[[Body], bool]:
    field, operator = wanted.get("field"), wanted.get("operator")
    if operator in ("empty", "notEmpty"):
        return lambda show: bool(show.get(str(field))) == (operator == "notEmpty")
    compare = _OPERATORS.get(str(operator))
    if compare is None:
        raise BadSearch(f"Unknown operator {operator}")
    read = _reader(world, str(field), wanted)
    sought = _sought(world, str(field), wanted.get("searchValue"))
    return lambda show: (value := read(show)) is not None and compare(value, sought)


def _reader(world: World, field: str, wanted: Body) -> Callable[[Body], Any]:
    if field in _DATES:
        return lambda show: parse_date(show.get(field), world.zone)
    if field in _NUMBERS:
        return lambda show: show.get(_NUMBERS[field])
    if field in _TEXTS:
        return lambda show: str(show.get(field) or "").casefold()
    if field == "customField":
        number = wanted.get("showField")
        return lambda show: next(
            (str(f["value"]).casefold() for f in show["customFields"] if f["showField"] == number), None
        )
    if field in _FLAGS:
        return lambda show: bool(show["vods"] if field == "hasVod" else show["hasCaptions"])
    raise BadSearch(f"Unknown field {field}")


def _sought(world: World, field: str, value: object) -> Any:
    if not isinstance(value, str):
        raise BadSearch("searchValue is not a string")
    if field in _DATES:
        when = parse_date(value, world.zone)
        if when is None:
            raise BadSearch(f"{value} is not a date")
        return when
    if field in _NUMBERS:
        return int(value) if value.lstrip("-").isdigit() else -1
    return value.casefold() == "true" if field in _FLAGS else value.casefold()
