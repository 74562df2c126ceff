"""The files of a store: who may read them, what forgetting leaves in them, and where they should not lie."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import apsw
import pytest
from tests.conformance.store import draft
from tests.integration.disk import Disk

import greeum
from greeum.errors import StoreError, StoreFailed, StoreReadOnly
from greeum.store import connections, files
from greeum.store.protocol import Store
from greeum.store.sqlite import SQLiteStore

CANARY = "canary-7c1f0e"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "memory"


@pytest.fixture
def store(directory: Path) -> Iterator[SQLiteStore]:
    store = SQLiteStore(str(directory))
    yield store
    store.close()


def holding(directory: Path, text: str) -> list[str]:
    """The files that hold the text; read by another process, since closing a file here drops SQLite's locks on it."""
    script = (
        "import pathlib, sys\n"
        "for path in pathlib.Path(sys.argv[1]).iterdir():\n"
        "    if sys.argv[2].encode() in path.read_bytes(): print(path.name)"
    )
    found = subprocess.run([sys.executable, "-c", script, directory, text], capture_output=True, text=True, check=True)
    return found.stdout.split()


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_everything_is_for_its_owner_alone(store: SQLiteStore, directory: Path) -> None:
    store.add([draft()])
    names = {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
    assert set(names) == {"memory.db", "memory.db-wal", "memory.db-shm", "write.lock", "write-next.lock"}
    assert set(names.values()) == {0o600}
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_what_is_made_above_a_memory_is_for_its_owner_too(tmp_path: Path) -> None:
    greeum.open(tmp_path / "tenants" / "alice").close()
    assert stat.S_IMODE((tmp_path / "tenants").stat().st_mode) == 0o700


def test_parents_are_made_too_and_closing_leaves_one_file_and_the_locks(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "b"
    store = SQLiteStore(str(directory))
    store.add([draft()])
    store.close()
    assert {path.name for path in directory.iterdir()} == {"memory.db", "write.lock", "write-next.lock"}


def test_a_directory_that_cannot_be_made_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreFailed, match="file"):
        SQLiteStore(str(tmp_path / "file" / "memory"))
    with pytest.raises(StoreError, match="file"):
        SQLiteStore(str(tmp_path / "file"))


def test_counts_tell_the_bytes_on_disk(store: SQLiteStore) -> None:
    before = store.counts()["bytes"]
    store.add([draft("x" * 100_000)])
    assert store.counts()["bytes"] >= before + 100_000


class TestReadOnly:
    def test_it_answers_and_changes_nothing(self, store: SQLiteStore, directory: Path) -> None:
        [row] = store.add([draft(key="k")])
        reader: Store = SQLiteStore(str(directory), read_only=True)
        assert reader.read_only
        assert reader.block_by_key("acme/alice", "k") == row
        acts: list[Callable[[], object]] = [
            lambda: reader.add([draft()]),
            lambda: reader.supersede(1, draft()),
            lambda: reader.revise(1, {"importance": 1.0}),
            lambda: reader.forget([1]),
            lambda: reader.link(1, 1, "about", 1.0, 1),
            lambda: reader.unlink(1, 1, "about"),
            lambda: reader.set_anchor("n", "A", 1, None, None, 1),
            lambda: reader.pin_anchor("n", "A", True),
            lambda: reader.clear_anchor("n", "A"),
            lambda: reader.bind_embedder("x", 1),
        ]
        for act in acts:
            with pytest.raises(StoreReadOnly, match="read_only"):
                act()
        assert store.seq() == 1
        reader.close()

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="another user is needed")
    @pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
    @pytest.mark.parametrize("writer_is_alive", [False, True])
    def test_a_directory_that_may_not_be_written_can_be_read(self, writer_is_alive: bool) -> None:
        with tempfile.TemporaryDirectory() as parent:  # which another user may enter, unlike those of pytest
            directory = Path(parent) / "memory"
            store = SQLiteStore(str(directory))
            store.add([draft("kept")])
            if not writer_is_alive:
                store.close()
            for path in directory.iterdir():
                path.chmod(0o444)
            Path(parent).chmod(0o755)
            directory.chmod(0o555)
            assert by_another_user(lambda: read_only_texts(directory)) == "['kept'] StoreReadOnly"
            directory.chmod(0o755)
            store.close()

    @pytest.mark.parametrize(
        ("writable", "log", "shared_memory", "expected"),
        [
            (False, None, False, True),
            (False, b"", False, True),
            (False, b"", True, False),  # somebody has it open, and may begin to write
            (False, b"frames", True, False),
            (True, None, False, False),
        ],
    )
    def test_locks_are_done_without_only_if_they_must_and_can_be(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        *,
        writable: bool,
        log: bytes | None,
        shared_memory: bool,
        expected: bool,
    ) -> None:
        monkeypatch.setattr(os, "access", lambda *_: writable)
        if log is not None:
            (tmp_path / "memory.db-wal").write_bytes(log)
        if shared_memory:
            (tmp_path / "memory.db-shm").touch()
        assert connections.is_immutable(str(tmp_path / "memory.db")) is expected


def read_only_texts(directory: Path) -> str:
    try:
        SQLiteStore(str(directory))
        refused = "opened"
    except StoreError as error:
        refused = type(error).__name__
    reader = SQLiteStore(str(directory), read_only=True)
    texts = [row[4] for row in reader.blocks(reader.ids(0, 10))]
    reader.close()
    return f"{texts} {refused}"


def by_another_user(act: Callable[[], str]) -> str:
    """What `act` returns in a child that may not write what is not its own, as root always may."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setuid(65_534)
            os.write(writing, act().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as report:
        said = report.read()
    os.waitpid(child, 0)
    return said


class TestForgetting:
    def test_it_leaves_nothing_in_any_file(self, store: SQLiteStore, directory: Path) -> None:
        fields = {
            "key": f"{CANARY}-key",
            "source": f"{CANARY}-source",
            "tags": f'["{CANARY}-tag"]',
            "metadata": f'{{"{CANARY}":1}}',
            "uid": f"{CANARY}-uid",
            "vectors": f"{CANARY}-vector".encode(),
        }
        store.add([draft(f"before {number}") for number in range(200)])
        [row] = store.add([draft(f"{CANARY} " * 1_000, **fields)])
        store.revise(row[0], {"kind": f"{CANARY}-kind"})
        corrected = store.supersede(row[0], draft(f"{CANARY} corrected"))
        store.link(corrected[0], 1, f"{CANARY}-link", 1.0, 1)
        store.set_anchor("acme/alice", f"{CANARY}-anchor", corrected[0], None, None, 1)
        store.add([draft(f"after {number}") for number in range(200)])
        store.blocks(store.ids(0, 1_000))
        assert holding(directory, CANARY) != []
        store.forget([row[0]])
        assert holding(directory, CANARY) == []
        assert store.counts()["blocks"] == 400

    def test_it_leaves_nothing_after_a_long_history(self, directory: Path) -> None:
        """Rows that move between pages as their neighbours grow and go must not leave copies behind."""
        disk = Disk()
        store = SQLiteStore(str(directory), vfs=disk.name)
        random = Random(7)
        forgotten: list[str] = []
        for _ in range(12):
            marks = [f"{random.getrandbits(64):016x}" for _ in range(50)]
            store.add([draft(mark * random.choice((1, 3, 20, 300)), key=f"key-{mark}") for mark in marks])
            ids = store.ids(0, 1_000)
            for block_id in random.sample(ids, 10):
                store.revise(block_id, {"metadata": f'"{"x" * random.randrange(400)}"'})
            for row in store.blocks(random.sample(ids, len(ids) // 3)):
                forgotten.append(row[4][:16])
                store.forget([row[0]])
        store.close()
        content = b"".join(path.read_bytes() for path in directory.iterdir())
        assert [mark for mark in forgotten if mark.encode() in content] == []

    def test_a_reader_in_the_way_only_puts_it_off(self, store: SQLiteStore, directory: Path) -> None:
        [row] = store.add([draft(CANARY)])
        with_reader = self.forget_while_a_reader_is_in_the_way(store, directory, row[0])
        assert "memory.db-wal" in with_reader
        assert store.blocks([row[0]]) == []
        store.add([draft("next")])
        assert holding(directory, CANARY) == []

    def test_the_next_to_open_it_finishes_what_a_crash_left(
        self, store: SQLiteStore, directory: Path, tmp_path: Path
    ) -> None:
        [row] = store.add([draft(CANARY)])
        self.forget_while_a_reader_is_in_the_way(store, directory, row[0])
        crashed = tmp_path / "crashed"
        shutil.copytree(directory, crashed)
        (crashed / "memory.db-shm").unlink()
        assert holding(crashed, CANARY) != []
        again = SQLiteStore(str(crashed))
        assert holding(crashed, CANARY) == []
        again.close()

    def forget_while_a_reader_is_in_the_way(self, store: Store, directory: Path, block_id: int) -> list[str]:
        reader = apsw.Connection(str(directory / files.DATABASE_FILE))
        reader.execute("BEGIN")
        reader.execute("SELECT text FROM blocks").fetchall()
        store.forget([block_id])
        left = holding(directory, CANARY)
        reader.close()
        return left


class TestNetworkFileSystems:
    @pytest.fixture
    def mounts(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
        def mount(*mounted: tuple[str, str]) -> None:
            path = tmp_path / "mountinfo"
            lines = [f"36 35 98:0 / {point} rw,relatime shared:1 - {kind} source rw\n" for point, kind in mounted]
            path.write_text("".join(lines))
            monkeypatch.setattr(files, "MOUNTS_FILE", str(path))

        return mount

    @pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"])
    def test_it_warns_and_says_what_to_do(self, tmp_path: Path, mounts: Callable[..., None], kind: str) -> None:
        mounts(("/", "ext4"), (str(tmp_path), kind))
        with pytest.warns(RuntimeWarning, match=rf"network file system \({kind}\).*local disk"):
            SQLiteStore(str(tmp_path / "memory")).close()

    def test_it_is_silent_elsewhere(self, tmp_path: Path, mounts: Callable[..., None]) -> None:
        mounts(("/", "nfs"), (str(tmp_path), "xfs"), (f"{tmp_path}/memory2", "nfs"))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            SQLiteStore(str(tmp_path / "memory")).close()

    def test_a_later_mount_hides_an_earlier_one(self, tmp_path: Path, mounts: Callable[..., None]) -> None:
        mounts(("/", "ext4"), (str(tmp_path), "nfs"), (str(tmp_path), "xfs"))
        assert files.filesystem_of(str(tmp_path / "memory")) == "xfs"

    def test_names_with_spaces(self, tmp_path: Path, mounts: Callable[..., None]) -> None:
        (tmp_path / "my files").mkdir()
        mounts(("/", "ext4"), (f"{tmp_path}/my\\040files", "nfs"))
        assert files.filesystem_of(str(tmp_path / "my files" / "memory")) == "nfs"

    def test_where_there_is_no_list_nothing_is_said(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MOUNTS_FILE", str(tmp_path / "none"))
        assert files.filesystem_of(str(tmp_path)) is None


def test_a_writer_holds_a_large_transaction_and_keeps_little_of_it(tmp_path: Path) -> None:
    path = str(tmp_path / "memory.db")
    files.make_database(path)
    writer = connections.open_writer(path, None)
    try:
        writer.execute("CREATE TABLE pieces (content BLOB)")
        with writer:
            for _ in range(connections.WRITER_SPILL_KIB * 3 // 4 // 64):
                writer.execute("INSERT INTO pieces VALUES (randomblob(65536))")
            spilled, _ = writer.status(apsw.SQLITE_DBSTATUS_CACHE_SPILL)
        kept, _ = writer.status(apsw.SQLITE_DBSTATUS_CACHE_USED)
    finally:
        writer.close()
    assert spilled == 0, "written before it was committed, and so twice"
    assert kept < 1.2 * connections.WRITER_CACHE_KIB * 1_024
