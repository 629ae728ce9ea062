"""Running git in a folder: no hooks, no prompts, nobody's settings of another repository."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from faq.problem import FaqError

_LONGEST_SECONDS: Final = 30
_NOBODY: Final = "toiawase"
# What a name must not hold: git takes these for the marks around an address.
_NOT_IN_NAMES: Final = re.compile(r"[\x00-\x20\x7f<>]+")
_UNSEEN: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_SETTINGS: Final = (
    "core.hooksPath=/dev/null",
    "core.quotePath=false",
    "core.fsmonitor=false",
    "commit.gpgSign=false",
    "log.showSignature=false",
)
"""No hooks: they may ask, change files or refuse, and what is saved was checked already."""
_LOG_FORMAT: Final = "--format=%x1e%H%x1f%P%x1f%an%x1f%aI%x1f%B%x1f"


class GitFailed(FaqError):
    """Git is missing, refuses or does not end."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit with the files below the folder that it touched."""

    id: str
    parent: str
    by: str
    at: datetime
    message: str
    files: tuple[str, ...]


class GitFolder:
    """A folder that may be a repository, or stand in one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def is_followed(self) -> bool:
        """Tell whether the folder is in a work tree that does not ignore it; raises GitFailed."""
        if not shutil.which("git") or not self._folder.is_dir():
            return False
        inside = self._run("rev-parse", "--is-inside-work-tree", allowed=(0, 128))
        return inside.strip() == b"true" and not self._is_ignored()

    def commit(self, files: Sequence[str], message: str, by: str, at: datetime) -> str:
        """Commit these files as they are now, and return the commit; "" when nothing differs.

        What somebody else has staged stays staged. Raises GitFailed.
        """
        if not self._run("status", "--porcelain", "--untracked-files=all", "--", *files):
            return ""
        new = [file for file in files if (self._folder / file).exists()]
        if new:  # known to git, so that it can be committed alone
            self._run("add", "--intent-to-add", "--", *new)
        name = _NOT_IN_NAMES.sub(" ", by).strip() or _NOBODY
        told = _UNSEEN.sub(" ", message).strip() or _NOBODY
        who = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", name), ("EMAIL", ""), ("DATE", at.isoformat()))
        }
        options = ("--quiet", "--only", "--no-verify", "--cleanup=whitespace")
        self._run("commit", *options, f"--message={told}", "--", *files, around=who)
        return self._run("rev-parse", "HEAD").decode().strip()

    def commits(self, path: str, most: int) -> list[Commit]:
        """Return the commits that touched a file or folder, the latest first; raises GitFailed."""
        if not self._run("rev-parse", "--verify", "--quiet", "HEAD", allowed=(0, 1)):
            return []  # nothing was committed yet
        options = ("--relative", "--name-only", "--no-renames", "--no-color", "--no-ext-diff")
        told = self._run("log", *options, f"--max-count={most}", _LOG_FORMAT, "--", path)
        return [_commit(one) for one in told.decode("utf-8", "replace").split("\x1e")[1:]]

    def texts(self, names: Sequence[str]) -> list[str]:
        """Return files as they were, named `commit:./path`; "" where one was not there."""
        told = self._run("cat-file", "--batch", given="".join(f"{name}\n" for name in names))
        found: list[str] = []
        at = 0
        for _ in names:
            end = told.index(b"\n", at)
            head = told[at:end].rsplit(b" ", 2)
            if len(head) < 3 or head[1] != b"blob":
                found.append("")
                at = end + 1
                continue
            size = int(head[2])
            found.append(told[end + 1 : end + 1 + size].decode("utf-8", "replace"))
            at = end + size + 2
        return found

    def _is_ignored(self) -> bool:
        return bool(self._run("check-ignore", "--no-index", ".", allowed=(0, 1)))

    def _run(
        self,
        *arguments: str,
        allowed: tuple[int, ...] = (0,),
        given: str = "",
        around: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return what git prints; raises GitFailed unless it ends with one of the allowed codes."""
        settings = [part for one in _SETTINGS for part in ("-c", one)]
        # A name with * in it means itself; only this one command knows no other way.
        literal = () if arguments[0] == "check-ignore" else ("--literal-pathspecs",)
        command = ["git", *literal, *settings, *arguments]
        with subprocess.Popen(
            command,
            cwd=self._folder,
            env=_environment() | dict(around or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                out, complaint = process.communicate(given.encode(), timeout=_LONGEST_SECONDS)
            except subprocess.TimeoutExpired as error:
                process.terminate()  # so that git takes its locks away
                raise GitFailed(f"git {arguments[0]} did not end") from error
        if process.returncode not in allowed:
            said = complaint.decode("utf-8", "replace").strip()[:500]
            raise GitFailed(f"git {arguments[0]} ended with {process.returncode}: {said}")
        return out


def _environment() -> dict[str, str]:
    """Return the environment without what would lead git to another repository, or ask."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_EDITOR": "true",
        "LC_ALL": "C",
    }


def _commit(told: str) -> Commit:
    commit, parents, by, at, message, files = told.split("\x1f", 5)
    return Commit(
        commit,
        # A first commit is compared with nothing: an id that is never there.
        (parents.split() or ["0" * len(commit)])[0],
        by,
        datetime.fromisoformat(at),
        message.strip(),
        tuple(file for file in files.split("\n") if file),
    )
