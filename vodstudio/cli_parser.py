"""The words of the command line, with their help; reads no file and starts nothing."""

from __future__ import annotations

import argparse
from typing import NoReturn, TypeAlias

from vodstudio.cli_values import base_of, rate_of, seconds_of, shift_of, time_of, whole_number
from vodstudio.core.errors import Refused
from vodstudio.core.jobs import StepKind
from vodstudio.core.station import Numbers
from vodstudio.core.version import VERSION

ALONE = tuple(kind.value for kind in StepKind if kind not in (StepKind.PUBLISH, StepKind.VERIFY))
CODES = """\
exit codes:
  0    done
  1    something failed and a person has to look
  2    the command is wrong: an unknown word, city, preset, state or job
  3    the program cannot start here: no station yet, a broken station file, a home
       that cannot be written, a database it cannot use
  4    held: a storage, a server, a disk, a model or a password is away; it goes on by itself
  5    another VOD Studio owns the queue and cannot do this for you
  6    it did not work this time; try again
  130  stopped with Ctrl+C
"""
EXAMPLES = """\
examples:
  vodstudio                                  open the window
  vodstudio demo --headless                  see the whole of it work, without a window
  vodstudio doctor                           is this machine ready?
  vodstudio import "Grant City Council 03 04 2026.mp4"
  vodstudio import /mnt/flex-2 --city grant --json
  vodstudio captions check meeting.scc --media meeting.mp4
  vodstudio jobs --state held
  vodstudio work --until-idle
"""
CAPTION_EXAMPLES = """\
examples:
  vodstudio captions make words.json --out captions
  vodstudio captions check meeting.scc --media meeting.mp4
  vodstudio captions check /mnt/flex-2
  vodstudio captions convert meeting.srt meeting.scc
"""


def words() -> frozenset[str]:
    """Every command; a file with such a name is opened as ./name."""
    parser = build_parser()
    actions = parser._subparsers._group_actions if parser._subparsers else []
    return frozenset(word for action in actions for word in action.choices or ())


class _Parser(argparse.ArgumentParser):
    """Raises our own error instead of leaving the process, so that --json holds for it too."""

    def error(self, message: str) -> NoReturn:
        dash = " A file name that begins with a dash is written ./-name." if "PATH" in message else ""
        raise Refused(
            f"The command is not understood: {message}",
            hint=f"Type `{self.prog} --help`.{dash} Nothing was changed.",
            code="VS-USAGE",
        )


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = _Parser(
        prog="vodstudio",
        description="Recordings of a community TV station become captioned shows on its video server.",
        epilog=EXAMPLES + "\n" + CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"vodstudio {VERSION}")
    words = parser.add_subparsers(dest="word", metavar="COMMAND", required=True, parser_class=_Parser)
    _looking(words)
    _adding(words)
    _changing(words)
    _working(words)
    _captions(words)
    _keeping(words)
    _models(words)
    return parser


Words: TypeAlias = "argparse._SubParsersAction[_Parser]"


def _word(words: Words, name: str, about: str, *examples: str) -> argparse.ArgumentParser:
    text = "\n".join(["examples:", *(f"  vodstudio {example}" for example in examples)]) + "\n\n" + CODES
    parser: argparse.ArgumentParser = words.add_parser(
        name,
        help=about,
        description=about[0].upper() + about[1:] + ".",
        epilog=text,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help="print JSON: for other programs")
    return parser


def _looking(words: Words) -> None:
    _word(
        words,
        "doctor",
        "prove that this machine is ready, one line each with a fix",
        "doctor",
        "doctor --json",
    )
    _word(words, "status", "what the queue is doing now", "status", "status --json")
    _word(words, "cities", "how each city and storage stands", "cities", "cities --json")
    jobs = _word(
        words, "jobs", "list jobs", "jobs", "jobs --state held --state needs-a-look", "jobs --city grant"
    )
    jobs.add_argument("--city", metavar="ID", help="only this city")
    jobs.add_argument(
        "--state", action="append", default=[], metavar="STATE", help="only this state; may repeat"
    )
    jobs.add_argument("--text", metavar="WORDS", help="only titles with these words")
    jobs.add_argument(
        "--limit", type=whole_number(1, 10_000), default=200, metavar="N", help="at most N (200)"
    )
    job = _word(words, "job", "everything about one job", "job 3f2a", "job 3f2a --json")
    job.add_argument("id", metavar="ID", help="its id, or the first letters of it")


def _adding(words: Words) -> None:
    add = _word(
        words, "import", "add recordings, or folders of them, to the queue",
        'import "Grant City Council 03 04 2026.mp4"', "import /mnt/flex-2 --city grant",
        "import meeting.mp4 --preset council --by 2026-03-05T18:00",
    )  # fmt: skip
    add.add_argument("paths", nargs="+", metavar="PATH")
    add.add_argument("--city", metavar="ID", help="the city, when the name does not say it")
    add.add_argument("--preset", metavar="ID", help="how to treat it; the city's own otherwise")
    add.add_argument(
        "--by", type=time_of, metavar="TIME", help="when it has to be done, like 2026-03-05T18:00"
    )
    add.add_argument("--again", action="store_true", help="another job for a recording that is known already")


def _changing(words: Words) -> None:
    for name, about in (
        ("pause", "pause jobs, or with --all the queue; what runs stops at its checkpoint"),
        ("resume", "let paused jobs go on, or with --all the queue"),
    ):
        parser = _word(words, name, about, f"{name} 3f2a", f"{name} --all", f"{name} 3f2a 90bd --json")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument(
            "ids", nargs="*", default=[], metavar="ID", help="job ids, or the first letters of them"
        )
        which.add_argument("--all", action="store_true", help="the whole queue")
    for name, about in (
        ("cancel", "stop jobs for good; recordings and published shows stay"),
        ("retry", "try failed, held and cancelled jobs again"),
        ("approve", "let jobs be published that wait for a person's yes"),
        ("remove", "forget jobs and their work files; recordings and published shows stay"),
        ("acknowledge", "say that you have seen a failure; retention may then remove the job"),
        ("now", "this one now: what is in its way waits at its checkpoint"),
    ):
        _ids(_word(words, name, about, f"{name} 3f2a", f"{name} 3f2a 90bd --json"))
    priority = _word(
        words, "priority", "move jobs in the queue",
        "priority 3f2a --to top", "priority 3f2a 90bd --to 2026-03-05T18:00",
    )  # fmt: skip
    _ids(priority)
    priority.add_argument(
        "--to",
        default="top",
        metavar="PLACE",
        help="top (default), up, down, normal, bottom, or a time it is needed by",
    )
    accept = _word(words, "accept-server", "say that a server was replaced on purpose: what waits for it goes on",
                   "accept-server main")  # fmt: skip
    accept.add_argument("id", metavar="SERVER")
    cleanup = _word(
        words, "cleanup", "remove old finished jobs and their work files", "cleanup", "cleanup --days 7"
    )
    cleanup.add_argument(
        "--days", type=whole_number(0, 3650), default=None, metavar="N", help="older than N days"
    )


def _working(words: Words) -> None:
    work = _word(words, "work", "own the queue and work on it, without a window", "work", "work --until-idle")
    work.add_argument("--until-idle", action="store_true", help="leave when nothing is left to do")
    step = _word(
        words, "step", "do one step alone; the same --out goes on where it stopped",
        "step probe meeting.mp4 --out work", "step speech meeting.mp4 --out work --set speech.model=/models/small.en",
        "step encode meeting.mp4 --out work --set encode.height=720 --json",
    )  # fmt: skip
    step.add_argument("kind", choices=ALONE, metavar="KIND", help=", ".join(ALONE))
    step.add_argument("file", metavar="FILE")
    step.add_argument("--out", required=True, metavar="DIR", help="where it works and leaves its files")
    step.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a value of the preset")
    demo = _word(words, "demo", "a whole station in a folder, and a meeting through all of it",
                 "demo", "demo --headless", "demo --headless --home /tmp/demo")  # fmt: skip
    demo.add_argument("--headless", action="store_true", help="without a window")
    demo.add_argument("--home", metavar="DIR", help="where the sample station lies")
    server = _word(words, "simulate-cablecast", "a Cablecast server for practice, on this computer alone",
                   "simulate-cablecast --port 8080 --folder practice")  # fmt: skip
    server.add_argument(
        "--port", type=whole_number(0, 65535), default=0, metavar="N", help="0 takes a free one"
    )
    server.add_argument("--folder", metavar="DIR", help="where it keeps its objects")


def _captions(words: Words) -> None:
    captions = words.add_parser(
        "captions",
        help="make, check, convert and measure captions, without queue and station",
        description="Make, check, convert and measure captions, without queue and station.",
        epilog=CAPTION_EXAMPLES + "\n" + CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verbs = captions.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=_Parser)
    make = _word(
        verbs, "make", "caption files of a list of words, each read back before it is written",
        "captions make words.json --out captions", "captions make words.json --out captions --profile WEB-42 --format vtt",
        "captions make words.json --out captions --fps 30 --scc ndf --first-label 01:00:00:00",
    )  # fmt: skip
    make.add_argument("words", metavar="WORDS.json", help="or captions that were made elsewhere")
    make.add_argument("--out", required=True, metavar="DIR", help="where the files are put")
    make.add_argument(
        "--name", type=base_of, metavar="BASE", help="their name without ending; that of the words otherwise"
    )
    make.add_argument("--format", action="append", default=[], metavar="NAME",
                      help="only this one; may repeat: srt vtt scc ttml txt transcript (all but the last)")  # fmt: skip
    make.add_argument("--duration", type=seconds_of, default=0.0, metavar="S", help="length of the video")
    _caption_options(make, _captions_check(verbs), _captions_convert(verbs))
    _captions_accuracy(verbs)


def _captions_check(verbs: Words) -> argparse.ArgumentParser:
    look = _word(
        verbs, "check", "what caption files are worth, and what the check report says of them",
        "captions check meeting.scc --media meeting.mp4", "captions check /mnt/flex-2 --listen --json",
        "captions check meeting.vtt --words words.json --html report.html",
    )  # fmt: skip
    look.add_argument("paths", nargs="+", metavar="PATH", help="caption files, or folders of recordings")
    look.add_argument(
        "--media", metavar="FILE", help="the recording: its voice is compared with the captions"
    )
    look.add_argument(
        "--listen", action="store_true", help="hear each recording of a folder: slower, and tells more"
    )
    look.add_argument("--words", metavar="FILE", help="its words.json: they are compared as well")
    look.add_argument("--html", metavar="FILE", help="write the report as a page")
    return look


def _captions_convert(verbs: Words) -> argparse.ArgumentParser:
    turn = _word(
        verbs, "convert", "a caption file in another format; the endings say which",
        "captions convert meeting.srt meeting.scc", "captions convert broken.vtt whole.vtt --shift -1.5",
        "captions convert live.vtt meeting.scc --repair",
    )  # fmt: skip
    turn.add_argument("source", metavar="IN")
    turn.add_argument("target", metavar="OUT")
    turn.add_argument("--format", metavar="NAME", help="the format of OUT, where its ending does not say it")
    turn.add_argument("--shift", type=shift_of, default=0.0, metavar="S", help="seconds later, or -S earlier")
    turn.add_argument("--repair", action="store_true",
                      help="lay the words out again within the limits of --profile: for live captions")  # fmt: skip
    return turn


def _captions_accuracy(verbs: Words) -> None:
    measure = _word(
        verbs, "accuracy", "how many words are wrong, measured: correct three minutes that are chosen for you",
        "captions accuracy words.json --sample sample.txt", "captions accuracy words.json sample.txt",
        "captions accuracy --job 3f2a --sample sample.txt", "captions accuracy --job 3f2a sample.txt",
    )  # fmt: skip
    measure.add_argument(
        "words", nargs="?", metavar="WORDS.json", help="with --job: the sample of it that you corrected"
    )
    measure.add_argument("corrected", nargs="?", metavar="SAMPLE.txt", help="the sample that you corrected")
    measure.add_argument("--job", metavar="ID", help="measure this job, and keep what it says for its city")
    measure.add_argument("--sample", metavar="FILE", help="write the minutes to correct here")


def _caption_options(
    make: argparse.ArgumentParser, look: argparse.ArgumentParser, turn: argparse.ArgumentParser
) -> None:
    for parser in (make, look, turn):
        parser.add_argument(
            "--profile", default="BROADCAST-32", metavar="NAME", help="the limits (BROADCAST-32)"
        )
    for parser in (make, look):
        parser.add_argument(
            "--numbers", choices=[style.value for style in Numbers], default=Numbers.AS_HEARD.value,
            help="how numbers are written (as-heard); digits for votes, money, dates and items in the others",
        )  # fmt: skip
    for parser in (make, turn):
        parser.add_argument(
            "--language", default="en", metavar="TAG", help="the language of captions that are read (en)"
        )
        parser.add_argument("--replace", action="store_true", help="replace files that are there already")
        parser.add_argument(
            "--scc", choices=("df", "ndf"), default="df", help="SCC with or without dropped frames"
        )
        parser.add_argument(
            "--first-label", default="00:00:00:00", metavar="LABEL", help="what SCC begins with"
        )
    for parser in (make, look, turn):
        parser.add_argument("--fps", type=rate_of, default=rate_of("30000/1001"), metavar="RATE",
                            help="pictures a second of the video (30000/1001)")  # fmt: skip


def _keeping(words: Words) -> None:
    _word(words, "backup", "make a verified backup of the queue now", "backup", "backup --json")
    restore = _word(words, "restore", "put a backup in the place of the queue; the present one is kept beside it",
                    "restore backups/vodstudio-20260304.db")  # fmt: skip
    restore.add_argument("file", metavar="FILE")


def _models(words: Words) -> None:
    models = words.add_parser(
        "models",
        help="the speech models of this computer",
        description="The speech models of this computer.",
        epilog="examples:\n  vodstudio models list\n  vodstudio models get small --json\n\n" + CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verbs = models.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=_Parser)
    _word(verbs, "list", "which models there are, which are here, what fits and how fast it is here",
          "models list", "models list --json")  # fmt: skip
    get = _word(verbs, "get", "bring a model from the hub; a try that was cut off goes on where it was",
                "models get large-v3-turbo", "models get OWNER/NAME --json")  # fmt: skip
    get.add_argument("name", metavar="NAME", help="one of the list, or OWNER/NAME on the hub")
    bring = _word(verbs, "import", "copy a model from a folder, proven; the hub's own cache folders too",
                  "models import /media/usb/faster-whisper-small", "models import DIR --name small")  # fmt: skip
    bring.add_argument(
        "folder", metavar="FOLDER", help="with model.bin, config.json and tokenizer.json in it"
    )
    bring.add_argument("--name", metavar="NAME", help="what it is called here; its folder's name otherwise")
    remove = _word(verbs, "remove", "delete a model, and what has arrived of one", "models remove tiny")
    remove.add_argument("name", metavar="NAME")


def _ids(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ids", nargs="+", metavar="ID", help="job ids, or the first letters of them")
