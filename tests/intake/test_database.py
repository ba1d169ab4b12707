"""A log may be a table of a database: read only, as text, and no password is ever kept or shown."""

import json
import sqlite3
from urllib.parse import quote

import duckdb
import pandas as pd
import pytest

from tests.intake import server
from tests.intake.conftest import ENGAGEMENT, EVENTS
from tests.intake.refusals import refused
from workbench import manifest
from workbench.cli import main
from workbench.engine import frame
from workbench.errors import InputRefused
from workbench.intake import check, new_client, open_client, read_log
from workbench.intake.formats import Choices, read_table
from workbench.intake.formats.address import address_of
from workbench.intake.formats.postgres import content_hash, read_postgres
from workbench.intake.sources import seen

ROWS = [line.split(",") for line in EVENTS.splitlines()[1:]]
HEADER = '"Case" text, "Step" text, "Time" text'


def said(where):
    return ENGAGEMENT.replace("file: events.csv", where)


@pytest.fixture(scope="session")
def started():
    if server.programs() is None:
        pytest.skip("skipped: needs PostgreSQL (make database-setup)")
    with server.running() as address:
        yield address


@pytest.fixture
def database(started, monkeypatch):
    """The address of an empty database, and a way to change it."""
    from adbc_driver_postgresql import dbapi

    monkeypatch.setenv("WORKBENCH_DB_PASSWORD", server.PASSWORD)
    keeper = started.replace("keeper", f"keeper:{quote(server.PASSWORD, safe='')}")

    def change(*statements):
        with dbapi.connect(keeper) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    change("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return started, change


def made(change, name="events", header=HEADER, rows=ROWS):
    values = ", ".join("(" + ", ".join(f"'{cell}'" for cell in row) + ")" for row in rows)
    change(f"CREATE TABLE {name} ({header})",
           f"INSERT INTO {name} VALUES {values}")  # noqa: S608 - our own rows


def events_of(log):
    return frame(log.events.order_by(["case", "position"]))


def same_events(one, other):
    columns = ["case", "activity", "end", "position"]
    pd.testing.assert_frame_equal(events_of(one)[columns], events_of(other)[columns])


# ---------------------------------------------------------------- a server


def test_a_table_of_a_server_is_the_same_log_as_its_export(database, write):
    address, change = database
    made(change)
    log = read_log(f"{address}?table=events")
    same_events(log, read_log(write(EVENTS)))
    (reading,) = log.readings
    assert (reading.rows_read, reading.rows_kept) == (4, 4)
    assert reading.file == address.replace("keeper@", "") + "?table=events"


def test_the_server_writes_every_type_as_text_and_moments_in_utc(database):
    address, change = database
    change('CREATE TABLE typed (id numeric(12,2), "at" timestamptz, local timestamp, day date,'
           ' yes boolean, raw bytea, nothing text, "odd ""name" text)',
           "INSERT INTO typed VALUES (7, '2026-03-02 09:00:00.25+08', '2026-03-02 09:00',"
           " '2026-03-02', true, 'x', null, '张三'),"
           " (8, 'infinity', null, null, null, null, '', '')")
    judged = check(f"{address}?table=typed", {"case_id": "id", "activity": "yes", "end": "local"})
    assert judged["rows_read"] == 2
    table = read_postgres(address_of(address), "typed")
    assert table.cells.iloc[0].tolist() == [
        "7.00", "2026-03-02T01:00:00.250000Z", "2026-03-02T09:00:00.000000", "2026-03-02", "true",
        "", "", "张三"]
    assert table.cells.loc[1, "at"] == "infinity"
    assert [(p.code, p.column, p.count) for p in table.problems] == [("binary_blank", "raw", 2)]


def test_a_client_folder_names_its_database_and_a_change_there_is_seen(database, folder):
    address, change = database
    made(change)
    place = folder(said(f"source: {address}\n  table: events"))
    (place / "events.csv").unlink()
    out = place.parent / "out"
    first = open_client(place, out)
    same_events(first.log, read_log(f"{address}?table=events"))
    assert open_client(place, out).key == first.key
    change("INSERT INTO events VALUES ('c9', 'check', '2026-03-05 09:00')")
    again = open_client(place, out)
    assert again.key != first.key
    assert again.log.key == first.log.key
    assert len(events_of(again.log)) == 5


def test_a_run_reads_its_database_once_and_every_stage_sees_the_same(database, folder):
    address, change = database
    made(change)
    place = folder(said(f"source: {address}"))
    (place / "events.csv").unlink()
    out = place.parent / "out"
    first = open_client(place, out)
    with seen(first.log):
        change("DROP TABLE events")
        assert open_client(place, out).key == first.key
    assert set(refused(lambda: open_client(place, out))) == {"table_none"}


def test_a_table_is_read_and_never_written(database):
    address, change = database
    made(change)
    change("CREATE FUNCTION sly() RETURNS text LANGUAGE sql AS"
           " $$DELETE FROM events; SELECT '2026-03-02'$$",
           'CREATE VIEW trap AS SELECT "Case", "Step", sly() AS "Time" FROM events')
    assert set(refused(lambda: read_log(f"{address}?table=trap"))) == {"database_failed"}
    assert check(f"{address}?table=events")["rows_kept"] == 4


@pytest.mark.parametrize("name", ['events"; DROP TABLE events; --', "events; DROP TABLE events",
                                  "(SELECT 1)", "pg_catalog.pg_authid", "public.events.Case"])
def test_a_table_is_a_name_and_no_statement(database, name):
    address, change = database
    made(change)
    assert set(refused(lambda: read_log(f"{address}?table={quote(name)}"))) == {"table_missing"}
    assert check(f"{address}?table=events")["rows_kept"] == 4


def test_a_table_may_stand_in_a_schema_and_bear_any_name(database):
    address, change = database
    change("CREATE SCHEMA sales")
    try:
        made(change, 'sales."my ""events"')
        asked = quote('sales.my "events')
        assert check(f"{address}?table={asked}")["rows_kept"] == 4
    finally:
        change("DROP SCHEMA sales CASCADE")


def test_a_misspelt_table_names_the_nearest_and_several_are_not_guessed(database):
    address, change = database
    made(change)
    made(change, "event_types")
    with pytest.raises(InputRefused, match="Did you mean: events"):
        read_log(f"{address}?table=evnets")
    with pytest.raises(InputRefused, match="event_types, events"):
        read_log(address)


@pytest.mark.parametrize(("spoil", "code"), [
    (lambda address: address.replace("keeper", "nobody"), "database_login"),
    (lambda address: address.replace("/postgres", "/none"), "database_login"),
    (lambda address: address.rpartition(":")[0] + ":1/postgres", "database_unreachable"),
    (lambda address: address + "?sslmode=require", "database_unreachable"),
])
def test_what_keeps_a_database_from_being_read_is_one_refusal(database, capsys, spoil, code):
    address, _ = database
    assert set(refused(lambda: read_log(spoil(address)))) == {code}
    with pytest.raises(SystemExit) as left:
        main(["tables", spoil(address), "--out", "never"])
    told = capsys.readouterr().err
    assert left.value.code == 3
    assert "Traceback" not in told
    assert server.PASSWORD not in told
    assert quote(server.PASSWORD, safe="") not in told


def test_a_wrong_password_is_refused_whatever_else_the_environment_holds(database, monkeypatch):
    address, _ = database
    monkeypatch.setenv("PGPASSWORD", server.PASSWORD)
    monkeypatch.setenv("WORKBENCH_DB_PASSWORD", "guess")
    assert set(refused(lambda: read_log(address))) == {"database_login"}
    monkeypatch.delenv("WORKBENCH_DB_PASSWORD")
    assert set(refused(lambda: read_log(address))) == {"database_login"}


def test_a_new_folder_keeps_the_address_and_no_copy(database, tmp_path):
    address, change = database
    made(change)
    made(change, "other")
    place = new_client(tmp_path / "acme", f"{address}?table=events", "en")
    text = (place / "engagement.yaml").read_text("utf-8")
    assert f'\n  source: "{address}"  # ' in text
    assert '\n  table: "events"\n' in text
    assert not list(place.glob("events*"))
    assert server.PASSWORD not in text
    same_events(open_client(place, tmp_path / "out").log, read_log(f"{address}?table=events"))


def test_the_manifest_names_what_was_read_and_verify_says_it_cannot_compare(tmp_path):
    client, out = tmp_path / "acme", tmp_path / "out" / "acme"
    client.mkdir()
    out.mkdir(parents=True)
    name = "postgresql://db.acme/erp?table=events"
    (out / "manifest.json").write_text(json.dumps(
        {"client_folder": "../../acme", "inputs": {name: "0"}, "outputs": {}}), encoding="utf-8")
    assert manifest.changes(out) == [("not_read", name)]
    with pytest.raises(SystemExit) as left:
        main(["verify", str(out)])
    assert left.value.code == 0


# ---------------------------------------------------------------- an address


@pytest.mark.parametrize(("address", "code"), [
    ("postgresql://reader:secret@db/erp", "source_password"),
    ("postgresql://reader@db/erp?password=secret", "source_password"),
    ("postgresql://reader@db/erp?PASSWORD=secret", "source_password"),
    ("postgresql://reader@db/erp?passfile=/etc/secret", "source_option"),
    ("postgresql://reader@db/erp?service=secret", "source_option"),
    ("postgresql://reader@db", "source_unfit"), ("postgresql:///erp", "source_unfit"),
    ("postgresql://reader@db:x/erp", "source_unfit"), ("mysql://reader@db/erp", "source_unfit"),
    ("https://db/secret.csv", "source_unfit"), ("sqlite:///", "source_unfit"),
])
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(folder, address, code):
    place = folder(said(f"source: '{address}'"))
    assert refused(lambda: open_client(place, place.parent / "out")) == {code: (8, "log.source")}
    with pytest.raises(InputRefused) as caught:
        read_log(address)
    assert {problem.code for problem in caught.value.problems} == {code}
    assert "secret" not in str(caught.value)


def test_either_a_file_or_a_database_is_named(folder):
    place = folder(ENGAGEMENT.replace("file: events.csv",
                                      "file: events.csv\n  source: postgresql://a@db/erp"))
    assert refused(lambda: open_client(place, place.parent / "out")) == {
        "source_and_file": (9, "log.source")}


def test_the_hash_of_a_table_follows_its_content_and_no_order():
    table = pd.DataFrame({"a": ["1", "2", "2"], "b": ["x", "y", "y"]})
    assert content_hash(table) == content_hash(table.iloc[[2, 0, 1]])
    others = [table.iloc[:2], table.rename(columns={"a": "c"}), table.replace("x", "z")]
    assert len({content_hash(other) for other in [table, *others]}) == 4


# ---------------------------------------------------------------- files of databases


def with_sqlite(path, *more):
    connection = sqlite3.connect(path)
    connection.execute(f"CREATE TABLE events ({HEADER})")
    connection.executemany("INSERT INTO events VALUES (?, ?, ?)", ROWS)
    for statement in more:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def with_duckdb(path, *more):
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE TABLE events ({HEADER})")
        connection.executemany("INSERT INTO events VALUES (?, ?, ?)", ROWS)
        for statement in more:
            connection.execute(statement)
    return path


MAKERS = {"erp.db": with_sqlite, "erp.sqlite": with_sqlite, "erp.duckdb": with_duckdb}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("where", ["file: NAME", "source: KIND:///NAME"])
def test_a_file_of_a_database_is_a_log_like_any_other(folder, name, where):
    kind = "duckdb" if name.endswith("duckdb") else "sqlite"
    place = folder(said(where.replace("KIND", kind).replace("NAME", name)))
    MAKERS[name](place / name)
    (place / "events.csv").rename(place.parent / "events.csv")
    client = open_client(place, place.parent / "out")
    same_events(client.log, read_log(place.parent / "events.csv"))
    assert client.log.readings[0].file == name


@pytest.mark.parametrize("name", MAKERS)
def test_several_tables_are_not_guessed(tmp_path, name):
    path = MAKERS[name](tmp_path / name, "CREATE TABLE other (a text)")
    assert set(refused(lambda: read_log(path))) == {"table_choose"}
    assert set(refused(lambda: read_table(path, choices=Choices(table="none")))) == {
        "table_missing"}
    assert read_table(path, choices=Choices(table="events")).rows_read == 4
    kind = "duckdb" if name.endswith("duckdb") else "sqlite"
    assert address_of(f"{kind}:///{name}?table=events").table == "events"


@pytest.mark.parametrize("address", ["sqlite:///../erp.db", "duckdb:////tmp/erp.duckdb"])
def test_a_database_outside_the_folder_is_refused(folder, address):
    place = folder(said(f"source: {address}"))
    assert refused(lambda: open_client(place, place.parent / "out")) == {
        "path_outside": (8, "log.source")}


def test_a_view_that_reaches_outside_its_file_is_refused(tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text(EVENTS, encoding="utf-8")
    path = with_duckdb(tmp_path / "erp.duckdb", f"CREATE VIEW sly AS FROM read_csv('{secret}')")
    with pytest.raises(InputRefused) as caught:
        read_table(path, choices=Choices(table="sly"))
    assert [problem.code for problem in caught.value.problems] == ["database_damaged"]
    assert "secret" not in str(caught.value)


def test_what_sqlite_stores_stays_as_it_is_and_pictures_are_named(tmp_path):
    path = with_sqlite(tmp_path / "erp.db", "CREATE TABLE odd (a, b)",
                       "INSERT INTO odd VALUES ('007', x'89'), (1.5, NULL),"
                       " (12345678901234567, 'x')")
    table = read_table(path, choices=Choices(table="odd"))
    assert table.cells["a"].tolist() == ["007", "1.5", "12345678901234567"]
    assert table.cells["b"].tolist() == ["", "", "x"]
    assert [(p.code, p.column, p.count) for p in table.problems] == [("binary_blank", "b", 1)]
    assert table.lines.tolist() == [1, 2, 3]


def test_text_of_an_old_program_is_decoded_and_said(tmp_path):
    path = with_sqlite(tmp_path / "erp.db", "CREATE TABLE old (a text)",
                       f"INSERT INTO old VALUES (CAST(x'{'审批'.encode('gbk').hex()}' AS text))")  # noqa: S608 - two words
    table = read_table(path, choices=Choices(table="old"))
    assert table.cells["a"].tolist() == ["审批"]
    assert [p.code for p in table.problems] == ["encoding_used"]


@pytest.mark.parametrize(("name", "beside"), [
    ("erp.db", "erp.db-wal"), ("erp.db", "erp.db-journal"), ("erp.duckdb", "erp.duckdb.wal")])
def test_a_database_copied_while_in_use_is_refused(tmp_path, name, beside):
    path = MAKERS[name](tmp_path / name)
    (tmp_path / beside).write_bytes(b"changes")
    assert set(refused(lambda: read_log(path))) == {"database_in_use"}


@pytest.mark.parametrize("name", MAKERS)
def test_a_damaged_database_is_refused(tmp_path, name):
    path = MAKERS[name](tmp_path / name)
    data = path.read_bytes()
    path.write_bytes(data[:200] + b"\xff" * (len(data) - 200))
    assert set(refused(lambda: read_log(path))) == {"database_damaged"}


def test_a_view_without_end_is_given_up(tmp_path, monkeypatch):
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"
    path = with_sqlite(tmp_path / "erp.db", f"CREATE VIEW silent AS {endless} WHERE x < 0",
                       f"CREATE VIEW loud AS {endless}")
    monkeypatch.setattr("workbench.intake.formats.database._PATIENCE", 1)
    monkeypatch.setattr("workbench.intake.formats.database.LARGEST", 100_000)
    assert set(refused(lambda: read_table(path, choices=Choices(table="silent")))) == {
        "database_damaged"}
    assert set(refused(lambda: read_table(path, choices=Choices(table="loud")))) == {
        "table_large"}
