"""The doors: who is let in, with whose memory, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from greeum.api import authentication
from greeum.api.authentication import KeyedDoor, OpenDoor, Visitor, keyed_door
from greeum.control.keys import NewKey
from greeum.control.model import Role
from greeum.control.store import ControlStore
from greeum.errors import Forbidden, StoreClosed, StoreFailed, Unauthenticated
from greeum.memory import Memory
from greeum.tenants import Tenants
from greeum.testing import TinyEmbedder, memory


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


class TestOpenDoor:
    @pytest.mark.parametrize("credential", [None, "", "gk_anything"])
    def test_everybody_may_do_everything(self, credential: str | None) -> None:
        with memory() as opened:
            door = OpenDoor(opened)
            visitor = door.enter(credential)
            block = visitor.memory.add("The pelican is back.")
            assert (block.origin, block.trust) == ("http", 1.0)
            assert opened.get(block.id) == block
            assert (visitor.role, visitor.key_id, visitor.rate) == (Role.ADMIN, None, None)
            assert door.enter_at_once(credential) is not None
            door.confirm(visitor)
            door.leave(visitor)

    def test_the_memory_stays_open(self, tmp_path: Path) -> None:
        with memory() as opened:
            door = OpenDoor(opened)
            door.close()
            opened.add("still here")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(authentication, "monotonic", found)
    return found


@pytest.fixture
def control(tmp_path: Path) -> Iterator[ControlStore]:
    """As the command line has it, beside the server's own."""
    with ControlStore(str(tmp_path)) as store:
        yield store


@pytest.fixture
def door(tmp_path: Path, clock: Clock, control: ControlStore) -> Iterator[KeyedDoor]:
    tenants = Tenants(str(tmp_path / "tenants"), embedder=TinyEmbedder(), open_max=4)
    found = KeyedDoor(ControlStore(str(tmp_path)), tenants)
    yield found
    found.close()


def refused(door: KeyedDoor, credential: str | None) -> str:
    with pytest.raises(Unauthenticated) as caught:
        door.enter(credential)
    with pytest.raises(Unauthenticated):
        door.enter_at_once(credential)
    return str(caught.value)


class TestEntering:
    def test_a_key_says_who_comes(self, door: KeyedDoor, control: ControlStore) -> None:
        key, new = control.create_key("acme", "writer", rate=7)
        visitor = door.enter(new.text)
        assert (visitor.role, visitor.key_id, visitor.rate) == (Role.WRITER, key.id, 7.0)
        assert isinstance(visitor.memory, Memory)
        door.leave(visitor)

    def test_what_it_writes_says_which_key_it_was(self, door: KeyedDoor, control: ControlStore) -> None:
        key, new = control.create_key("acme", "writer", trust=0.3)
        confined, other = control.create_key("acme", "writer", root="acme/alice")
        for credential, origin, trust in ((new.text, key.id, 0.3), (other.text, confined.id, 1.0)):
            visitor = door.enter(credential)
            block = visitor.memory.add("hello")
            assert (block.origin, block.trust) == (f"key/{origin}", trust)
            door.leave(visitor)

    def test_the_key_itself_is_not_kept(self, door: KeyedDoor, control: ControlStore) -> None:
        _, new = control.create_key("acme", "writer")
        visitor = door.enter(new.text)
        shown = repr(visitor) + repr([getattr(visitor, name) for name in visitor.__slots__]) + repr(vars(door))
        assert new.id in shown
        assert new.text[14:57] not in shown
        door.leave(visitor)

    def test_each_tenant_has_a_memory_of_its_own(self, door: KeyedDoor, control: ControlStore) -> None:
        keys = [control.create_key(tenant, "writer")[1].text for tenant in ("acme", "globex")]
        for key in keys:
            visitor = door.enter(key)
            visitor.memory.add(key[3:13])
            door.leave(visitor)
        for key in keys:
            visitor = door.enter(key)
            assert [block.text for block in visitor.memory.list()] == [key[3:13]]
            door.leave(visitor)

    def test_two_keys_of_a_tenant_open_the_same_memory(self, door: KeyedDoor, control: ControlStore) -> None:
        first, second = (door.enter(control.create_key("acme", role)[1].text) for role in ("writer", "reader"))
        block = first.memory.add("shared")
        assert second.memory.get(block.id).text == "shared"
        assert second.role is Role.READER
        door.leave(first)
        door.leave(second)

    def test_a_root_confines_it(self, door: KeyedDoor, control: ControlStore) -> None:
        whole = door.enter(control.create_key("acme", "writer")[1].text)
        block = whole.memory.add("of bob", namespace="acme/bob")
        visitor = door.enter(control.create_key("acme", "writer", root="acme/alice")[1].text)
        assert visitor.memory.list() == []
        with pytest.raises(Forbidden):
            visitor.memory.add("x", namespace="acme/bob")
        visitor.memory.add("of alice", namespace="acme/alice/chat")
        assert [one.text for one in visitor.memory.list()] == ["of alice"]
        assert whole.memory.get(block.id).text == "of bob"
        door.leave(whole)
        door.leave(visitor)

    def test_at_once_only_into_an_open_memory(self, door: KeyedDoor, control: ControlStore) -> None:
        _, new = control.create_key("acme", "writer")
        assert door.enter_at_once(new.text) is None
        assert door.open_count() == 0
        door.leave(door.enter(new.text))
        assert door.open_count() == 1
        visitor = door.enter_at_once(new.text)
        assert visitor is not None
        door.leave(visitor)


class TestRefusing:
    def test_every_refusal_is_the_same(self, door: KeyedDoor, control: ControlStore) -> None:
        key, revoked = control.create_key("acme", "writer")
        control.revoke(key.id)
        _, valid = control.create_key("acme", "writer")
        forged = f"gk_{valid.id}_{'0' * 43}"
        from greeum.control.keys import checksum

        answers = {
            refused(door, credential)
            for credential in (
                None, "", "x", "한" * 64, "\ud800" * 64, "x" * 100_000, NewKey().text, revoked.text, valid.text + " ",
                valid.text[:-1] + "~", f"{forged}_{checksum(forged)}",
            )
        }  # fmt: skip
        assert len(answers) == 1
        assert "Bearer" in answers.pop()

    def test_what_is_refused_is_not_remembered(self, door: KeyedDoor) -> None:
        for _ in range(100):
            refused(door, NewKey().text)
        assert door._known == {}

    def test_what_is_remembered_is_bounded(
        self, door: KeyedDoor, control: ControlStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(authentication, "KEYS_KNOWN_MAX", 3)
        keys = [control.create_key("acme", "reader")[1].text for _ in range(7)]
        for key in keys * 2:
            door.leave(door.enter(key))
            assert len(door._known) <= 3

    def test_nothing_is_opened_for_it(self, door: KeyedDoor, tmp_path: Path) -> None:
        refused(door, NewKey().text)
        assert not (tmp_path / "tenants").exists()


class TestRevoking:
    def test_it_is_seen_within_a_second(self, door: KeyedDoor, control: ControlStore, clock: Clock) -> None:
        key, new = control.create_key("acme", "reader")
        visitor = door.enter(new.text)
        control.revoke(key.id)
        clock.now_s += 0.999
        refused(door, new.text)
        with pytest.raises(Unauthenticated):
            door.confirm(visitor)
        door.leave(visitor)

    def test_others_stay(self, door: KeyedDoor, control: ControlStore, clock: Clock) -> None:
        key, _ = control.create_key("acme", "reader")
        _, new = control.create_key("acme", "reader")
        visitor = door.enter(new.text)
        for _ in range(2):
            control.revoke(key.id)
            clock.now_s += 0.999
            door.confirm(visitor)
            door.confirm(visitor)
        door.leave(visitor)
        door.leave(door.enter(new.text))

    def test_a_look_up_that_was_under_way_does_not_bring_it_back(
        self, door: KeyedDoor, control: ControlStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The key is read; it is revoked, and another thread notices; then the first one remembers what it read."""
        key, new = control.create_key("acme", "reader")
        read = door._control.key_of

        def slow(text: str) -> object:
            found = read(text)
            control.revoke(key.id)
            clock.now_s += 0.999
            door._look()
            return found

        monkeypatch.setattr(door._control, "key_of", slow)
        visitor = door.enter(new.text)
        monkeypatch.undo()
        monkeypatch.setattr(authentication, "monotonic", clock)
        with pytest.raises(Unauthenticated):
            door.confirm(visitor)
        door.leave(visitor)
        refused(door, new.text)

    def test_a_new_key_is_known_at_once(self, door: KeyedDoor, control: ControlStore) -> None:
        for _ in range(2):
            door.leave(door.enter(control.create_key("acme", "reader")[1].text))

    def test_if_nobody_can_tell_nobody_comes_in(
        self, door: KeyedDoor, control: ControlStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, new = control.create_key("acme", "reader")
        door.leave(door.enter(new.text))

        def fail() -> int:
            raise StoreFailed("the disk failed")

        monkeypatch.setattr(door._control, "version", fail)
        clock.now_s += 0.999
        for _ in range(2):
            with pytest.raises(StoreFailed):
                door.enter(new.text)

    def test_keys_of_a_file_that_was_moved_away_open_nothing_until_it_is_back(
        self, door: KeyedDoor, control: ControlStore, clock: Clock, tmp_path: Path
    ) -> None:
        _, new = control.create_key("acme", "reader")
        visitor = door.enter(new.text)
        there, aside = tmp_path / "control.db", tmp_path / "aside.db"
        there.rename(aside)
        clock.now_s += 0.999
        self.closed(door, visitor, new)
        aside.rename(there)
        door.confirm(visitor)
        door.leave(door.enter(new.text))
        door.leave(visitor)

    def test_nor_do_those_of_one_in_whose_place_is_another(
        self, door: KeyedDoor, control: ControlStore, clock: Clock, tmp_path: Path
    ) -> None:
        _, new = control.create_key("acme", "reader")
        visitor = door.enter(new.text)
        for file in list(tmp_path.glob("control.db*")):
            file.rename(tmp_path / f"old-{file.name}")
        with ControlStore(str(tmp_path)) as other:
            _, newer = other.create_key("acme", "reader")
        clock.now_s += 0.999
        self.closed(door, visitor, new)
        self.closed(door, visitor, newer)
        door.leave(visitor)

    def closed(self, door: KeyedDoor, visitor: Visitor, key: NewKey) -> None:
        for ask in (door.enter, door.enter_at_once, door.check, lambda _: door.confirm(visitor)):
            with pytest.raises(StoreFailed, match=r"control\.db: was moved, removed or replaced .* restart the server"):
                ask(key.text)


class TestLeaving:
    def test_the_memory_may_be_closed_when_all_have_left(self, door: KeyedDoor, control: ControlStore) -> None:
        _, new = control.create_key("acme", "reader")
        first, second = door.enter(new.text), door.enter(new.text)
        place = first.tenant
        assert place is not None
        door.leave(first)
        door.leave(first)
        assert place.visitors == 1
        door.leave(second)
        assert place.visitors == 0

    def test_a_closed_door_lets_nobody_in(self, door: KeyedDoor, control: ControlStore) -> None:
        _, new = control.create_key("acme", "reader")
        door.close()
        with pytest.raises(StoreClosed):
            door.enter(new.text)


class TestDirectory:
    def test_a_door_is_made_from_a_directory(self, tmp_path: Path) -> None:
        door = keyed_door(str(tmp_path / "new"), open_max=3)
        with ControlStore(str(tmp_path / "new")) as control:
            _, new = control.create_key("acme", "writer")
        visitor = door.enter(new.text)
        visitor.memory.add("hello")
        door.leave(visitor)
        door.close()
        assert (tmp_path / "new" / "tenants" / "acme" / "memory.db").exists()

    def test_nothing_stays_open_if_it_cannot_be(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GREEUM_EMBEDDER", "bogus:model")
        with pytest.raises(ValueError, match="GREEUM_EMBEDDER"):
            keyed_door(str(tmp_path))
        assert not (tmp_path / "tenants").exists()
