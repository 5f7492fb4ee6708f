"""Where the file of the queue may lie: on a disk of this computer, where we may write (A05, A06)."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path, PurePath

from vodstudio.core.errors import NoAccess
from vodstudio.store.faults import denied

_REMOTE = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "davfs", "ncpfs"),
        *("fuse.sshfs", "fuse.rclone", "fuse.davfs2", "fuse.glusterfs", "fuse.gvfsd-fuse", "fuse.s3fs"),
    }
)
_SYNCED = ("onedrive", "dropbox", "google drive", "googledrive", "icloud drive", "nextcloud", "owncloud")
_DRIVE_REMOTE = 4
_OURS_ALONE = 0o700
_ESCAPED = re.compile(r"\\([0-7]{3})")
_MOUNT_FIELDS = 3


def check_location(path: Path) -> None:
    """Refuse a share and a synchronised folder; make the folder, and prove that it may be written."""
    folder = path.parent
    refuse_remote(folder, _mounts())
    try:
        folder.mkdir(mode=_OURS_ALONE, parents=True, exist_ok=True)
    except OSError as error:
        raise denied(path, str(error)) from error
    for name in (path, folder):
        if name.exists() and not os.access(name, os.R_OK | os.W_OK):
            raise denied(path, f"{name} may not be written")


def refuse_remote(folder: Path, mounts: str) -> None:
    """A write-ahead log needs memory that only one computer shares, and a file that nobody else copies."""
    resolved = folder.resolve()
    kind = _drive_kind(resolved) if sys.platform == "win32" else mounted_as(resolved, mounts)
    synced = next((part for part in resolved.parts if _is_synced(part)), None)
    if kind in _REMOTE:
        raise _not_local(folder, f"a network drive ({kind})")
    if synced is not None:
        raise _not_local(folder, f"the synchronised folder {synced}")


def mounted_as(folder: PurePath, mounts: str) -> str:
    """The kind of file system that holds a folder, by the system's own list."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < _MOUNT_FIELDS:
            continue
        point = PurePath(_ESCAPED.sub(lambda found: chr(int(found[1], 8)), fields[1]))
        if folder.is_relative_to(point) and len(point.parts) > best:
            best, kind = len(point.parts), fields[2]
    return kind


def _mounts() -> str:
    listed = Path("/proc/self/mounts")
    return listed.read_text(encoding="utf-8", errors="surrogateescape") if listed.exists() else ""


def _is_synced(part: str) -> bool:
    name = part.casefold()
    return any(name == synced or name.startswith(f"{synced} - ") for synced in _SYNCED)


def _drive_kind(folder: PurePath) -> str:
    if folder.drive.startswith("\\\\"):
        return "smbfs"
    if sys.platform == "win32":
        import ctypes

        if ctypes.windll.kernel32.GetDriveTypeW(folder.anchor) == _DRIVE_REMOTE:
            return "smbfs"
    return ""


def _not_local(folder: Path, what: str) -> NoAccess:
    return NoAccess(
        f"The queue cannot lie in {folder}: this is {what}",
        hint="Set VODSTUDIO_HOME to a folder on a disk of this computer. Recordings may stay where they are."
        " Nothing was written.",
        detail=f"{folder}: {what}",
        code="VS-STORE-NOT-LOCAL",
    )
