/** What comes in pieces: hits, exports, changes, and recall while somebody types. */

import assert from "node:assert/strict";
import { after, before, it } from "node:test";

import { type Change, connect, type Memory } from "@greeum/client";

import { type Served, serve } from "./server.ts";

let server: Served;
let memory: Memory;

before(async () => {
  server = await serve();
  memory = connect(server.url);
  await memory.addMany(
    Array.from({ length: 200 }, (_, n) => ({ text: `Note ${n} on the harbour of Busan, 항구 ${n}.`, kind: "note" })),
  );
});
after(() => server.stop());

it("streams the hits of a search, the same in the same order", async () => {
  const all = await memory.search("harbour", { k: 150 });
  const streamed = [];
  for await (const hit of memory.stream("harbour", { k: 150 })) streamed.push(hit);
  assert.deepEqual(streamed, all);
  for await (const hit of memory.stream("harbour", { k: 150 })) {
    assert.deepEqual(hit, all[0]);
    break; // Whoever has enough stops, and the connection is let go.
  }
  await assert.rejects(memory.stream("harbour", { k: 0 }).next(), { name: "InvalidInput", field: "k" });
});

it("moves everything into another memory", async () => {
  const other = await serve();
  try {
    const copy = connect(other.url);
    assert.deepEqual(await copy.import(memory.export()), {
      added: 200,
      present: 0,
      forgotten: 0,
      links: 0,
      anchors: 0,
      weights: 0,
    });
    const lines: string[] = [];
    for await (const line of copy.export()) lines.push(line);
    assert.equal(lines.length, 201);
    assert.deepEqual(await copy.import(lines), {
      added: 0,
      present: 200,
      forgotten: 0,
      links: 0,
      anchors: 0,
      weights: 0,
    });
    await assert.rejects(copy.import(["nonsense"]), { name: "InvalidInput" });
  } finally {
    await other.stop();
  }
});

it("gives the log a page at a time", async () => {
  const { changes, seq } = await memory.changes({ limit: 3 });
  assert.deepEqual(
    changes.map((change) => change.seq),
    [1, 2, 3],
  );
  assert.ok(seq >= 200 && changes.every((change) => change.operation === "block"));
});

it("follows the log, and each change comes once", async () => {
  const { seq } = await memory.changes({ limit: 1 });
  const seen: Change[] = [];
  const stop = new AbortController();
  const following = (async () => {
    for await (const change of memory.changes({ after: seq - 2, signal: stop.signal })) {
      seen.push(change);
      if (seen.length === 2) await memory.add("a new one");
      if (seen.length === 3) await memory.forget(seen[2]?.block_id ?? 0);
      if (seen.length === 4) stop.abort(new Error("enough"));
    }
  })();
  await assert.rejects(following, { message: "enough" });
  assert.deepEqual(
    seen.map((change) => change.seq),
    [seq - 1, seq, seq + 1, seq + 2],
  );
  assert.deepEqual(
    seen.slice(2).map((change) => change.operation),
    ["block", "forgotten"],
  );
});

it("takes the log up again where a connection ended", async () => {
  const { seq } = await memory.changes({ limit: 1 });
  const asked: (string | null)[] = [];
  const broken = connect(server.url, {
    // Every connection ends after the first piece that has an event in it.
    async fetch(url, init) {
      asked.push(new Headers(init?.headers).get("last-event-id"));
      const response = await fetch(url, init);
      const cut = new TransformStream<Uint8Array, Uint8Array>({
        transform(piece, controller) {
          controller.enqueue(piece);
          if (new TextDecoder().decode(piece).includes("data:")) controller.terminate();
        },
      });
      return new Response(response.body?.pipeThrough(cut) ?? null, response);
    },
  });
  const seen: number[] = [];
  for await (const change of broken.changes({ after: seq - 1 })) {
    seen.push(change.seq);
    if (seen.length === 3) break;
    await memory.add(`one more after ${change.seq}`);
  }
  assert.deepEqual(seen, [seq, seq + 1, seq + 2]);
  assert.deepEqual(asked, [String(seq - 1), String(seq), String(seq + 1)]);
});

it("recalls while somebody types", async () => {
  const live = memory.live({ k: 3 });
  const typed = "harbour of Busan";
  const answers = await Promise.all(Array.from(typed, (_, end) => live.search(typed.slice(0, end + 1))));
  assert.deepEqual(answers.at(-1), await memory.search(typed, { k: 3 }));
  for (const hits of answers) assert.ok(hits === undefined || hits.length <= 3);
  await assert.rejects(live.search("x", { k: -1 }), { name: "InvalidInput", field: "k" });
  assert.equal((await live.search("harbour", { k: 1 }))?.length, 1);
  live.close();
  assert.equal((await live.search("harbour", { k: 2 }))?.length, 2); // It connects anew.
  const last = live.search("harbour");
  live.close();
  await assert.rejects(last, { name: "ConnectionFailed" });
});
