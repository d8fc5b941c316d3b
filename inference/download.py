"""`main.py download`: bring a public database from PhysioNet, resumable and verified.

This is the only module that opens a connection, and only when that command is given. The bytes
travel through wfdb's own HTTP layer, which knows ranges and keeps to two connections as PhysioNet
asks. wfdb's `dl_files` itself is not used: it reads the newest version from a web page, waits without
end on a silent server, writes under the final name and compares sizes only.

1. SHA256SUMS.txt says which files there are; where a server has none, RECORDS does.
2. A file is written to NAME.part, which a later run continues with an HTTP range.
3. Only a file whose checksum is right gets its name, so a name means a whole file.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from inference.physionet import DATASETS, PublicDataset
from inference.records.wfdb_package import quiet_wfdb

SUMS: Final = "SHA256SUMS.txt"
N_CONNECTIONS: Final = 2
N_ATTEMPTS: Final = 3
"""How often a broken transfer is continued before the run stops."""
CONNECT_TIMEOUT_S: Final = 15.0
READ_TIMEOUT_S: Final = 60.0
DISK_FULL: Final = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


class DownloadError(Exception):
    """A download that cannot go on; one plain sentence with what to do next."""


class _WrongFileError(Exception):
    """One file that is missing on the server or does not match its checksum; the others still come."""


@dataclass(frozen=True, slots=True)
class _Job:
    """What the two connections share."""

    base_url: str
    target: Path
    stop: threading.Event = field(default_factory=threading.Event)

    def url(self, name: str) -> str:
        return self.base_url + quote(name)

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or self.base_url


def run(dataset: str, target: Path, base_url: str | None = None) -> int:
    """Bring one of `DATASETS` into `target` and return the exit code: 0 when every file is there.

    `base_url` names another folder with the same files, a mirror for instance.
    """
    facts = DATASETS.get(dataset)
    if facts is None:
        print(f"There is no dataset {dataset!r}; choose {', '.join(DATASETS)}.", file=sys.stderr)
        return 2
    print_terms(facts)
    job = _Job((base_url or facts.url).rstrip("/") + "/", target)
    try:
        with _known_errors(job):
            _be_patient_but_not_forever(job.base_url)
            target.mkdir(parents=True, exist_ok=True)
            wrong = _bring_all(facts, job)
    except DownloadError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. Give the same command again to continue.", file=sys.stderr)
        return 130
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


def print_terms(facts: PublicDataset) -> None:
    """Whose work it is and under which licence, before the first byte."""
    print(f"{facts.title}\nFrom {facts.url}\nLicence: {facts.licence}\nPlease cite:")
    for citation in facts.citations:
        print(f"  {citation}")


def _bring_all(facts: PublicDataset, job: _Job) -> list[str]:
    """Bring every file and return a sentence for each that could not be had."""
    from tqdm import tqdm

    sums = _checksums(job)
    names = _wanted_from_sums(facts, sums) if sums else _wanted_from_records(facts, job)
    wrong: list[str] = []
    with ThreadPoolExecutor(N_CONNECTIONS, "download") as executor:
        pending = [executor.submit(_bring, job, name, sums.get(name)) for name in names]
        try:
            for done in tqdm(as_completed(pending), total=len(names), unit="file", desc="Files"):
                with _collected(wrong):
                    done.result()
        except BaseException:
            job.stop.set()
            executor.shutdown(wait=True, cancel_futures=True)
            raise
    how = (
        f"checked against {SUMS}" if sums else f"the server has no {SUMS}, so only their lengths were checked"
    )
    print(f"{len(names) - len(wrong)} of {len(names)} files are in {job.target}; {how}.")
    return wrong


@contextlib.contextmanager
def _collected(sentences: list[str]) -> Iterator[None]:
    try:
        yield
    except _WrongFileError as error:
        sentences.append(str(error))


def _checksums(job: _Job) -> dict[str, str]:
    """File name to SHA-256 as the server states it; empty where it states nothing."""
    try:
        _transfer(job, SUMS, restart=True)
    except _WrongFileError:
        return {}
    path = _part(job.target / SUMS).replace(job.target / SUMS)
    sums = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        digest, _, name = line.partition(" ")
        sums[name.strip().removeprefix("*").removeprefix("./")] = digest.lower()
    return sums


def _wanted_from_sums(facts: PublicDataset, sums: dict[str, str]) -> list[str]:
    names = [name for name in sums if facts.wants(name)]
    missing = [table for table in facts.tables if table not in sums]
    if missing or not names:
        what = missing[0] if missing else "records"
        raise DownloadError(f"{SUMS} of this server does not list {what}; check the address.")
    return names


def _wanted_from_records(facts: PublicDataset, job: _Job) -> list[str]:
    """The files of every record in RECORDS, for a server without checksums."""
    try:
        _transfer(job, "RECORDS", restart=True)
    except _WrongFileError as error:
        raise DownloadError(f"{job.base_url} has neither {SUMS} nor RECORDS; check the address.") from error
    path = _part(job.target / "RECORDS").replace(job.target / "RECORDS")
    records = path.read_text(encoding="utf-8", errors="replace").split()
    names = [record + suffix for record in records for suffix in facts.record_suffixes]
    return [*facts.tables, *(name for name in names if facts.wants(name))]


def _bring(job: _Job, name: str, sha256: str | None) -> None:
    """Make sure that one file is there, whole. Raises _WrongFileError when this file cannot be had."""
    path = job.target / name
    if path.is_file() and _is_right(path, sha256):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _part(path)
    was_begun = part.is_file()
    if not (was_begun and sha256 and _is_right(part, sha256)):
        _transfer(job, name)
    if was_begun and not _is_right(part, sha256):
        # The beginning was of another file, or damaged: once more, from the start.
        _transfer(job, name, restart=True)
    if not _is_right(part, sha256):
        part.unlink()
        raise _WrongFileError(f"{name} does not match its checksum and was not kept; try again later.")
    part.replace(path)


def _transfer(job: _Job, name: str, *, restart: bool = False) -> None:
    """Bring one file into its .part, from where that ends or from its beginning.

    A transfer that breaks is continued a few times; then the error is raised. A server that does not
    begin to answer in time is not asked again.
    """
    from requests import RequestException, Timeout
    from wfdb.io._url import NetFileNotFoundError

    part = _part(job.target / name)
    if restart:
        part.unlink(missing_ok=True)
    for attempts_left in reversed(range(N_ATTEMPTS)):
        try:
            if _receive(job, name, part):
                return
            # What was there is longer than the file: it was left by something else.
            part.unlink()
        except NetFileNotFoundError as error:
            raise _WrongFileError(f"{name} is not on {job.host}.") from error
        except Timeout:
            raise
        except RequestException:
            if attempts_left == 0:
                raise
    raise _WrongFileError(f"{name} did not come whole; give the same command again.")


def _receive(job: _Job, name: str, part: Path) -> bool:
    """One HTTP transfer, appended to what is there if the server can continue; is the length right now?"""
    from wfdb.io._url import RangeTransfer

    n_before = part.stat().st_size if part.is_file() else 0
    with RangeTransfer(job.url(name), n_before, None) as transfer, part.open("ab") as stream:
        for position, chunk in transfer.iter_chunks():
            if job.stop.is_set():
                raise DownloadError("Stopped. Give the same command again to continue.")
            if position == 0 and n_before:
                # The server sends the file from its beginning although a range was asked for.
                stream.truncate(0)
            stream.write(chunk)
    return transfer.file_size in (None, part.stat().st_size)


def _be_patient_but_not_forever(base_url: str) -> None:
    """Give wfdb's session a time limit for this server: without one a silent server holds it for ever."""
    from requests.adapters import HTTPAdapter
    from wfdb.io._url import _get_session

    class PatientAdapter(HTTPAdapter):
        def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            kwargs["timeout"] = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
            return super().send(request, *args, **kwargs)

    session = _get_session()
    if base_url not in session.adapters:
        session.mount(base_url, PatientAdapter(pool_maxsize=N_CONNECTIONS, pool_block=True))


@contextlib.contextmanager
def _known_errors(job: _Job) -> Iterator[None]:
    """Turn what a network, a server or a disk can do into one plain sentence."""
    with quiet_wfdb():
        from requests import RequestException
        from wfdb.io._url import NetFileError

    again = "give the same command again to continue"
    try:
        yield
    except NetFileError as error:
        sentence = f"{job.host} could not give a file ({error}); {again} later."
        raise DownloadError(sentence) from error
    except RequestException as error:
        sentence = f"There is no connection to {job.host}; check the network and {again}."
        raise DownloadError(sentence) from error
    except OSError as error:
        if error.errno in DISK_FULL:
            raise DownloadError(f"The disk of {job.target} is full; free some space and {again}.") from error
        sentence = f"{job.target} cannot be written ({error.strerror}); choose another folder."
        raise DownloadError(sentence) from error


def _part(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _is_right(path: Path, sha256: str | None) -> bool:
    """Whether a file has its checksum; without one to compare, its length was checked as it came."""
    if sha256 is None:
        return True
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
