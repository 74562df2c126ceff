"""Keys: how they are written, what the control store keeps of them, and what it gives away."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greeum.control import keys
from greeum.control.keys import LENGTH, NewKey
from greeum.control.model import ROLES, Role
from greeum.control.store import DATABASE_FILE, ControlStore
from greeum.errors import (
    InvalidInput,
    NotFound,
    StoreClosed,
    StoreDamaged,
    StoreFailed,
    StoreFull,
    StoreVersion,
)
from greeum.store import files

NEW = NewKey()


@pytest.fixture
def control(tmp_path: Path) -> Iterator[ControlStore]:
    with ControlStore(str(tmp_path)) as store:
        yield store


class TestKey:
    def test_it_is_written_in_four_parts_that_need_no_quoting(self) -> None:
        new = NewKey()
        prefix, public_id, secret, checksum = new.text.split("_")
        assert (prefix, public_id, len(secret), len(checksum)) == ("gk", new.id, 43, 6)
        assert len(new.id) == 10
        assert len(new.text) == LENGTH == 64
        assert set(public_id + secret + checksum) <= set(string.ascii_letters + string.digits)

    def test_no_two_are_alike(self) -> None:
        made = [NewKey() for _ in range(1_000)]
        assert len({new.id for new in made}) == len({new.text[14:57] for new in made}) == 1_000

    def test_what_is_printed_of_it_opens_nothing(self) -> None:
        assert repr(NEW) == f"NewKey({NEW.id!r})"
        assert str(NEW) == repr(NEW)

    def test_its_public_part_is_read(self) -> None:
        assert keys.id_in(NEW.text) == NEW.id

    @given(st.integers(0, LENGTH - 1), st.sampled_from(keys.DIGITS + "_-한"))
    def test_one_wrong_character_is_noticed(self, place: int, character: str) -> None:
        mistyped = NEW.text[:place] + character + NEW.text[place + 1 :]
        assert keys.id_in(mistyped) == (NEW.id if mistyped == NEW.text else None)

    @given(st.integers(0, LENGTH - 2))
    def test_two_characters_that_changed_places_are_noticed(self, place: int) -> None:
        swapped = NEW.text[:place] + NEW.text[place + 1] + NEW.text[place] + NEW.text[place + 2 :]
        assert keys.id_in(swapped) == (NEW.id if swapped == NEW.text else None)

    @given(st.text())
    def test_text_is_no_key(self, text: str) -> None:
        assert keys.id_in(text) is None

    def test_every_part_has_its_place(self) -> None:
        signed = NEW.text[:-7].replace("_", "0").replace("gk0", "gk_", 1)
        assert keys.id_in(f"{signed}_{keys.checksum(signed)}") is None
        assert keys.id_in(f"{NEW.text[:-7]}0{keys.checksum(NEW.text[:-7])}") is None

    def test_numbers_are_written_whole(self) -> None:
        assert keys.in_base_62(0, 6) == "000000"
        assert keys.in_base_62(61 + 62, 2) == "1z"
        assert int(62**keys.SECRET_CHARACTERS) >= 2**keys.SECRET_BITS
        assert 62**keys.CHECKSUM_CHARACTERS >= 2**32


class TestRole:
    def test_each_may_do_more_than_the_one_before(self) -> None:
        assert list(ROLES) == ["reader", "writer", "admin"]
        assert Role.READER < Role.WRITER < Role.ADMIN


class TestCreating:
    def test_a_key_is_what_was_asked_for(self, control: ControlStore) -> None:
        key, new = control.create_key("acme", "writer", root=["acme", "a/b"], rate=50, label="of the bot")
        assert control.key_of(new.text) == key
        assert (key.id, key.tenant, key.role) == (new.id, "acme", Role.WRITER)
        assert (key.namespace, key.rate, key.label, key.revoked_at_us) == ("acme/a%2Fb", 50.0, "of the bot", None)

    def test_what_is_left_out_is_not_bounded(self, control: ControlStore) -> None:
        key, _ = control.create_key("acme", "reader")
        assert (key.namespace, key.rate, key.label) == ("", None, "")

    def test_its_tenant_is_made_once(self, control: ControlStore) -> None:
        for tenant in ("b", "acme", "b"):
            control.create_key(tenant, "reader")
        assert control.tenants() == ["acme", "b"]

    @pytest.mark.parametrize("tenant", ["a", "0", "acme-2", "a-", "a" * 63])
    def test_names_of_tenants(self, control: ControlStore, tenant: str) -> None:
        assert control.create_key(tenant, "reader")[0].tenant == tenant

    @pytest.mark.parametrize(
        "tenant", ["", "-", "-a", "A", "a_b", "a/b", "..", "a.b", "a b", "a\n", "é", "회사", "²", "a" * 64]
    )
    def test_what_is_no_name_of_one(self, control: ControlStore, tenant: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            control.create_key(tenant, "reader")
        assert caught.value.field == "tenant"
        assert control.tenants() == []

    @pytest.mark.parametrize("role", ["", "Reader", "owner"])
    def test_what_is_no_role(self, control: ControlStore, role: str) -> None:
        with pytest.raises(InvalidInput, match="reader, writer, admin") as caught:
            control.create_key("acme", role)
        assert caught.value.field == "role"

    @pytest.mark.parametrize("rate", [0, -1, 0.0001, 1e7, float("nan"), float("inf")])
    def test_what_is_no_rate(self, control: ControlStore, rate: float) -> None:
        with pytest.raises(InvalidInput) as caught:
            control.create_key("acme", "reader", rate=rate)
        assert caught.value.field == "rate"

    def test_how_far_what_it_writes_is_trusted(self, control: ControlStore) -> None:
        assert control.create_key("acme", "admin")[0].trust == 1.0
        key, new = control.create_key("acme", "writer", trust=0.3)
        assert key.trust == 0.3
        assert control.key_of(new.text) == control.valid_key(key.id) == key

    @pytest.mark.parametrize(("role", "trust"), [("writer", -0.1), ("writer", 1.1), ("admin", "1"), ("reader", 0.5)])
    def test_what_is_no_trust(self, control: ControlStore, role: str, trust: Any) -> None:
        with pytest.raises(InvalidInput) as caught:
            control.create_key("acme", role, trust=trust)
        assert caught.value.field == "trust"
        assert control.keys() == []

    def test_what_cannot_be_a_namespace_or_a_label(self, control: ControlStore) -> None:
        with pytest.raises(InvalidInput, match="namespace"):
            control.create_key("acme", "reader", root="/a")
        with pytest.raises(InvalidInput, match="label"):
            control.create_key("acme", "reader", label="x" * 257)
        assert control.keys() == []

    def test_if_the_disk_is_full_there_is_no_key(self, control: ControlStore, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> apsw.Connection:
            raise apsw.FullError("no room")

        monkeypatch.setattr("greeum.control.store.open_writer", fail)
        with pytest.raises(StoreFull):
            control.create_key("acme", "reader")
        assert control.keys() == []


class TestAsking:
    def test_only_the_whole_key_is_the_key(self, control: ControlStore) -> None:
        _, new = control.create_key("acme", "reader")
        forged = f"gk_{new.id}_{'0' * 43}"
        for text in ("", new.id, new.text[:-1], new.text + "0", new.text.lower(), f"{forged}_{keys.checksum(forged)}"):
            assert control.key_of(text) is None

    def test_a_key_of_another_server_is_none(self, control: ControlStore) -> None:
        assert control.key_of(NEW.text) is None

    def test_the_list_is_in_the_order_of_making(self, control: ControlStore) -> None:
        made = [control.create_key(tenant, "reader")[0] for tenant in ("b", "a", "b")]
        assert control.keys() == sorted(made, key=lambda key: (key.created_at_us, key.id))
        assert [key.tenant for key in control.keys("b")] == ["b", "b"]
        assert control.keys("c") == []

    def test_a_key_as_json(self, control: ControlStore) -> None:
        key, _ = control.create_key("acme", "admin", rate=0.5)
        shown = control.revoke(key.id).to_dict()
        assert str(shown.pop("created_at")).endswith("Z")
        assert str(shown.pop("revoked_at")).endswith("Z")
        assert shown == {
            "id": key.id, "tenant": "acme", "role": "admin", "namespace": "", "rate": 0.5, "label": "", "trust": 1.0,
        }  # fmt: skip
        assert key.to_dict()["revoked_at"] is None

    def test_the_version_changes_with_every_change_of_another(self, control: ControlStore, tmp_path: Path) -> None:
        versions = [control.version(), control.version()]
        assert versions[0] == versions[1]
        with ControlStore(str(tmp_path)) as other:
            key, _ = other.create_key("acme", "reader")
            versions.append(control.version())
            other.revoke(key.id)
            versions.append(control.version())
        control.create_key("acme", "reader")
        versions.append(control.version())
        assert len(set(versions)) == 4


class TestRevoking:
    def test_nobody_comes_in_with_it(self, control: ControlStore) -> None:
        key, new = control.create_key("acme", "reader")
        other, kept = control.create_key("acme", "reader")
        assert control.valid_key(key.id) == key
        revoked = control.revoke(key.id)
        assert revoked.revoked_at_us is not None
        assert control.key_of(new.text) is None
        assert control.valid_key(key.id) is None
        assert control.key_of(kept.text) == other

    def test_the_first_time_counts(self, control: ControlStore) -> None:
        key, _ = control.create_key("acme", "reader")
        assert control.revoke(key.id) == control.revoke(key.id) == control.keys()[0]

    def test_what_is_not_there_is_told(self, control: ControlStore) -> None:
        with pytest.raises(NotFound, match="nosuchkey0"):
            control.revoke("nosuchkey0")
        assert control.valid_key("nosuchkey0") is None


class TestFile:
    def test_it_holds_nothing_that_opens_the_door(self, tmp_path: Path) -> None:
        with ControlStore(str(tmp_path)) as control:
            made = [control.create_key("acme", "reader")[1] for _ in range(3)]
            control.revoke(made[0].id)
            dump = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        for new in made:
            assert new.id.encode() in dump
            assert new.text[14:57].encode() not in dump

    def test_it_is_its_owners_alone(self, tmp_path: Path) -> None:
        with ControlStore(str(tmp_path / "new")) as control:
            control.create_key("acme", "reader")
            modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()}
        assert modes[DATABASE_FILE] == modes[f"{DATABASE_FILE}-wal"] == 0o600
        assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700

    def test_it_is_kept(self, tmp_path: Path) -> None:
        with ControlStore(str(tmp_path)) as control:
            key, new = control.create_key("acme", "reader")
        with ControlStore(str(tmp_path), create=False) as control:
            assert control.key_of(new.text) == key

    def test_none_is_made_where_one_should_be(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match="keys create"):
            ControlStore(str(tmp_path / "nothing"), create=False)
        assert not (tmp_path / "nothing").exists()

    def test_a_closed_one_says_so(self, tmp_path: Path) -> None:
        control = ControlStore(str(tmp_path))
        control.close()
        control.close()
        with pytest.raises(StoreClosed):
            control.keys()

    def test_one_that_was_left_half_made_is_made(self, tmp_path: Path) -> None:
        files.make_database(str(tmp_path / DATABASE_FILE))
        database = apsw.Connection(str(tmp_path / DATABASE_FILE))
        database.execute("PRAGMA journal_mode = WAL").fetchall()
        database.close()
        with ControlStore(str(tmp_path)) as control:
            assert control.keys() == []

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ("PRAGMA user_version = 3", StoreVersion),
            ("PRAGMA application_id = 1", StoreDamaged),
        ],
    )
    def test_what_is_not_of_this_greeum_is_left_alone(
        self, tmp_path: Path, change: str, error: type[Exception]
    ) -> None:
        ControlStore(str(tmp_path)).close()
        database = apsw.Connection(str(tmp_path / DATABASE_FILE))
        database.execute(change).fetchall()
        database.close()
        with pytest.raises(error, match=DATABASE_FILE):
            ControlStore(str(tmp_path))

    def test_one_of_before_there_was_trust_is_brought_up_to_date(self, tmp_path: Path) -> None:
        with ControlStore(str(tmp_path)) as control:
            key, new = control.create_key("acme", "writer")
        database = apsw.Connection(str(tmp_path / DATABASE_FILE))
        database.execute("ALTER TABLE keys DROP COLUMN trust; PRAGMA user_version = 1").fetchall()
        database.close()
        with ControlStore(str(tmp_path)) as control:
            assert control.key_of(new.text) == key
            assert control.keys()[0].trust == 1.0

    def test_what_is_no_database_is_told(self, tmp_path: Path) -> None:
        (tmp_path / DATABASE_FILE).write_text("keys: none\n" * 1_000)
        with pytest.raises(StoreDamaged):
            ControlStore(str(tmp_path))

    def test_what_breaks_later_is_told(self, control: ControlStore, tmp_path: Path) -> None:
        database = apsw.Connection(str(tmp_path / DATABASE_FILE))
        database.execute("DROP TABLE keys").fetchall()
        database.close()
        with pytest.raises(StoreFailed):
            control.keys()
