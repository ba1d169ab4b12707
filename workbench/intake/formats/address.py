"""Where a database is: an address that holds no password and says nothing of this machine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from workbench.intake.findings import refuse
from workbench.model import Problem

PASSWORD = "WORKBENCH_DB_PASSWORD"  # noqa: S105 - the name of a variable, not a password
"""The variable of the environment that holds the password of a database."""

KNOWN = ("postgresql://", "duckdb:///", "sqlite:///")
"""How an address of each kind of database begins."""

_SERVERS = ("postgresql", "postgres")
_FILES = ("duckdb", "sqlite")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_OPTIONS = {"table", "sslmode"}  # everything else could make the client library open a file


@dataclass(frozen=True)
class Address:
    """A database: a server's, or a file (then `file` is its path as written, and no host is)."""

    host: str = ""
    port: int | None = None
    user: str = ""
    database: str = ""
    sslmode: str = ""
    file: str = ""
    table: str | None = None

    def shown(self, table: str | None = None) -> str:
        """How readers see it: without the user.

        >>> Address("db.acme", 5432, "reader", "erp").shown("events")
        'postgresql://db.acme:5432/erp?table=events'
        """
        if self.file:
            return self.file
        port = f":{self.port}" if self.port else ""
        asked = f"?table={table}" if table else ""
        return f"postgresql://{self.host}{port}/{self.database}{asked}"

    def written(self) -> str:
        """As it stands in engagement.yaml: with the user, without the table."""
        if self.file:
            return f"{_FILES[0]}:///{self.file}"
        user = f"{quote(self.user, safe='')}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        mode = f"?sslmode={self.sslmode}" if self.sslmode else ""
        return f"postgresql://{user}{self.host}{port}/{quote(self.database, safe='')}{mode}"


def is_address(text: object) -> bool:
    """Whether a text is an address and no path.

    >>> is_address("postgresql://reader@db/erp"), is_address("events.csv")
    (True, False)
    """
    return bool(_SCHEME.match(str(text)))


def address_of(text: str) -> Address:
    """An address taken apart. Nothing of a refused one is repeated: it may hold a password.

    >>> address_of("postgresql://reader@db.acme/erp?table=sales.events").table
    'sales.events'
    >>> address_of("duckdb:///erp.duckdb").file
    'erp.duckdb'

    Raises:
        InputRefused: no known kind, no host or name, a password or an unknown option in it.
    """
    try:
        parts = urlsplit(text.strip())
        scheme, port = parts.scheme.lower(), parts.port
        asked = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        _refuse("source_unfit")
    if parts.password is not None or "password" in map(str.casefold, asked):
        _refuse("source_password", variable=PASSWORD)
    if scheme not in (*_SERVERS, *_FILES) or parts.fragment:
        _refuse("source_unfit")
    unknown = sorted(set(asked) - _OPTIONS)
    if unknown or any(len(values) > 1 for values in asked.values()):
        _refuse("source_option", options=", ".join(unknown) or "table", known="table, sslmode")
    table = asked.get("table", [""])[0] or None
    if scheme in _FILES:
        return _file(parts, table)
    name = unquote(parts.path.removeprefix("/"))
    if not parts.hostname or not name or "," in parts.netloc:
        _refuse("source_unfit")
    return Address(parts.hostname, port, unquote(parts.username or ""), name,
                   asked.get("sslmode", [""])[0], table=table)


def _file(parts: SplitResult, table: str | None) -> Address:
    name = unquote(parts.path.removeprefix("/"))
    if parts.netloc or not name:
        _refuse("source_unfit")
    return Address(file=name, table=table)


def place_of(text: str) -> tuple[Path | Address, str | None]:
    """What the command line names: a path, a server's address, or the path of a database file."""
    if not is_address(text):
        return Path(text), None
    address = address_of(text)
    return (Path(address.file) if address.file else address), address.table


def _refuse(code: str, **values: object) -> NoReturn:
    refuse([Problem("rejected", code, values={"kinds": ", ".join(KNOWN), **values})])
