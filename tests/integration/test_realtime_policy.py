"""The SQL policies on a real PostgreSQL say what authorize() says."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped] # published without types
import msgspec
import pytest

from server.realtime.authorize import Claims, authorize
from tests.conftest import wait_until

ROOT = Path(__file__).parents[2]
POLICIES = next((ROOT / "infra" / "supabase" / "migrations").glob("*_call_channels.sql")).read_text(encoding="utf-8")
STAND_INS = (Path(__file__).parent / "supabase_stand_ins.sql").read_text(encoding="utf-8")
CASES = json.loads((ROOT / "tests" / "vectors" / "authorize.json").read_text(encoding="utf-8"))["cases"]
# The hub offers broadcasts only; on Supabase the two others must be shut by the policies.
EXTENSIONS = ("broadcast", "presence", "persistence")


def binaries() -> Path:
    """Return the folder of the newest PostgreSQL here; Debian keeps it off the path."""
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    """A real PostgreSQL cluster, reachable only by a unix socket in the folder that is returned."""
    folder = Path(tempfile.mkdtemp(prefix="sotto-"))
    drop: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        drop = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data = folder / "data"
    subprocess.run(
        [*drop, str(binaries() / "initdb"), f"--pgdata={data}", "--username=postgres", "--auth=trust", "--no-sync",
         "--encoding=UTF8", "--locale=C.UTF-8"],
        check=True, stdout=subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    server = subprocess.Popen(
        [*drop, str(binaries() / "postgres"), "-D", str(data), "-k", str(folder),
         "-c", "listen_addresses=", "-c", "fsync=off"],
        stderr=subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    ready = [str(binaries() / "pg_isready"), "--quiet", f"--host={folder}"]
    try:
        wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, "PostgreSQL", 30)
        yield folder
    finally:
        server.send_signal(signal.SIGINT)  # "fast": ends the sessions and stops
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def database(cluster: Path) -> AsyncIterator[asyncpg.Connection]:
    """A connection inside a transaction that has the stand-ins and is rolled back."""
    connection = await asyncpg.connect(host=str(cluster), user="postgres", database="postgres")
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(STAND_INS)
        yield connection
    finally:
        await transaction.rollback()
        await connection.close()


async def rights(database: asyncpg.Connection, case: dict[str, Any], extension: str) -> tuple[bool, bool]:
    """Find out, as Realtime does, whether a token may read and whether it may write; nothing stays."""
    probe = "insert into realtime.messages (topic, extension) values ($1, $2)"
    attempt = database.transaction()
    await attempt.start()
    try:
        await database.execute(probe, case["topic"], extension)
        for setting, value in (
            ("role", case["claims"]["role"]),
            ("realtime.topic", case["topic"]),
            ("request.jwt.claims", json.dumps(case["claims"])),
        ):
            await database.execute("select set_config($1, $2, true)", setting, value)
        seen = "select count(*) from realtime.messages where topic = $1 and extension = $2"
        reads = await database.fetchval(seen, case["topic"], extension) > 0
        try:
            async with database.transaction():
                await database.execute(probe, case["topic"], extension)
            writes = True
        except asyncpg.InsufficientPrivilegeError:
            writes = False
    finally:
        await attempt.rollback()
    return reads, writes


async def disagreements(database: asyncpg.Connection) -> list[str]:
    """Return the cases in which the policies and the table differ."""
    found = []
    for case in CASES:
        for extension in EXTENSIONS:
            expected = case["allowed"] and extension == "broadcast"
            if await rights(database, case, extension) != (expected, expected):
                found.append(f"{case['name']} ({extension})")
    return found


@pytest.mark.claim("only-you-two")
async def test_the_policies_and_authorize_agree_on_every_case(database: asyncpg.Connection) -> None:
    """One table, three judges: reading and writing on PostgreSQL, and the hub's function."""
    await database.execute(POLICIES)
    assert await disagreements(database) == []
    for case in CASES:
        claims = msgspec.convert({"exp": 0, **case["claims"]}, Claims)
        assert authorize(claims, case["topic"]) is case["allowed"], case["name"]


async def test_without_the_policies_nobody_is_let_in(database: asyncpg.Connection) -> None:
    """Row level security denies by default: the policies are all that opens a channel."""
    allowed = [f"{case['name']} (broadcast)" for case in CASES if case["allowed"]]
    assert await disagreements(database) == allowed


@pytest.mark.parametrize(
    ("part", "weakened"),
    [
        ("extension = 'broadcast'", "true"),
        ("~ '^call-[A-Za-z0-9_-]{22}$'", "like 'call-%'"),
        ("~ '^call-[A-Za-z0-9_-]{22}$'", "~ 'call-[A-Za-z0-9_-]{22}'"),
        ("(select auth.jwt() ->> 'call') = (select realtime.topic())", "true"),
        ("to authenticated", "to public"),
    ],
)
@pytest.mark.parametrize("policy", [1, 2], ids=["listen", "speak"])
async def test_the_table_notices_a_weaker_policy(
    database: asyncpg.Connection, part: str, weakened: str, policy: int
) -> None:
    """Each condition of each policy is held by at least one case."""
    before, listen, speak = POLICIES.split("drop policy if exists")
    pieces = [before, listen, speak]
    assert part in pieces[policy]
    pieces[policy] = pieces[policy].replace(part, weakened)
    await database.execute("drop policy if exists".join(pieces))
    assert await disagreements(database)


async def test_the_migration_may_run_twice_and_refuses_an_unprotected_table(database: asyncpg.Connection) -> None:
    """A second run changes nothing; where row level security is off it stops and says so."""
    await database.execute(POLICIES)
    await database.execute(POLICIES)
    assert await database.fetchval("select count(*) from pg_policies where tablename = 'messages'") == 2
    await database.execute("alter table realtime.messages disable row level security")
    with pytest.raises(asyncpg.RaiseError, match="row level security is off"):
        await database.execute(POLICIES)
