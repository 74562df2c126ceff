/** What the server refuses is an error of its own kind, which says what was wrong. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { after, before, it } from "node:test";

import {
  Conflict,
  connect,
  EmbedderMismatch,
  GreeumError,
  InvalidInput,
  LogCut,
  type Memory,
  NotFound,
  PreconditionFailed,
  StoreBusy,
  StoreClosed,
  StoreDamaged,
  StoreFailed,
  StoreReadOnly,
  StoreVersion,
} from "@greeum/client";

import { type Served, serve } from "./server.ts";

let server: Served;
let memory: Memory;

before(async () => {
  server = await serve();
  memory = connect(server.url);
});
after(() => server.stop());

it("names the field that cannot be used", async () => {
  await assert.rejects(memory.add(""), (error: unknown) => {
    assert.ok(error instanceof InvalidInput && error instanceof GreeumError && error instanceof Error);
    assert.deepEqual(
      [error.name, error.status, error.field, error.problem?.type],
      ["InvalidInput", 400, "text", "urn:greeum:problem:invalid-input"],
    );
    assert.match(error.message, /text/);
    assert.ok(error.request_id && error.problem?.instance.endsWith(error.request_id));
    return true;
  });
  await assert.rejects(memory.addMany([{ text: "good" }, { text: "bad", importance: 7 }]), {
    field: "blocks[1].importance",
  });
  await assert.rejects(memory.search("x", { where: { author: "Alice" } as never }), {
    name: "InvalidInput",
    field: "where.author",
  });
  await assert.rejects(memory.search("x", { limit: 3 } as never), { name: "InvalidInput", field: "limit" });
  await assert.rejects(Promise.resolve(memory.list({ cursor: "nonsense" })), { name: "InvalidInput", field: "cursor" });
  assert.equal(await memory.count(), 0);
});

it("knows what is not there from what is in the way", async () => {
  await assert.rejects(memory.get(12345), NotFound);
  await assert.rejects(memory.get({ key: "nobody" }), NotFound);
  await assert.rejects(memory.search("x", { near: "A" }), NotFound);
  const block = await memory.add("text", { key: "k" });
  await assert.rejects(memory.add("another text", { key: "k" }), Conflict);
  await assert.rejects(
    memory.update(block.id, { kind: "fact", revision: 9 }),
    (error) => error instanceof PreconditionFailed && error instanceof Conflict,
  );
});

it("says when the log does not reach so far", async () => {
  await assert.rejects(
    Promise.resolve(memory.changes({ after: 1_000_000 })),
    (error) => error instanceof LogCut && error instanceof NotFound,
  );
});

it("says when nobody is there", async () => {
  const gone = createServer().listen(0, "127.0.0.1");
  await once(gone, "listening");
  const { port } = gone.address() as AddressInfo;
  gone.close();
  const nobody = connect(`http://127.0.0.1:${port}`, { retries: 1 });
  await assert.rejects(nobody.stats(), { name: "ConnectionFailed", status: undefined, was_not_sent: true });
});

it("has a class for everything that can be wrong with the server's store", async () => {
  for (const kind of [
    EmbedderMismatch,
    StoreBusy,
    StoreClosed,
    StoreDamaged,
    StoreFailed,
    StoreReadOnly,
    StoreVersion,
  ]) {
    const type = kind.name.replace(/(?<=.)[A-Z]/g, "-$&").toLowerCase();
    const body = JSON.stringify({ type: `urn:greeum:problem:${type}`, status: 500, detail: "why" });
    const failing = connect("http://127.0.0.1:9", {
      retries: 0,
      fetch: async () => new Response(body, { status: 500 }),
    });
    await assert.rejects(failing.stats(), { name: kind.name, message: "why" });
  }
});
