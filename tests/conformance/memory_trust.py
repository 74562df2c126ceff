"""What every Memory must do about who wrote what: that it is told, how far it is believed, what it held that it should
not, and that it can be hidden and taken back.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from greeum import Block, Memory, testing
from greeum.errors import Conflict, Forbidden, InvalidInput, NotFound
from greeum.testing import FrozenClock

QUESTION = "Where does Alice live?"
PHONE = "010-2345-6789"
SECRET = "gh" + "p_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"


def found(memory: Memory, **options: Any) -> list[str]:
    return sorted(hit.block.text for hit in memory.search(QUESTION, **options))


def ids(blocks: list[Block]) -> list[int]:
    return [block.id for block in blocks]


class TestOrigins:
    def test_what_is_written_through_a_door_carries_where_it_is_from(self, memory: Memory) -> None:
        door = memory.through("rest/4fRt", 0.4)
        added, listed = door.add("Alice lives in Busan."), door.add_many([{"text": "Bob lives in Seoul."}])
        for block in (added, *listed):
            assert (block.origin, block.trust) == ("rest/4fRt", 0.4)
            assert memory.get(block.id) == block
        own = memory.add("Carol lives in Jeju.")
        assert (own.origin, own.trust) == ("", 1.0)

    def test_it_is_the_same_memory(self, memory: Memory) -> None:
        door = memory.through("mcp")
        block = memory.add("Alice lives in Busan.")
        assert door.get(block.id) == block
        assert found(door) == found(memory)
        door.anchors.set("A", block.id)
        assert memory.anchor("A").block_id == block.id

    def test_a_door_within_a_door_cannot_shed_it(self, memory: Memory) -> None:
        block = memory.through("key/4fRt", 0.4).through("mcp/claude-code", 0.9).add("Alice lives in Busan.")
        assert (block.origin, block.trust) == ("key/4fRt/mcp/claude-code", 0.4)

    def test_it_can_be_filtered_by(self, memory: Memory) -> None:
        memory.through("crawler", 0.2).add("Alice lives in Busan.")
        memory.add("Alice lives in Seoul.")
        assert found(memory, where={"origin": "crawler"}) == ["Alice lives in Busan."]
        assert found(memory, where={"trust": {"lt": 0.5}}) == ["Alice lives in Busan."]
        assert found(memory, min_trust=0.5) == ["Alice lives in Seoul."]

    @pytest.mark.parametrize("field", ["origin", "trust", "flags", "uses", "superseded_at"])
    def test_no_caller_says_it_himself(self, memory: Memory, field: str) -> None:
        value: Any = {"origin": "cli", "trust": 1.0, "flags": ["quarantined"], "uses": 1, "superseded_at": None}[field]
        with pytest.raises(InvalidInput) as caught:
            memory.add_many([{"text": "Alice lives in Busan.", field: value}])
        assert caught.value.field == f"blocks[0].{field}"
        block = memory.add("Alice lives in Busan.")
        for write in (memory.add, lambda **fields: memory.update(block.id, **fields)):
            with pytest.raises(TypeError):
                write(**{"text": "Alice lives in Seoul.", field: value})

    @pytest.mark.parametrize("origin", ["", " ", "a\0b", "x" * 257, 7, None])
    def test_what_is_no_origin(self, memory: Memory, origin: Any) -> None:
        with pytest.raises(InvalidInput, match="origin"):
            memory.through(origin)

    @pytest.mark.parametrize("trust", [-0.1, 1.1, float("nan"), "1", True])
    def test_what_is_no_trust(self, memory: Memory, trust: Any) -> None:
        with pytest.raises(InvalidInput, match="trust"):
            memory.through("cli", trust)

    def test_one_longer_than_a_name_may_be_is_refused_however_it_is_made(self, memory: Memory) -> None:
        with pytest.raises(InvalidInput, match="origin"):
            memory.through("a" * 200).through("b" * 200)


class TestTrust:
    def test_a_correction_is_trusted_no_more_than_what_it_corrects(self, memory: Memory) -> None:
        old = memory.through("crawler", 0.2).add("Alice lives in Busan.")
        new = memory.update(old.id, text="Alice lives in Jeju.")
        assert (new.trust, new.origin) == (0.2, "")

    def test_who_is_trusted_less_does_not_correct(self, memory: Memory) -> None:
        old = memory.add("Alice lives in Busan.", key="home")
        with pytest.raises(Forbidden, match="trusted more"):
            memory.through("crawler", 0.2).update(old.id, text="Alice lives in Moscow.")
        assert memory.get(key="home") == old
        assert found(memory, min_trust=0.5) == ["Alice lives in Busan."]

    def test_nor_change_nor_forget(self, memory: Memory) -> None:
        old, crawler = memory.add("Alice lives in Busan."), memory.through("crawler", 0.2)
        for options in ({"importance": 0.0}, {"expires_at": "2020-01-01"}):
            with pytest.raises(Forbidden):
                crawler.update(old.id, **options)
        with pytest.raises(Forbidden):
            crawler.forget(old.id)
        assert memory.get(old.id) == old

    def test_nor_forget_by_a_filter_or_all(self, memory: Memory) -> None:
        old = memory.add("The door code is 4711.", namespace="acme")
        crawler = memory.through("crawler", 0.2)
        crawler.add("Nothing to see.", namespace="acme")
        with pytest.raises(Forbidden, match="trusted more"):
            crawler.forget(namespace="acme")
        with pytest.raises(Forbidden, match="trusted more"):
            crawler.forget(where={"kind": "message"}, dry_run=True)
        with pytest.raises(Forbidden, match="trusted more"):
            crawler.wipe(confirm=2)
        assert memory.get(old.id) == old
        [mine] = crawler.forget(where={"origin": "crawler"})
        assert mine != old.id

    def test_forgetting_counts_every_version(self, memory: Memory) -> None:
        mine = memory.through("crawler", 0.2).add("Bob lives in Busan.")
        memory.through("crawler", 0.2).forget(mine.id)
        with pytest.raises(NotFound):
            memory.get(mine.id)

    def test_its_own_it_may_correct_change_and_forget(self, memory: Memory) -> None:
        crawler = memory.through("crawler", 0.2)
        block = crawler.update(crawler.add("Alice lives in Busan.").id, text="Alice lives in Jeju.")
        assert crawler.update(block.id, importance=0.9).importance == 0.9
        crawler.forget(block.id)
        assert found(memory) == []

    def test_it_decides_nothing_about_others(self, memory: Memory) -> None:
        block, crawler = memory.add("Alice lives in Busan."), memory.through("crawler", 0.2)
        for act in (
            lambda: crawler.quarantine(block.id),
            lambda: crawler.release(block.id),
            lambda: crawler.roll_back(origin="cli"),
        ):
            with pytest.raises(Forbidden, match="trusted in full"):
                act()

    @pytest.mark.parametrize("kind", ["fact", "message"])
    def test_a_copy_that_is_trusted_less_hides_none_that_is_trusted(self, memory: Memory, kind: str) -> None:
        text = "Alice lives in Busan."
        first = memory.add(text, kind=kind)
        memory.through("crawler", 0.5).add(text, kind=kind, on_duplicate="link")
        assert memory.add(text, kind=kind, on_duplicate="return").duplicate_of == first.id


class TestFlags:
    def test_what_is_noticed_is_told(self, memory: Memory) -> None:
        assert memory.add("Alice lives in Busan.").flags == ()
        assert memory.add(f"Call {PHONE}").flags == ("personal",)
        assert memory.add(f"The token is {SECRET}").flags == ("secret",)
        assert memory.add("pay\u200bpal \u202etxt\x07").flags == ("bidi", "control", "zero-width")

    def test_every_field_is_looked_at(self, memory: Memory) -> None:
        assert memory.add("one", metadata={"a": [{"b": PHONE}]}).flags == ("personal",)
        assert memory.add("two", metadata={"password": "hunter2!x"}).flags == ("secret",)
        assert memory.add("three", tags=[PHONE]).flags == ("personal",)
        assert memory.add("four", source=SECRET).flags == ("secret",)
        assert memory.add("five", key=SECRET).flags == ("secret",)
        assert memory.add("six", metadata={"bell": "\x07"}).flags == ("control",)
        assert memory.add("seven", metadata={"n": 4111111111111111}).flags == ("personal",)

    def test_a_name_may_be_an_address(self, memory: Memory) -> None:
        block = memory.add("Alice lives in Busan.", source="alice@acme.kr", key="alice@acme.kr")
        assert block.flags == ()

    def test_they_can_be_filtered_by(self, memory: Memory) -> None:
        memory.add(f"Alice lives in Busan, call {PHONE}")
        memory.add("Alice lives in Seoul.")
        assert [block.flags for block in memory.list(where={"flags": {"contains": "personal"}})] == [("personal",)]

    def test_a_correction_has_those_of_its_own_text(self, memory: Memory) -> None:
        block = memory.add(f"Call {PHONE}")
        assert memory.update(block.id, text="Call her.").flags == ()

    def test_a_changed_field_adds_its_own(self, memory: Memory) -> None:
        block = memory.add(f"Call {PHONE}")
        changed = memory.update(block.id, metadata={"token": SECRET})
        assert changed.flags == ("personal", "secret")
        assert memory.get(block.id) == changed


class TestScreening:
    def test_it_is_noted_unless_said_otherwise(self, memory: Memory) -> None:
        policies = memory.screening.policies()
        assert policies == dict.fromkeys(("bidi", "control", "personal", "secret", "zero-width"), "note")
        assert PHONE in memory.add(f"Call {PHONE}").text

    def test_what_is_redacted_is_nowhere(self, memory: Memory) -> None:
        memory.screening.set("secret", "redact")
        memory.screening.set("personal", "redact")
        block = memory.add(f"Use {SECRET}, call {PHONE}", tags=[PHONE], metadata={"to": [PHONE, {"password": SECRET}]})
        assert block.text == "Use [secret], call [phone]"
        assert block.tags == ("[phone]",)
        assert block.metadata == {"to": ["[phone]", {"password": "[secret]"}]}
        assert block.flags == ("personal", "secret")
        everything = json.dumps([one.to_dict() for one in memory.list(history=True)])
        assert SECRET not in everything
        assert PHONE not in everything
        assert memory.search(PHONE.replace("-", " "))[0].parts["words"] <= 0

    def test_what_a_correction_takes_over_too(self, memory: Memory) -> None:
        memory.add("I live in Seoul.", kind="fact", tags=[PHONE])
        memory.screening.set("personal", "redact")
        new = memory.add("I live in Busan.", kind="fact", on_conflict="supersede")
        assert (new.tags, new.flags) == (("[phone]",), ("personal",))

    def test_corrections_and_changes_too(self, memory: Memory) -> None:
        memory.screening.set("secret", "redact")
        block = memory.update(memory.add("The token is lost.").id, text=f"The token is {SECRET}")
        assert (block.text, block.flags) == ("The token is [secret]", ("secret",))
        assert memory.update(block.id, metadata={"was": SECRET}).metadata == {"was": "[secret]"}

    def test_hidden_characters_are_taken_out(self, memory: Memory) -> None:
        for kind in ("bidi", "control", "zero-width"):
            memory.screening.set(kind, "redact")
        assert memory.add("pay\u200bpal \u202etxt\x1b[31m").text == "paypal txt[31m"
        with pytest.raises(InvalidInput, match="cannot be seen"):
            memory.add("\u200b\u2060")

    @pytest.mark.parametrize(
        ("field", "block"),
        [
            ("text", {"text": f"The token is {SECRET}"}),
            ("tags[1]", {"text": "a", "tags": ["b", SECRET]}),
            ("metadata.a[0].b", {"text": "a", "metadata": {"a": [{"b": SECRET}]}}),
            ("a key of metadata.a", {"text": "a", "metadata": {"a": {SECRET: 1}}}),
            ("source", {"text": "a", "source": SECRET}),
            ("key", {"text": "a", "key": SECRET}),
            ("kind", {"text": "a", "kind": SECRET}),
            ("namespace", {"text": "a", "namespace": SECRET}),
        ],
    )
    def test_what_is_refused_is_named_and_not_repeated(self, memory: Memory, field: str, block: dict[str, Any]) -> None:
        memory.screening.set("secret", "refuse")
        with pytest.raises(InvalidInput) as caught:
            memory.add_many([{"text": "before"}, block])
        assert caught.value.field == f"blocks[1].{field}"
        assert "secret" in str(caught.value)
        assert SECRET not in str(caught.value)
        assert memory.count() == 0

    def test_a_name_is_refused_rather_than_altered(self, memory: Memory) -> None:
        memory.screening.set("secret", "redact")
        with pytest.raises(InvalidInput, match="key"):
            memory.add("a", key=SECRET)

    def test_another_kind_is_not_concerned(self, memory: Memory) -> None:
        memory.screening.set("secret", "refuse")
        assert memory.add(f"Call {PHONE}").flags == ("personal",)
        memory.screening.set("secret", "note")
        assert memory.add(f"The token is {SECRET}").flags == ("secret",)

    @pytest.mark.parametrize(
        ("kind", "policy"), [("secrets", "note"), ("secret", "warn"), (1, "note"), ("secret", None)]
    )
    def test_what_is_no_policy(self, memory: Memory, kind: Any, policy: Any) -> None:
        with pytest.raises(InvalidInput):
            memory.screening.set(kind, policy)

    def test_it_is_set_by_those_who_are_trusted(self, memory: Memory) -> None:
        memory.through("cli").screening.set("secret", "refuse")
        crawler = memory.through("crawler", 0.2)
        assert crawler.screening.policies()["secret"] == "refuse"
        with pytest.raises(Forbidden):
            crawler.screening.set("secret", "note")


class TestImporting:
    """What is imported comes by a door too."""

    @pytest.fixture
    def lines(self) -> list[str]:
        with testing.memory() as other:
            crawler = other.through("crawler", 0.4)
            page = crawler.add(f"Alice lives in Busan, call {PHONE}", metadata={"token": SECRET})
            block = other.add("Bob lives in Seoul.")
            crawler.link(page.id, block.id, kind="mentions")
            other.link(block.id, page.id, kind="about")
            other.update(block.id, text="Bob lives in Jeju.")
            return list(other.export())

    def test_where_it_is_from_is_kept(self, memory: Memory, lines: list[str]) -> None:
        memory.through("cli").import_(lines)
        crawled, corrected = memory.list()
        assert (crawled.origin, crawled.trust, crawled.flags) == ("crawler", 0.4, ("personal", "secret"))
        assert (corrected.origin, corrected.trust) == ("", 1.0)
        assert {link.kind: link.origin for link in memory.links(crawled.id)} == {"mentions": "crawler", "about": ""}

    def test_who_is_trusted_less_brings_nothing_that_is_trusted_more(self, memory: Memory, lines: list[str]) -> None:
        memory.through("upload", 0.3).import_(lines)
        blocks = memory.list(history=True)
        assert {(block.origin, block.trust) for block in blocks} == {("upload", 0.3)}
        assert {link.origin for block in blocks for link in memory.links(block.id)} == {"upload"}
        assert memory.count() == 2

    def test_it_is_looked_at(self, memory: Memory, lines: list[str]) -> None:
        memory.screening.set("personal", "redact")
        memory.import_(lines)
        assert memory.list()[0].text == "Alice lives in Busan, call [phone]"

    def test_what_is_refused_is_told_with_its_line(self, memory: Memory, lines: list[str]) -> None:
        memory.screening.set("secret", "refuse")
        with pytest.raises(InvalidInput, match="line 2") as caught:
            memory.import_(lines)
        assert SECRET not in str(caught.value)
        assert memory.count() == 0

    def test_a_record_says_no_more_than_it_may(self, memory: Memory, lines: list[str]) -> None:
        forged = [json.dumps(json.loads(line) | {"trust": 2.0}) if '"block"' in line else line for line in lines]
        with pytest.raises(InvalidInput, match="trust"):
            memory.import_(forged)


class TestQuarantine:
    @pytest.fixture
    def blocks(self, memory: Memory) -> list[Block]:
        crawler = memory.through("web/crawler", 0.3)
        return [
            memory.add("Alice lives in Busan.", source="alice"),
            crawler.add("Alice lives in Moscow.", source="page", tags=["spam"]),
            crawler.add("Alice lives in Paris.", source="page", namespace="public"),
        ]

    def test_what_is_hidden_is_found_nowhere(self, memory: Memory, blocks: list[Block]) -> None:
        assert memory.quarantine(blocks[1].id) == [blocks[1].id]
        rest = ["Alice lives in Busan.", "Alice lives in Paris."]
        assert found(memory) == rest
        assert found(memory, where={"tags": {"contains": "spam"}}) == []
        assert found(memory, near=blocks[1].id) == rest
        assert ids(memory.list()) == [blocks[0].id, blocks[2].id]
        assert memory.count() == 2
        assert "Moscow" not in memory.context(QUESTION).text
        assert memory.facets("tags") == {"tags": []}
        assert [hit.block.text for hit in memory.stream(QUESTION, k=9) if "Moscow" in hit.block.text] == []

    @pytest.mark.parametrize("scope", [{"source": "page"}, {"where": {"source": "page"}}, {"origin": "web/crawler"}])
    def test_what_has_expired_is_hidden_too_lest_it_is_given_more_time(
        self, memory: Memory, scope: dict[str, Any]
    ) -> None:
        crawler = memory.through("web/crawler", 0.3)
        block = crawler.add("Alice lives in Moscow.", source="page", expires_at="2020-01-01")
        assert memory.quarantine(**scope) == [block.id]
        memory.update(block.id, expires_at=None)
        assert found(memory) == []

    def test_who_asks_for_it_sees_it(self, memory: Memory, blocks: list[Block]) -> None:
        memory.quarantine(blocks[1].id)
        assert "Alice lives in Moscow." in found(memory, history=True)
        assert memory.get(blocks[1].id).flags == ("quarantined",)
        hidden = memory.list(where={"flags": {"contains": "quarantined"}}, history=True)
        assert ids(hidden) == [blocks[1].id]

    @pytest.mark.parametrize(
        ("options", "which"),
        [
            ({"origin": "web/crawler"}, [1, 2]),
            ({"origin": "web"}, [1, 2]),
            ({"origin": "web/crawl"}, []),
            ({"source": "page"}, [1, 2]),
            ({"source": "page", "namespace": "public"}, [2]),
            ({"where": {"tags": {"contains": "spam"}}}, [1]),
            ({"where": {"trust": {"lt": 0.5}}, "source": "page"}, [1, 2]),
            ({"origin": "web", "where": {"tags": {"contains": "spam"}}}, [1]),
            ({"origin": "web", "source": "alice"}, []),
            ({"namespace": "public"}, [2]),
        ],
    )
    def test_blocks_are_named_in_many_ways(
        self, memory: Memory, blocks: list[Block], options: dict[str, Any], which: list[int]
    ) -> None:
        meant = [blocks[i].id for i in which]
        assert memory.quarantine(**options, dry_run=True) == meant
        assert memory.count() == 3
        assert memory.quarantine(**options) == meant
        assert memory.count() == 3 - len(meant)
        assert memory.quarantine(**options) == []
        assert memory.release(**options, dry_run=True) == meant
        assert memory.release(**options) == meant
        assert memory.count() == 3
        assert memory.release(**options) == []

    def test_to_correct_it_does_not_bring_it_back(self, memory: Memory, blocks: list[Block]) -> None:
        memory.quarantine(origin="web")
        crawler = memory.through("web/crawler", 0.3)
        new = crawler.update(blocks[1].id, text="Alice lives in Kyiv.")
        assert new.flags == ("quarantined",)
        assert found(memory) == ["Alice lives in Busan."]
        crawler.update(new.id, tags=["better"])
        assert found(memory) == ["Alice lives in Busan."]

    def test_a_key_that_is_hidden_is_no_answer_and_not_free(self, memory: Memory) -> None:
        block = memory.add("Alice lives in Moscow.", key="home")
        memory.quarantine(block.id)
        with pytest.raises(NotFound, match="quarantined"):
            memory.get(key="home")
        for text in ("Alice lives in Moscow.", "Alice lives in Busan."):
            with pytest.raises(Conflict, match="quarantined"):
                memory.add(text, key="home")
        memory.release(block.id)
        assert memory.get(key="home").text == "Alice lives in Moscow."

    def test_several_ids_at_once_all_or_none(self, memory: Memory, blocks: list[Block]) -> None:
        with pytest.raises(NotFound):
            memory.quarantine([blocks[0].id, 999_999])
        assert memory.count() == 3
        assert memory.quarantine(ids(blocks)) == ids(blocks)
        assert memory.count() == 0

    def test_something_must_be_named(self, memory: Memory, blocks: list[Block]) -> None:
        for act in (memory.quarantine, memory.release):
            with pytest.raises(InvalidInput):
                act()
            with pytest.raises(InvalidInput):
                act(blocks[0].id, source="alice")
            with pytest.raises(InvalidInput):
                act(origin="")
            with pytest.raises(InvalidInput):
                act(blocks[0].id, dry_run="no")  # type: ignore[arg-type]
        assert memory.count() == 3


class TestRollingBack:
    def test_what_it_added_is_hidden(self, memory: Memory) -> None:
        kept = memory.add("Alice lives in Busan.")
        bad = memory.through("bot").add("Alice lives in Moscow.", key="home")
        done = memory.roll_back(origin="bot")
        assert (done.quarantined, done.restored, done.forgotten) == ([bad.id], [], [])
        assert ids(memory.list()) == [kept.id]
        assert memory.get(bad.id).flags == ("quarantined",)
        assert memory.add("Alice lives in Jeju.", key="home").key == "home"

    def test_what_it_corrected_is_the_newest_version_again(self, memory: Memory) -> None:
        old = memory.add("Alice lives in Busan.", key="home")
        other = memory.add("Busan is by the sea.")
        memory.link(old.id, other.id, weight=0.7)
        memory.link(other.id, old.id, kind="names")
        memory.anchors.set("A", old.id)
        bot = memory.through("bot")
        first = bot.update(old.id, text="Alice lives in Moscow.")
        second = bot.update(first.id, text="Alice lives in Kyiv.")
        assert memory.get(key="home").id == second.id
        done = memory.roll_back(origin="bot")
        assert (done.quarantined, done.restored) == ([first.id, second.id], [old.id])
        assert memory.get(old.id) == old
        assert memory.get(key="home") == old
        assert memory.history(old.id) == [old]
        assert ids(memory.history(second.id)) == [first.id, second.id]
        assert {(one.source, one.target, one.kind) for one in memory.links(old.id)} == {
            (old.id, other.id, "about"),
            (other.id, old.id, "names"),
        }
        assert memory.anchor("A").block_id == old.id
        assert [anchor.block_id for anchor in done.anchors] == [old.id]
        assert found(memory) == ["Alice lives in Busan.", "Busan is by the sea."]
        again = memory.update(old.id, text="Alice lives in Jeju.")
        assert ids(memory.history(again.id)) == [old.id, again.id]

    def test_what_others_corrected_since_stays(self, memory: Memory) -> None:
        old = memory.add("Alice lives in Busan.", key="home")
        bad = memory.through("bot").update(old.id, text="Alice lives in Moscow.")
        new = memory.update(bad.id, text="Alice lives in Jeju.")
        done = memory.roll_back(origin="bot")
        assert (done.quarantined, done.restored) == ([bad.id], [])
        assert memory.get(key="home").id == new.id
        chain = memory.history(new.id)
        assert ids(chain) == [old.id, new.id]
        assert [block.superseded_by for block in chain] == [new.id, None]
        assert chain[0].superseded_at == new.added_at
        assert memory.get(bad.id).key is None

    def test_its_links_go_and_those_of_others_stay(self, memory: Memory) -> None:
        one, two = memory.add("Alice lives in Busan."), memory.add("Busan is by the sea.")
        memory.link(one.id, two.id)
        memory.through("bot").link(two.id, one.id, kind="lie")
        bad = memory.through("bot").add("Near it.", near=one.id)
        done = memory.roll_back(origin="bot")
        assert {(link.source, link.target, link.kind) for link in done.links} == {
            (two.id, one.id, "lie"),
            (bad.id, one.id, "near"),
        }
        assert [link.kind for link in memory.links(one.id)] == ["about"]

    def test_an_anchor_that_followed_it_goes_back(self, memory: Memory) -> None:
        start = memory.add("Alice lives in Busan.")
        memory.anchors.set("A", start.id)
        bot = memory.through("bot")
        bot.add("She moved.", near="A")
        last = bot.add("She moved again.", near="A")
        assert memory.anchor("A").block_id == last.id
        done = memory.roll_back(origin="bot")
        assert memory.anchor("A").block_id == start.id
        assert [anchor.block_id for anchor in done.anchors] == [start.id]

    def test_only_since_then(self, memory: Memory, clock: FrozenClock) -> None:
        bot = memory.through("bot")
        early = bot.add("Alice lives in Busan.")
        clock.advance(60)
        since = "2025-03-04T09:01:00Z"
        late = bot.update(early.id, text="Alice lives in Moscow.")
        assert memory.roll_back(origin="bot", since=since, dry_run=True).quarantined == [late.id]
        done = memory.roll_back(origin="bot", since=since)
        assert (done.quarantined, done.restored) == ([late.id], [early.id])
        assert found(memory) == ["Alice lives in Busan."]

    def test_only_there(self, memory: Memory) -> None:
        bot = memory.through("bot")
        here, there = bot.add("Alice lives in Busan.", namespace="a/b"), bot.add("Alice lives in Jeju.", namespace="ab")
        assert memory.roll_back(origin="bot", namespace="a").quarantined == [here.id]
        assert found(memory) == [there.text]

    def test_those_below_it_too_and_no_others(self, memory: Memory) -> None:
        for origin in ("mcp", "mcp/bot", "mcp2"):
            memory.through(origin).add(f"Alice lives in {origin}.")
        memory.roll_back(origin="mcp")
        assert found(memory) == ["Alice lives in mcp2."]

    def test_it_may_be_forgotten_instead(self, memory: Memory) -> None:
        old = memory.add("Alice lives in Busan.", key="home")
        bot = memory.through("bot")
        bad = bot.update(old.id, text="Alice lives in Moscow.")
        alone = bot.add("Bob lives in Moscow.")
        assert memory.roll_back(origin="bot", forget=True, dry_run=True).forgotten == [bad.id, alone.id]
        assert memory.get(alone.id) == alone
        done = memory.roll_back(origin="bot", forget=True)
        assert (done.forgotten, done.quarantined, done.restored) == ([bad.id, alone.id], [], [old.id])
        for block in (bad, alone):
            with pytest.raises(NotFound):
                memory.get(block.id)
        assert memory.get(key="home") == old

    def test_looking_at_it_changes_nothing(self, memory: Memory) -> None:
        old = memory.add("Alice lives in Busan.")
        new = memory.through("bot").update(old.id, text="Alice lives in Moscow.")
        done = memory.roll_back(origin="bot", dry_run=True)
        assert (done.quarantined, done.restored) == ([new.id], [old.id])
        assert memory.get(new.id) == new
        assert found(memory) == ["Alice lives in Moscow."]
        assert json.loads(json.dumps(done.to_dict()))["restored"] == [old.id]

    def test_again_it_finds_the_same_hidden_and_changes_nothing(self, memory: Memory) -> None:
        old = memory.add("Alice lives in Busan.")
        memory.through("bot").update(old.id, text="Alice lives in Moscow.")
        memory.roll_back(origin="bot")
        done = memory.roll_back(origin="bot")
        assert (done.restored, done.links, done.anchors) == ([], [], [])
        assert memory.get(old.id) == old

    def test_what_is_released_stands_by_itself(self, memory: Memory) -> None:
        old = memory.add("Alice lives in Busan.", key="home")
        new = memory.through("bot").update(old.id, text="Alice lives in Moscow.")
        memory.roll_back(origin="bot")
        assert memory.release(origin="bot") == [new.id]
        assert found(memory) == ["Alice lives in Busan.", "Alice lives in Moscow."]
        assert (memory.get(new.id).key, memory.get(key="home").id) == (None, old.id)

    def test_who_wrote_nothing_is_no_trouble(self, memory: Memory) -> None:
        memory.add("Alice lives in Busan.")
        assert memory.roll_back(origin="nobody", forget=True).to_dict() == {
            "quarantined": [], "forgotten": [], "restored": [], "links": [], "anchors": [],
        }  # fmt: skip

    @pytest.mark.parametrize(
        "options", [{"origin": ""}, {"origin": "a", "since": "soon"}, {"origin": "a", "dry_run": 1}, {"origin": None}]
    )
    def test_what_it_cannot_do(self, memory: Memory, options: dict[str, Any]) -> None:
        with pytest.raises(InvalidInput):
            memory.roll_back(**options)


class TestCrowding:
    """A source that writes much, or at length, does not push the others out."""

    WORDS = "busan violin train rain doctor garden coffee exam letter market harbour bicycle".split()  # noqa: SIM905

    def test_a_text_of_all_words_is_no_answer_to_every_question(self, memory: Memory) -> None:
        memory.add_many(
            [
                {"text": f"{name} told me about the {word} on {day}.", "source": name}
                for word in self.WORDS
                for name in ("Alice", "Ben", "Carol")
                for day in ("Monday", "Friday", "Sunday", "Tuesday")
            ]
        )
        stuffed = ". ".join(" ".join(self.WORDS[i % 12 :] + self.WORDS[: i % 12]) for i in range(400))
        memory.through("flood", 0.3).add_many([{"text": f"{stuffed}. {i}", "importance": 1.0} for i in range(2)])
        for place, word in enumerate(self.WORDS):
            # Of six things at a time it holds all: there it comes first if nothing is taken off for its length.
            six = " ".join((self.WORDS[place:] + self.WORDS[:place])[:6])
            for asked in (f"What did Ben say about the {word}?", six):
                assert "flood" not in {hit.block.origin for hit in memory.search(asked, k=20)}
                assert "flood" not in {hit.block.origin for hit in memory.search(asked, k=50, min_trust=0.5)}
