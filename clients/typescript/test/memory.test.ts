/** Every verb of the client, against the real server. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { connect, type Memory, type Where } from "@greeum/client";

import { type Served, serve } from "./server.ts";

let server: Served;
let memory: Memory;

before(async () => {
  server = await serve();
  memory = connect(server.url);
});
after(() => server.stop());

describe("remembering", () => {
  it("gives the block back as it was stored, with every field", async () => {
    const block = await memory.add("Ferry to Jeju, 12 km", {
      namespace: "add",
      key: "ferry",
      kind: "note",
      source: "Alice",
      tags: ["trip", "sea"],
      importance: 0.8,
      metadata: { km: 12, with: ["Ben"] },
      at: "2025-05-03T09:00:00+09:00",
      expires_at: "2099-01-01",
    });
    const { id, uid, added_at, ...told } = block;
    assert.ok(id > 0 && uid.length === 32 && added_at > "2025");
    assert.deepEqual(told, {
      namespace: "add",
      key: "ferry",
      text: "Ferry to Jeju, 12 km",
      kind: "note",
      source: "Alice",
      tags: ["trip", "sea"],
      importance: 0.8,
      metadata: { km: 12, with: ["Ben"] },
      at: "2025-05-03T00:00:00Z",
      valid_from: null,
      valid_to: null,
      expires_at: "2099-01-01T00:00:00Z",
      revision: 1,
      supersedes: null,
      superseded_by: null,
      superseded_at: null,
      origin: "http",
      trust: 1,
      flags: [],
      uses: 0,
      is_new: true,
      duplicate_of: null,
      echo_of: null,
      conflicts: [],
    });
    const ofAdding = { is_new: true, duplicate_of: null, echo_of: null, conflicts: [] };
    assert.deepEqual({ ...(await memory.get(id)), ...ofAdding }, block);
    assert.deepEqual({ ...(await memory.get({ key: "ferry", namespace: "add" })), ...ofAdding }, block);
  });

  it("takes several at once, in order, and any text as it is", async () => {
    const texts = ["첫 번째 기억 🎉", "</script>\u2028'\"\\", "x".repeat(50_000)];
    const blocks = await memory.addMany(texts.map((text) => ({ text, namespace: ["many", "a/b"] })));
    assert.deepEqual(
      blocks.map((block) => block.text),
      texts,
    );
    assert.equal(blocks[0]?.namespace, "many/a%2Fb");
  });

  it("takes a text alone for a block", async () => {
    const [plain, full] = await memory.addMany(["자전거를 샀다.", { text: "A bell for it.", source: "Ann" }]);
    assert.deepEqual([plain?.text, full?.source], ["자전거를 샀다.", "Ann"]);
  });

  it("adds nothing when the same request is made again, and refuses its name for another", async () => {
    const first = await memory.add("once", { namespace: "once", idempotency_key: "request-1" });
    assert.equal((await memory.add("once", { namespace: "once", idempotency_key: "request-1" })).id, first.id);
    await assert.rejects(memory.add("twice", { namespace: "once", idempotency_key: "request-1" }), {
      name: "Conflict",
    });
    assert.equal(await memory.count({ namespace: "once" }), 1);
  });
});

describe("finding", () => {
  before(async () => {
    await memory.addMany(
      ["I moved to Busan in May.", "My dog is called Mungchi.", "부산에서 강아지를 키워요.", "Dentist at nine."].map(
        (text, place) => ({
          text,
          namespace: "find/alice",
          source: place === 3 ? "Ben" : "Alice",
          tags: place < 2 ? ["home"] : [],
          kind: "fact",
        }),
      ),
    );
  });

  it("finds at once what was added, best first, and says why", async () => {
    const hits = await memory.search("where did she move to?", { namespace: "find", k: 3 });
    assert.equal(hits.length, 3);
    assert.equal(hits[0]?.block.text, "I moved to Busan in May.");
    const [hit] = hits;
    const sum = Object.values(hit?.parts ?? {}).reduce((total, part) => total + part, 0);
    assert.ok(hit && Math.abs(sum - hit.score) < 0.01);
  });

  it("says what there was no time for, beside the hits", async () => {
    const [hits] = await memory.searchMany(["Busan"], { namespace: "find" });
    assert.deepEqual((await memory.search("Busan", { namespace: "find", budget_ms: 60_000 })).left_out, []);
    assert.deepEqual(hits?.left_out, []);
    assert.deepEqual(hits, [...(await memory.search("Busan", { namespace: "find" }))]);
  });

  it("explains why a block is found, or is not", async () => {
    const [hit] = await memory.search("where did she move to?", { namespace: "find", k: 1 });
    const found = await memory.explain("where did she move to?", hit?.block.id ?? 0, { namespace: "find" });
    assert.deepEqual([found.outcome, found.rank, found.excluded], ["hit", 1, []]);
    assert.ok(hit && found.account && Math.abs(found.account.score - hit.score) < 0.001);
    const elsewhere = await memory.explain("where did she move to?", hit.block.id, { namespace: "elsewhere" });
    assert.deepEqual([elsewhere.outcome, elsewhere.excluded], ["excluded", ["namespace"]]);
  });

  it("heeds where, near, weights, history and exact", async () => {
    const sources = async (where: Where): Promise<(string | null)[]> =>
      (await memory.search("dog", { namespace: "find", where })).map((hit) => hit.block.source);
    assert.deepEqual(await sources({ source: "Ben" }), ["Ben"]);
    assert.deepEqual(
      await sources({ or: [{ source: "Ben" }, { tags: { contains: "home" } }], not: { source: "Alice" } }),
      ["Ben"],
    );
    const [dog] = await memory.search("Mungchi", { namespace: "find" });
    const near = await memory.search("nine", {
      namespace: "find",
      near: dog?.block.id ?? 0,
      exact: true,
      history: true,
    });
    assert.ok(near.some((hit) => hit.parts.graph > 0));
    const [weighed] = await memory.search("Mungchi", { namespace: "find", weights: { words: 0 } });
    assert.equal(weighed?.parts.words, 0);
  });

  it("answers several queries in their order, and each as if it were alone", async () => {
    const queries = ["Mungchi", "Busan", "nobody knows"];
    const alone = await Promise.all(queries.map((query) => memory.search(query, { namespace: "find", k: 2 })));
    const ids = (hits: Awaited<ReturnType<Memory["search"]>>): number[] => hits.map((hit) => hit.block.id);
    assert.deepEqual((await memory.searchMany(queries, { namespace: "find", k: 2 })).map(ids), alone.map(ids));
  });

  it("makes a context that fits", async () => {
    const context = await memory.context("Busan", { namespace: "find", max_tokens: 40 });
    assert.match(context.text, /Busan/);
    assert.ok(context.tokens <= 40 && context.blocks.length > 0);
  });

  it("lists a page when awaited, and everything in a loop", async () => {
    const page = await memory.list({ namespace: "find", limit: 3 });
    assert.equal(page.blocks.length, 3);
    assert.ok(page.cursor);
    const next = await memory.list({ namespace: "find", limit: 3, cursor: page.cursor });
    assert.deepEqual([next.blocks.length, next.cursor], [1, null]);
    const texts: string[] = [];
    for await (const block of memory.list({ namespace: "find", limit: 1, newest_first: true })) texts.push(block.text);
    assert.deepEqual(texts, [...page.blocks, ...next.blocks].map((block) => block.text).reverse());
    const filtered = await memory.list({ where: { tags: { contains: "home" } } });
    assert.equal(filtered.blocks.length, 2);
  });

  it("counts", async () => {
    assert.equal(await memory.count({ namespace: "find", where: { source: "Alice" } }), 3);
    const [then] = (await memory.list({ namespace: "find", limit: 1 })).blocks;
    assert.ok(then);
    assert.deepEqual(await memory.get(then.id, { as_of: then.added_at }), then);
    const found = await memory.diff("2020-01-01", { namespace: "find", limit: 1 });
    assert.equal(found.counts.added, await memory.count({ namespace: "find" }));
    assert.equal(found.added.length, 1);
    assert.equal((await memory.search("home", { namespace: "find", as_of: "2020-01-01" })).length, 0);
    assert.equal(await memory.count({ query: "yesterday", namespace: "find", now: "1999-01-01" }), 0);
    await assert.rejects(memory.search("home", { now: "soon" }), { field: "now" });
    assert.deepEqual(await memory.facets(["source", "tags"], { namespace: "find", limit: 1 }), {
      source: [{ value: "Alice", count: 3 }],
      tags: [{ value: "home", count: 2 }],
    });
    const [hit] = await memory.search("home", { namespace: "find", k: 1 });
    const best = await memory.facets("source", { namespace: "find", query: "home", k: 1 });
    assert.deepEqual(best, { source: [{ value: hit?.block.source, count: 1 }] });
    assert.equal(await memory.count({ namespace: "find", query: "no such word" }), 0);
    assert.deepEqual(await memory.namespaces({ namespace: "find" }), {
      namespaces: [{ namespace: "find/alice", blocks: 4 }],
      cursor: null,
    });
    const all: string[] = [];
    for await (const { namespace } of memory.namespaces({ limit: 1 })) all.push(namespace);
    assert.ok(all.includes("find/alice") && all.includes("once"));
    assert.equal(new Set(all).size, all.length);
  });
});

describe("changing", () => {
  it("supersedes with a new text, and keeps the history", async () => {
    const old = await memory.add("Alice moves on May 17.", { namespace: "change", source: "calendar" });
    const now = await memory.update(old.id, { text: "Alice moves on June 2." });
    assert.deepEqual([now.supersedes, now.source], [old.id, "calendar"]);
    assert.deepEqual(
      (await memory.history(now.id)).map((block) => block.text),
      ["Alice moves on May 17.", "Alice moves on June 2."],
    );
    await assert.rejects(memory.update(old.id, { text: "Never." }), { name: "Conflict" });
  });

  it("changes fields in place, and only at the revision that was named", async () => {
    const block = await memory.add("a note", { namespace: "change", source: "me" });
    const revised = await memory.update(block.id, { source: null, tags: ["seen"], revision: 1 });
    assert.deepEqual([revised.revision, revised.source, revised.tags], [2, null, ["seen"]]);
    await assert.rejects(memory.update(block.id, { kind: "fact", revision: 1 }), {
      name: "PreconditionFailed",
      status: 412,
    });
  });

  it("forgets what a filter fits, and everything only if it is confirmed", async () => {
    await memory.addMany(["a", "b"].map((text) => ({ text, namespace: "filter", source: text })));
    assert.equal((await memory.forgetWhere({ namespace: "filter", where: { source: "a" } })).blocks, 1);
    assert.equal(await memory.count({ namespace: "filter" }), 1);
    assert.equal((await memory.certificates({ namespace: "filter", where: { source: "a" } })).length, 1);
    await assert.rejects(memory.wipe(1_000_000), { name: "Conflict" });
  });

  it("knows what is said twice, and what contradicts", async () => {
    const fact = { namespace: "facts", kind: "fact" } as const;
    const old = await memory.add("I live in Seoul.", fact);
    const again = await memory.add("i live in seoul", fact);
    assert.deepEqual([again.is_new, again.duplicate_of], [false, old.id]);
    const other = await memory.add("I live in Busan.", { ...fact, on_conflict: "keep" });
    assert.deepEqual(
      other.conflicts.map((conflict) => conflict.block),
      [old.id],
    );
    assert.deepEqual(await memory.policies.get("fact"), { on_duplicate: "return", on_conflict: "keep" });
    assert.equal(await memory.timeZone.get(), "UTC");
    assert.equal(await memory.timeZone.set("asia/seoul"), "Asia/Seoul");
    assert.equal(await memory.timeZone.set("UTC"), "UTC");
  });

  it("weighs as it is told, and learns from what is said of hits", async () => {
    const namespace = "weighing";
    const [good] = await memory.addMany(["a red kite", "a kite", "rain"].map((text) => ({ text, namespace })));
    const set = await memory.weights.set({ words: 0, recency: 0.5 }, { namespace });
    assert.deepEqual(await memory.weights.get(namespace), set);
    assert.equal((await memory.search("red kite", { namespace }))[0]?.parts.words, 0);
    assert.equal((await memory.weights.set({ words: null }, { namespace })).weights[0]?.origin, "default");
    const learnt = await memory.feedback("red kite", { good: [good?.id ?? 0], namespace, idempotency_key: "one" });
    assert.equal(learnt.judgements, 1);
    const again = await memory.feedback("red kite", { good: [good?.id ?? 0], namespace, idempotency_key: "one" });
    assert.deepEqual(again, learnt);
    assert.equal((await memory.weights.reset({ namespace, learnt_only: true })).judgements, 0);
    await assert.rejects(memory.feedback("red kite", { bad: [999_999], namespace }), { name: "NotFound" });
  });

  it("keeps for so long as it is told", async () => {
    const block = await memory.add("soon gone", { namespace: "kept", ttl: 3_600 });
    assert.notEqual(block.expires_at, null);
    assert.equal((await memory.update(block.id, { ttl: null })).expires_at, null);
    const rule = await memory.retention.set("kept", { kind: "note", max_age: 86_400 });
    assert.deepEqual(await memory.retention.list(), [rule]);
    assert.deepEqual(await memory.retention.rule("kept/more", "note"), rule);
    await memory.retention.clear("kept", "note");
    assert.equal(await memory.retention.rule("kept", "note"), null);
    await memory.used(block.id);
    assert.equal((await memory.maintain()).steps.find((step) => step.name === "uses")?.count, 1);
    assert.deepEqual(await memory.repair(), []);
  });

  it("hides and takes back what an origin wrote", async () => {
    const block = await memory.add("a strange claim", { namespace: "doors" });
    assert.equal(block.origin, "http");
    assert.deepEqual(await memory.quarantine({ ids: [block.id] }), [block.id]);
    assert.equal(await memory.count({ namespace: "doors" }), 0);
    assert.deepEqual(await memory.release({ namespace: "doors" }), [block.id]);
    const undone = await memory.rollBack("http", { namespace: "doors", dry_run: true });
    assert.deepEqual(undone.quarantined, [block.id]);
    assert.equal((await memory.screening.set("secret", "note")).secret, "note");
    assert.equal((await memory.screening.policies())["zero-width"], "note");
  });

  it("forgets one or several, or none if one is not there", async () => {
    const blocks = await memory.addMany(["a", "b", "c"].map((text) => ({ text, namespace: "forget" })));
    const [a = 0, b = 0, c = 0] = blocks.map((block) => block.id);
    await assert.rejects(memory.forget([a, 999_999]), { name: "NotFound" });
    assert.deepEqual((await memory.forget(a, { dry_run: true })).forgotten, [a]);
    const { forgotten, certificate } = await memory.forget(a);
    assert.deepEqual(forgotten, [a]);
    assert.equal((await memory.certificates()).at(-1)?.sha256, certificate?.sha256);
    assert.deepEqual((await memory.forget([b, c])).forgotten, [b, c]);
    assert.equal(await memory.count({ namespace: "forget", history: true }), 0);
  });

  it("links", async () => {
    const [one, other] = await memory.addMany([
      { text: "one", namespace: "link" },
      { text: "other", namespace: "link" },
    ]);
    const [source, target] = [one?.id ?? 0, other?.id ?? 0];
    const link = await memory.link(source, target, { kind: "about", weight: 0.5 });
    assert.deepEqual([link.source, link.target, link.kind, link.weight], [source, target, "about", 0.5]);
    assert.deepEqual(await memory.links(target), [link]);
    await memory.unlink(source, target);
    assert.deepEqual(await memory.links(source), []);
    await assert.rejects(memory.unlink(source, target, { kind: "about" }), { name: "NotFound" });
  });
});

describe("anchors", () => {
  it("are set, moved, pinned, found from below, and cleared", async () => {
    const { anchors } = memory;
    const [one, other] = await memory.addMany([
      { text: "one", namespace: "an/x" },
      { text: "other", namespace: "an/x" },
    ]);
    const [first, second] = [one?.id ?? 0, other?.id ?? 0];
    const set = await anchors.set("이름/A", first, { namespace: "an", hops: 2 });
    assert.deepEqual([set.name, set.block_id, set.hops, set.pinned], ["이름/A", first, 2, false]);
    assert.equal((await anchors.move("이름/A", second, { namespace: "an" })).block_id, second);
    assert.equal((await anchors.pin("이름/A", { namespace: "an" })).pinned, true);
    await assert.rejects(anchors.move("이름/A", first, { namespace: "an" }), { name: "Conflict" });
    assert.equal((await anchors.unpin("이름/A", { namespace: "an" })).pinned, false);
    assert.equal((await memory.anchor("이름/A", { namespace: "an/x/y" })).block_id, second);
    await assert.rejects(anchors.get("이름/A", { namespace: "an/x" }), { name: "NotFound" });
    assert.deepEqual(await anchors.status({ namespace: "an" }), [await anchors.get("이름/A", { namespace: "an" })]);
    await anchors.clear("이름/A", { namespace: "an" });
    assert.deepEqual(await anchors.status({ namespace: "an" }), []);
  });
});

describe("looking after it", () => {
  it("says how it stands", async () => {
    const stats = await memory.stats();
    assert.ok(stats.blocks > 0 && Number(stats.seq) >= stats.blocks);
    assert.ok((await memory.check()).every((finding) => finding.well));
  });
});
