"""A real PostgreSQL server on this machine's loopback: started for a test run, ended with it."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "pass:word/ß"  # noqa: S105 - of a server that lives for seconds; must be escaped in an address
_PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql")


def programs() -> Path | None:
    """The folder with PostgreSQL's programs, where they are installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    known = [path.parent for place in _PLACES for path in Path(place).glob("**/bin/initdb")]
    return max(known, default=None)


@contextmanager
def running() -> Iterator[str]:
    """The address of a fresh server, without its password; it ends with the block."""
    home = Path(tempfile.mkdtemp(prefix="workbench-postgres-"))
    owner = _owner()
    try:
        (home / "password").write_text(PASSWORD + "\n", encoding="utf-8")
        for path in (home, home / "password"):
            os.chown(path, owner.get("user", -1), owner.get("group", -1))
        _run("initdb", "-D", home / "data", "-A", "scram-sha-256", "-U", "keeper", "-E", "UTF8",
             "--locale=C", "--no-sync", f"--pwfile={home / 'password'}", owner=owner)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen(
            [programs() / "postgres", "-D", home / "data", "-p", str(port), "-k", home,
             "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=home, **owner)
        try:
            _wait(port, server)
            yield f"postgresql://keeper@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(2)  # ends at once, its clients are sent away
            server.wait(30)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _owner() -> dict[str, int]:
    """The server refuses to run as root: then it is somebody else's."""
    if os.geteuid():
        return {}
    known = {user.pw_name: user for user in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid}


def _run(name: str, *arguments: object, owner: dict[str, int]) -> None:
    subprocess.run([programs() / name, *map(str, arguments)], check=True, capture_output=True,
                   cwd="/", **owner)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        ready = subprocess.run([programs() / "pg_isready", "-q", "-h", "127.0.0.1", "-p",
                                str(port)], check=False)
        if ready.returncode == 0:
            return
        time.sleep(0.1)
    message = "the server did not start"
    raise RuntimeError(message)
