"""The files of a deployment agree with the program, and with each other."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

import click
import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML
from sqlalchemy.engine import URL, make_url

from channels.cli import group
from channels.line import webhook
from channels.settings import Settings
from channels.staff import application
from channels.web.body_limit import MAX_BODY
from scripts.ask_the_wheel import STRANGER
from tests.conftest import ROOT, SMALL_CITY
from tests.postgres import Postgres
from tests.running import run_command

DEPLOY: Final = ROOT / "deploy"
DOCKERFILE: Final = (ROOT / "Dockerfile").read_text(encoding="utf-8")
NGINX: Final = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
SIZES: Final = {"k": 1024, "m": 1024 * 1024}
SERVING: Final = ("public-1", "public-2", "staff")
PREFIXES: Final = sorted(set(re.findall(r"PREFIX=(\S+)", DOCKERFILE)))
PROGRAM: Final = f"{PREFIXES[0]}/bin/toiawase"
"""Where the image has the program; the units and the handbook name the same place."""

INTERPOLATED: Final = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(ROOT / "compose.yaml")
    return loaded


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def interpolated(value: str) -> str:
    """Return a value as compose reads it where nobody has set anything."""
    return INTERPOLATED.sub(lambda found: found[2] or "", value)


def lines_of(instruction: str) -> list[str]:
    """Return what stands behind an instruction of the Dockerfile, each time it is there."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return re.findall(rf"^ *{instruction} +(.+)$", joined, re.MULTILINE)


def unit(name: str) -> dict[str, list[tuple[str, str]]]:
    """Return the sections of a unit: a key may stand there more than once."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for line in (DEPLOY / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            current.append((key, value))
    return sections


def environment_of(name: str) -> dict[str, str]:
    pairs = (value for key, value in unit(name)["Service"] if key == "Environment")
    return dict(pair.split("=", 1) for pair in pairs)


def location(path: str) -> str:
    """Return the block of nginx.conf for a path."""
    return NGINX.split(f"    location {path} {{\n", 1)[1].split("\n    }\n", 1)[0]


def size(text: str, directive: str) -> int:
    found = re.search(rf"^ *{directive} (\d+)([km]);$", text, re.MULTILINE)
    assert found, f"no {directive}"
    return int(found[1]) * SIZES[found[2]]


def accept(arguments: list[str]) -> None:
    """Have the real command line read the arguments, and do nothing; raises what is wrong."""
    command, left = group, arguments
    context = click.Context(group, info_name="toiawase")
    while isinstance(command, click.Group):
        _, found, left = command.resolve_command(context, left)
        assert found is not None, arguments
        command = found  # type: ignore[assignment]
    command.make_context("toiawase", list(left), parent=context)


# --- settings ---


@pytest.mark.parametrize(
    "file",
    ["Dockerfile", "compose.yaml", *sorted(f"deploy/{path.name}" for path in DEPLOY.iterdir())],
)
def test_every_setting_that_is_named_is_one(file: str) -> None:
    known = {f"TOIAWASE_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"TOIAWASE_\w+", (ROOT / file).read_text(encoding="utf-8")))
    assert named <= known


@pytest.mark.parametrize("name", [*SERVING, "migrate"])
def test_the_settings_of_compose_are_valid(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in services()[name]["environment"].items():
        assert isinstance(value, str), "compose takes strings"
        monkeypatch.setenv(variable, interpolated(value))
    settings = Settings()
    assert settings.mode == "production"
    assert settings.secret_key_file == Path("/run/secrets/secret-key")


@pytest.mark.parametrize("name", ["toiawase.service", "toiawase-backup.service"])
def test_the_settings_of_a_unit_are_valid(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in environment_of(name).items():
        monkeypatch.setenv(variable, value)
    settings = Settings()
    assert settings.mode == "production"
    around = Path("/var/lib/toiawase")
    # The FAQ folder's parent is written to as well.
    assert (settings.state_folder.parent, settings.draft_folder.parent) == (around, around)


def test_backup_and_service_look_at_the_same_city() -> None:
    assert environment_of("toiawase.service") == environment_of("toiawase-backup.service")


def test_a_wrong_setting_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOIAWASE_DRAIN_SECONDS", "-1")
    with pytest.raises(ValidationError):
        Settings()


# --- commands ---


@pytest.mark.parametrize("name", [*SERVING, "migrate"])
def test_every_command_of_compose_is_one(name: str) -> None:
    accept(services()[name]["command"])


@pytest.mark.parametrize("name", ["toiawase.service", "toiawase-backup.service"])
def test_every_command_of_a_unit_is_one(name: str) -> None:
    (started,) = (value for key, value in unit(name)["Service"] if key == "ExecStart")
    words = shlex.split(started)
    if words[:2] == ["/bin/sh", "-c"]:
        words = shlex.split(words[2].removeprefix("exec "))
    assert words[0] == PROGRAM
    accept(words[1:])


def test_the_command_of_the_image_is_one() -> None:
    (entry,), (arguments,) = lines_of("ENTRYPOINT"), lines_of("CMD")[-1:]
    # A list, so that no shell stands between the signal to stop and the service.
    assert YAML(typ="safe").load(entry) == ["toiawase"]
    accept(YAML(typ="safe").load(arguments))


def test_every_command_of_the_handbook_is_one() -> None:
    handbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    toiawase = rf"(?:exec staff toiawase|{re.escape(PROGRAM)}) ([^`\n]+)"
    commands = re.findall(toiawase, handbook)
    assert len(commands) >= 3
    for command in commands:
        accept(shlex.split(command))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"\bmake (?:[A-Z]+=\S+ )?([a-z-]+)", handbook)
    assert named
    assert set(named) <= targets
    services_named = re.findall(
        r"docker compose (?:exec|cp|create|logs) .*?(staff|public-1)", handbook
    )
    assert set(services_named) <= set(services())


def test_a_wrong_command_is_noticed() -> None:
    with pytest.raises(click.UsageError):
        accept(["serve", "--only", "everybody"])
    with pytest.raises(click.UsageError):
        accept(["server"])


# --- the image ---


def test_each_step_of_the_image_is_a_target_of_make() -> None:
    steps = lines_of("RUN")
    assert steps
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for step in steps:
        make, target, *variables = step.split()
        assert (make, target in targets) == ("make", True), step
        assert all(re.fullmatch(r"[A-Z]+=/[a-z/]+", variable) for variable in variables), step


def test_the_image_stands_on_a_pinned_python_that_the_project_supports() -> None:
    bases = [base.split()[0] for base in lines_of("FROM")]
    assert bases
    for base in bases:
        assert re.fullmatch(r"python:3\.1[123](\.\d+)?(-slim)?-[a-z]+", base), base
    assert len({base.replace("-slim", "") for base in bases}) == 1
    images = {one["image"] for one in services().values()} - {"toiawase"}
    assert all(re.fullmatch(r"[a-z]+:\d[\w.-]*", image) for image in images), images


def test_nobody_serves_as_root() -> None:
    assert lines_of("USER") == [f"{STRANGER}:{STRANGER}"]
    # Nothing after it could make somebody else of the user.
    assert "USER" not in DOCKERFILE.split("ENTRYPOINT")[1]
    assert f"--chown={STRANGER}:{STRANGER} /folders /srv/toiawase" in DOCKERFILE


def goes_into_the_image(path: str) -> bool:
    """Tell whether docker would send a file; the last pattern that fits decides."""
    sent = True
    parents = [path, *(str(parent) for parent in Path(path).parents)]
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!").removeprefix("**/")
        names = [Path(part).name for part in parents] if "**/" in line else parents
        if line and not line.startswith("#") and any(fnmatch(name, pattern) for name in names):
            sent = line.startswith("!")
    return sent


@pytest.mark.parametrize(
    "path",
    [
        "var/toiawase.db",
        ".git/config",
        ".venv/bin/python",
        "build/image/bin/python",
        "secrets/pgpass",
        "toiawase.env",
        "tests/conftest.py",
        "nlp/__pycache__/normalise.cpython-311.pyc",
    ],
)
def test_nothing_of_a_city_goes_into_the_image(path: str) -> None:
    assert not goes_into_the_image(path)


def context_of_the_image(target: Path) -> Path:
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file() and goes_into_the_image(name):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


@pytest.mark.acceptance
def test_the_steps_of_the_image_succeed_on_what_goes_into_it(tmp_path: Path) -> None:
    context = context_of_the_image(tmp_path / "build")
    prefix = tmp_path / "opt" / "toiawase"
    for step in lines_of("RUN"):
        command = step.replace("=/", f"={tmp_path}/").split()
        done = subprocess.run(command, cwd=context, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    toiawase = prefix / "bin" / YAML(typ="safe").load(lines_of("ENTRYPOINT")[0])[0]
    shutil.rmtree(context)
    done = subprocess.run([toiawase, "--version"], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("toiawase "), done.stderr
    assert {path.name for path in (tmp_path / "folders").iterdir()} == {"state", "city", "backup"}


# --- compose ---


@pytest.mark.parametrize("name", [*services()])
def test_every_container_may_do_little(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert any(mount.startswith("/tmp") for mount in service["tmpfs"])
    assert "privileged" not in service


def test_only_nginx_is_reached_from_outside() -> None:
    assert [name for name, one in services().items() if "ports" in one] == ["nginx"]
    assert services()["database"]["networks"] == ["back"]
    assert compose()["networks"]["back"]["internal"] is True
    assert "back" not in services()["nginx"]["networks"]


def test_each_replica_keeps_what_waits_in_a_folder_of_its_own() -> None:
    state = Path(
        dict(pair.split("=", 1) for pair in lines_of("ENV")[0].split())["TOIAWASE_STATE_FOLDER"]
    )
    volumes = {
        volume.split(":")[0]
        for name in SERVING
        for volume in services()[name]["volumes"]
        if volume.endswith(f":{state}")
    }
    assert volumes == set(SERVING)


def test_one_process_alone_writes_the_faq_folder() -> None:
    writers = [
        name
        for name, one in services().items()
        if any(volume.startswith("city:") for volume in one.get("volumes", []))
    ]
    assert writers == ["staff"]
    assert services()["staff"]["command"][-2:] == ["--only", "staff"]


def test_the_database_is_brought_up_to_date_before_anybody_serves() -> None:
    after = {name: one.get("depends_on") for name, one in services().items()}
    assert after["migrate"] == {"database": {"condition": "service_healthy"}}
    assert after["staff"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert after["public-1"] == after["public-2"] == {"staff": {"condition": "service_healthy"}}


def test_every_volume_and_secret_is_declared() -> None:
    whole = compose()
    named = {
        volume.split(":")[0]
        for one in services().values()
        for volume in one.get("volumes", [])
        if not volume.startswith(".")
    }
    assert named == set(whole["volumes"])
    secrets = {secret for one in services().values() for secret in one.get("secrets", [])}
    assert secrets == set(whole["secrets"])
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    for secret in whole["secrets"].values():
        assert f"/{Path(secret['file']).parent}/" in ignored


def test_there_is_time_enough_to_stop() -> None:
    for name in SERVING:
        service = services()[name]
        drain = float(service["environment"]["TOIAWASE_DRAIN_SECONDS"])
        assert int(service["stop_grace_period"].removesuffix("s")) >= drain + 10 + 10


def test_the_database_takes_the_password_from_its_file(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.execute("CREATE ROLE locked_out LOGIN PASSWORD 'open-sesame'")
    postgres.execute("CREATE DATABASE locked OWNER locked_out")
    rules = postgres.data / "pg_hba.conf"
    rules.write_text(f"local locked locked_out scram-sha-256\n{rules.read_text()}")
    postgres.execute("SELECT pg_reload_conf()")
    meant = make_url(services()["migrate"]["environment"]["TOIAWASE_DATABASE_URL"])
    assert [*meant.query] == ["passfile"]
    url = URL.create(
        "postgresql", "locked_out", database="locked", query=make_url(postgres.address).query
    )
    monkeypatch.setenv("TOIAWASE_DATABASE_URL", url.render_as_string())
    refused = run_command("migrate", state=tmp_path, faq=SMALL_CITY)
    passfile = tmp_path / "pgpass"
    passfile.write_text("*:*:locked:locked_out:open-sesame\n")
    passfile.chmod(0o400)
    with_file = url.update_query_dict({"passfile": str(passfile)})
    monkeypatch.setenv("TOIAWASE_DATABASE_URL", with_file.render_as_string())
    done = run_command("migrate", state=tmp_path, faq=SMALL_CITY)
    assert (refused.returncode, done.returncode) == (1, 0), done.stderr


# --- nginx ---


def test_nginx_sends_to_the_services_of_compose() -> None:
    places = set(re.findall(r"^ *server ([\w-]+):(\d+)[ ;]", NGINX, re.MULTILINE))
    assert {name for name, _ in places} == set(SERVING)
    assert {port for _, port in places} == set(lines_of("EXPOSE"))
    known = dict(host.split(":") for host in services()["nginx"]["extra_hosts"])
    real = {name: services()[name]["networks"]["front"]["ipv4_address"] for name in SERVING}
    assert known == real


def test_the_service_believes_nginx_and_nobody_else() -> None:
    address = services()["nginx"]["networks"]["front"]["ipv4_address"]
    for name in SERVING:
        assert services()[name]["environment"]["TOIAWASE_TRUSTED_PROXIES"] == address


def test_nginx_listens_where_compose_publishes() -> None:
    (published,) = services()["nginx"]["ports"]
    (listened,) = re.findall(r"^ *listen (\d+);$", NGINX, re.MULTILINE)
    assert interpolated(published) == f"127.0.0.1:8080:{listened}"


def test_the_limits_of_bodies_are_those_of_the_service() -> None:
    assert size(NGINX.split("    location ")[0], "client_max_body_size") == MAX_BODY
    for path, most in (("/line/", webhook.MAX_BODY), ("/staff", application.MAX_BODY)):
        assert size(location(path), "client_max_body_size") == most
        # As large as the limit: nothing that a citizen wrote is put on the disk of nginx.
        assert size(location(path), "client_body_buffer_size") == most
    assert webhook.PATH.startswith("/line/")


def test_staff_are_served_by_the_console_and_figures_by_nobody() -> None:
    assert "proxy_pass http://staff;" in location("/staff")
    assert "proxy_pass http://public;" in location("/")
    assert location("/metrics").strip() == "return 404;"


def test_a_question_that_was_sent_is_never_sent_again() -> None:
    default = NGINX.split("    location ")[0]
    assert re.findall(r"proxy_next_upstream (.+);", default) == ["error timeout"]
    assert "proxy_next_upstream" not in location("/api/") + location("/")


# --- units ---


def test_the_units_have_what_they_name() -> None:
    for name in ("toiawase.service", "toiawase-backup.service", "toiawase-backup.timer"):
        parser = RawConfigParser(strict=False, interpolation=None)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read(DEPLOY / name, encoding="utf-8")
        assert parser.has_section("Unit"), name
    service = dict(unit("toiawase.service")["Service"])
    assert service["User"] != "root"
    assert (service["ProtectSystem"], service["NoNewPrivileges"]) == ("strict", "yes")
    assert environment_of("toiawase.service")["TOIAWASE_STATE_FOLDER"].startswith(
        f"/var/lib/{service['StateDirectory']}/"
    )


@pytest.mark.acceptance
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    assert program, "systemd-analyze is not installed: on Debian, `apt-get install systemd`"
    installed = str(Path(sys.executable).parent / "toiawase")
    assert os.access(installed, os.X_OK)
    copies = []
    for path in sorted(DEPLOY.glob("toiawase*.*")):
        copies.append(tmp_path / path.name)
        copies[-1].write_text(path.read_text().replace(PROGRAM, installed))
    done = subprocess.run([program, "verify", *copies], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for copy in tmp_path.glob("*.service"):
        # 0 is nothing to lose, 100 all of it: below 20 is what systemd calls OK.
        least = [program, "security", "--offline=true", "--threshold=20", str(copy)]
        rated = subprocess.run(least, capture_output=True, text=True, check=False)
        assert rated.returncode == 0, rated.stdout
