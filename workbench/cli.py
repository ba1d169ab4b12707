"""The command line, thin: it reads arguments, calls one function and prints what came back."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text
from typer.exceptions import TyperException

from workbench import words
from workbench.errors import InputRefused, WorkbenchError, WrongUse
from workbench.model import STAGES, EventLog
from workbench.model import Language as Spoken

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
ALL_STAGES = ",".join(STAGES)
_SHOWN_FIRST = ("diagnosis.", "pilot_evaluation.")  # what a reader of a whole run wants to open


def _help(command: str) -> str:
    return words.in_both(f"cli.help.{command}")


def _option(name: str, *flags: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(*flags, help=words.in_both(f"cli.option.{name}"))
    return option


def _argument(name: str) -> typer.models.ArgumentInfo:
    argument: typer.models.ArgumentInfo = typer.Argument(help=words.in_both(f"cli.option.{name}"))
    return argument


ClientPath = Annotated[Path, _argument("client")]
Out = Annotated[Path, _option("out", "--out")]
Stages = Annotated[str, _option("stages", "--stages")]
Language = Annotated[str | None, _option("language", "--language")]
Engine = Annotated[str, _option("engine", "--engine")]
Mapping = Annotated[list[str] | None, _option("map", "--map")]
Force = Annotated[bool, _option("force", "--force")]
Sheet = Annotated[str | None, _option("sheet", "--sheet")]
Ignored = Annotated[str, _option("ignore", "--ignore")]
Quiet = Annotated[bool, _option("quiet", "--quiet")]
Verbose = Annotated[bool, _option("verbose", "--verbose")]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and leave with the exit code that CONTRACTS gives its outcome."""
    try:
        code = app(args=arguments, prog_name="workbench", standalone_mode=False)
    except TyperException as wrong:
        _say_error(words.in_both("cli.wrong_use", message=wrong.format_message()))
        code = WrongUse.exit_code
    except WorkbenchError as error:
        _say_error(str(error))
        code = error.exit_code
    except OSError as error:  # what may not be read or written, a full disk
        _say_error(words.in_both("cli.not_accessible", path=str(error.filename or ""),
                                 error=str(error.strerror or error)))
        code = InputRefused.exit_code
    sys.exit(code or 0)


@app.callback(help=_help("workbench"), no_args_is_help=False)
def _workbench() -> None: ...


@app.command(help=_help("run"))
def run(
    client: ClientPath, out: Out = Path("out"),
    stages: Stages = ALL_STAGES,
    language: Language = None, engine: Engine = "duckdb", force: Force = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:
    """Run the stages of one client and print where its documents are."""
    from workbench.run import run as run_client

    with _progress(quiet=quiet, verbose=verbose) as report:
        finished = run_client(client, out, stages=_listed(stages), language=language, engine=engine,
                              force=force, report=report)
    main_ones = [path for path in finished.documents if path.name.startswith(_SHOWN_FIRST)]
    for path in [finished.out / "index.html", *(main_ones or finished.documents)]:
        typer.echo(_short(path))


@app.command(help=_help("batch"))
def batch(
    clients_dir: Annotated[Path, _argument("clients_dir")], out: Out = Path("out"),
    jobs: Annotated[int, _option("jobs", "--jobs")] = os.cpu_count() or 1,
    stages: Stages = ALL_STAGES,
    language: Language = None, engine: Engine = "duckdb", force: Force = False,
    quiet: Quiet = False,
) -> int:
    """Run every client of a folder, each in its own process."""
    from workbench.batch import clients, left_out, run_all
    from workbench.run import chosen_stages, languages_of

    chosen_stages(_listed(stages))
    languages_of(language)
    options = ["--out", str(out), "--stages", stages, "--engine", engine,
               *(["--force"] if force else []), *(["--language", language] if language else [])]
    folders = clients(clients_dir)
    with _status(quiet=quiet) as status:
        status(words.in_both("cli.batch_running", clients=str(len(folders))))
        outcomes = run_all(folders, options, jobs=jobs)
    for outcome in outcomes:
        said = " / ".join(outcome.message.splitlines()) if outcome.exit_code else _short(
            out / outcome.client / "index.html")
        typer.echo(f"{outcome.client}\t{outcome.exit_code}\t{outcome.seconds:.0f} s\t{said}")
    for name in left_out(clients_dir, out):
        typer.echo(words.in_both("cli.no_engagement", folder=name).replace("\n", " / "))
    return 0 if all(outcome.exit_code == 0 for outcome in outcomes) else 1


@app.command(help=_help("check"))
def check(
    path: Annotated[str, _argument("path")],
    as_json: Annotated[bool, _option("json", "--json")] = False, mapping: Mapping = None,
    language: Annotated[str | None, _option("spoken", "--language")] = None, sheet: Sheet = None,
    ignore: Ignored = "", quiet: Quiet = False,
) -> int:
    """Read and judge a client folder, a file or a table of a database; nothing runs."""
    from workbench import intake

    spoken = () if language is None else (
        words.LANGUAGES if language == "both" else (_known_language(language),))
    with _reading(path, quiet=quiet):
        judged = intake.check(path, mapping=_roles(mapping), sheet=sheet, ignore=_listed(ignore))
    spoken = spoken or (judged.get("language") or _of_system(),)
    if as_json:
        typer.echo(json.dumps(judged, ensure_ascii=False, indent=1))
    else:
        for place, each in enumerate(spoken):
            _say(["", *intake.told(judged, each)] if place else intake.told(judged, each))
    return 3 if judged["outcome"] == "rejected" else 0


@app.command(help=_help("new"))
def new(
    client: ClientPath, log: Annotated[str, _option("from", "--from")],
    language: Annotated[str, _option("spoken", "--language")] = "zh", sheet: Sheet = None,
    ignore: Ignored = "", quiet: Quiet = False,
) -> None:
    """Make a client folder from a log."""
    from workbench import intake

    known = _known_language(language)
    with _reading(log, quiet=quiet):
        made = intake.make_client(client, log, known, sheet=sheet, ignore=_listed(ignore))
    _say(intake.told_of_new(made, _short(made.folder), known))


@app.command(help=_help("tables"))
def tables(
    source: Annotated[str, _argument("source")], out: Annotated[Path, _option("tables", "--out")],
    mapping: Mapping = None,
    ignore: Ignored = "",
    ties: Annotated[str | None, _option("ties", "--ties")] = None, engine: Engine = "duckdb",
    reveal: Annotated[bool, _option("reveal", "--reveal")] = False, sheet: Sheet = None,
    quiet: Quiet = False,
) -> None:
    """Write every metric table of a log as CSV."""
    from workbench import documents, metrics

    with _reading(source, quiet=quiet), TemporaryDirectory() as prepared:
        log = _log(source, _roles(mapping), ties, engine, _listed(ignore), sheet, Path(prepared))
        made = metrics.tables(log, reveal=reveal, **_said(source))
    for name, frame in made.items():
        typer.echo(_short(documents.write_csv(frame, out / f"{name}.csv")))


def _said(source: str) -> dict[str, Any]:
    """What a client folder says beyond its log: rules, costs, its promise, its map of steps."""
    from workbench import intake

    if not Path(source).is_dir():
        return {}
    engagement, steps = intake.read_said(Path(source))
    return {"rules": engagement.rules, "costs": engagement.costs, "steps": steps,
            "within_hours": engagement.promise_hours}


def _log(
    source: str, mapping: dict[str, str | tuple[str, ...]] | None, ties: str | None, engine: str,
    ignore: Sequence[str], sheet: str | None, prepared: Path,
) -> EventLog:
    """The log of a file; of a client folder, read as its engagement says unless told otherwise."""
    from workbench import intake

    if ties not in {None, "learned", "source"}:
        raise WrongUse(words.in_both("run.unknown_ties", ties=str(ties)))
    if Path(source).is_dir():
        return intake.read_client_log(Path(source), prepared, engine, mapping=mapping, ties=ties,
                                      ignore=ignore)
    return intake.read_log(source, mapping, ties=ties or "learned", engine=engine, ignore=ignore,
                           sheet=sheet)


@app.command(help=_help("verify"))
def verify(out_client: Annotated[Path, _argument("out_client")]) -> int:
    """Recompute the hashes of a manifest and name what changed."""
    from workbench import manifest

    try:
        changes = manifest.changes(out_client)
    except (OSError, ValueError, KeyError) as missing:
        raise WrongUse(words.in_both("cli.no_manifest", folder=str(out_client))) from missing
    for kind, path in changes:
        typer.echo(words.in_both(f"cli.{kind}", path=path))
    if not changes:
        typer.echo(words.in_both("cli.unchanged"))
    return 1 if any(kind != "not_read" for kind, _ in changes) else 0


@app.command(help=_help("freeze"))
def freeze(client: ClientPath) -> None:
    """Freeze the pilot's protocol."""
    from workbench.freeze import freeze as freeze_protocol

    typer.echo(_short(freeze_protocol(client)))


@app.command(help=_help("monitor"))
def monitor(
    client: ClientPath, out: Out = Path("out"), language: Language = None,
    engine: Engine = "duckdb", quiet: Quiet = False, verbose: Verbose = False,
) -> int:
    """Run the monitoring stage; leaves with 2 when there is a signal."""
    from workbench import documents, manifest
    from workbench.run import run as run_client

    with _progress(quiet=quiet, verbose=verbose) as report:
        finished = run_client(client, out, stages=("monitor",), language=language, engine=engine,
                              report=report)
    result = documents.load(manifest.stage_folder(finished.out, "monitor"))
    for path in finished.documents:
        typer.echo(_short(path))
    return 2 if result.records.get("signals") else 0


@app.command(help=_help("lab"))
def lab(
    client: Annotated[Path | None, _argument("client")] = None,
    no_browser: Annotated[bool, _option("no_browser", "--no-browser")] = False,
    port: Annotated[int, _option("port", "--port")] = 8888,
) -> None:
    """Start JupyterLab on the explorer, for a client."""
    from workbench.manifest import HOME

    surroundings = lab_surroundings(Path.cwd(), client)
    command = lab_command(HOME, port=port, browser=not no_browser)
    os.execve(command[0], command, surroundings)  # noqa: S606 - our own interpreter, no shell


def lab_command(root: Path, *, port: int, browser: bool) -> list[str]:
    """JupyterLab on the notebooks below a folder, reached from this machine only."""
    return [
        sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}",
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
        *([] if browser else ["--no-browser"]),
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
    ]


def lab_surroundings(home: Path, client: Path | None) -> dict[str, str]:
    """The environment of the Lab: the client, and settings that ask nothing of the network."""
    theirs = os.environ.get("JUPYTER_CONFIG_PATH")
    paths = [str(Path(__file__).with_name("lab")), *([theirs] if theirs else [])]
    chosen = {} if client is None else {"WORKBENCH_CLIENT": str(client.resolve())}
    return {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths),
            "WORKBENCH_HOME": str(home), **chosen}


# ---------------------------------------------------------------- reading and printing


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _roles(pairs: Sequence[str] | None) -> dict[str, str | tuple[str, ...]] | None:
    """`--map` as a mapping: `case_id=Year+Number,activity=Step` → {case_id: (Year, Number), …}."""
    if not pairs:
        return None
    from workbench.intake import ROLES

    mapping: dict[str, str | tuple[str, ...]] = {}
    for pair in (part for text in pairs for part in _listed(text)):
        role, equals, column = pair.partition("=")
        if role not in ROLES or not equals or not column:
            raise WrongUse(words.in_both("cli.unknown_role", pair=pair, known=", ".join(ROLES)))
        columns = tuple(column.split("+"))
        mapping[role] = columns if len(columns) > 1 else column
    return mapping


def _known_language(language: str) -> Spoken:
    for known in words.LANGUAGES:
        if language == known:
            return known
    raise WrongUse(words.in_both("run.unknown_language", language=language))


def _of_system() -> Spoken:
    """The language of the system: Chinese where its locale is, else English."""
    stated = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG")
                   if os.environ.get(name)), "")
    return "zh" if stated.lower().startswith("zh") else "en"


def _say(lines: Sequence[str]) -> None:
    """Print lines; on a screen long ones hang from their indentation."""
    console = Console(highlight=False)
    for line in lines:
        text = line.lstrip()
        if console.is_terminal and text:
            console.print(Padding(Text(text), (0, 0, 0, len(line) - len(text))))
        else:
            typer.echo(line)


def _short(path: Path) -> str:
    """A path as the reader can type it: relative where it lies below the working directory."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _say_error(message: str) -> None:
    typer.echo(message, err=True)


@contextmanager
def _status(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    console = Console(stderr=True, quiet=quiet)
    with console.status("") as status:
        yield status.update


@contextmanager
def _reading(source: str, *, quiet: bool) -> Iterator[None]:
    """A line that says what is read, while it is."""
    with _status(quiet=quiet) as status:
        shown = source.rpartition("@")[2].partition("?")[0]
        status(words.in_both("cli.reading", source=shown).replace("\n", " · "))
        yield


@contextmanager
def _progress(*, quiet: bool, verbose: bool) -> Iterator[Callable[[str, str], None]]:
    """A line that says which stage runs; with `verbose`, one line for each state of each stage."""
    with _status(quiet=quiet) as update:
        def report(stage: str, state: str) -> None:
            told = words.in_both(f"cli.{state}", stage=stage,
                                 number=str(STAGES.index(stage) + 1), of=str(len(STAGES)))
            update(told.replace("\n", " · "))
            if verbose or (not quiet and state != "started"):
                _say_error(told.replace("\n", " · "))

        yield report


if __name__ == "__main__":
    main()
