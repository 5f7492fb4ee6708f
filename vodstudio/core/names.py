"""File names that every system takes: one rule for what we write to disks, shares and servers."""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST_STEM_BYTES = 200
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_INVISIBLE = frozenset({"Cf", "Cs", "Co", "Cc"})
_RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)


def safe_stem(title: str) -> str:
    """A file name without its ending; a name that had to be cut carries a hash, so that two stay two."""
    plain = unicodedata.normalize("NFC", title)
    visible = "".join(" " if unicodedata.category(letter) in _INVISIBLE else letter for letter in plain)
    stem = re.sub(r"\s+", " ", _FORBIDDEN.sub(" ", visible)).strip(" .-")
    if not stem:
        stem = "recording"
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    raw = stem.encode("utf-8")
    if len(raw) <= LONGEST_STEM_BYTES:
        return stem
    mark = hashlib.sha256(title.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{raw[: LONGEST_STEM_BYTES - 9].decode('utf-8', 'ignore').rstrip(' .')}-{mark}"
