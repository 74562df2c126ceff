/** With keys: who is let in, and what their keys let them do. */

import assert from "node:assert/strict";
import { after, before, it } from "node:test";

import { connect } from "@greeum/client";

import { key, type Served, serve } from "./server.ts";

let server: Served;

before(async () => {
  server = await serve("--tenants");
});
after(() => server.stop());

it("is let in with a key, and not without one", async () => {
  const memory = connect(server.url, { key: await key(server, "--role", "writer") });
  await memory.add("text", { namespace: "acme" });
  assert.equal((await memory.search("text")).length, 1);
  await assert.rejects(connect(server.url).count(), { name: "Unauthenticated", status: 401 });
  await assert.rejects(connect(server.url, { key: "gk_wrong" }).count(), { name: "Unauthenticated" });
});

it("may do what its key lets it do", async () => {
  const reader = connect(server.url, { key: await key(server, "--role", "reader", "--namespace", "acme/alice") });
  await assert.rejects(reader.add("text", { namespace: "acme/alice" }), { name: "Forbidden", status: 403 });
  await assert.rejects(reader.search("text", { namespace: "acme" }), { name: "Forbidden" });
  assert.deepEqual(await reader.search("text"), []);
});

it("shows its key on live connections too", async () => {
  const live = connect(server.url, { key: await key(server, "--role", "reader") }).live();
  assert.equal((await live.search("text"))?.length, 1);
  live.close();
  await assert.rejects(connect(server.url).live().search("text"), { name: "Unauthenticated" });
  const unknown = `gk_${"0".repeat(30)}`;
  await assert.rejects(connect(server.url, { key: unknown }).live().search("text"), { name: "Unauthenticated" });
});

it("waits when its key has been used too often", async () => {
  const memory = connect(server.url, { key: await key(server, "--role", "reader", "--rate", "5") });
  await Promise.all(Array.from({ length: 12 }, () => memory.count()));
  const hasty = connect(server.url, { key: await key(server, "--role", "reader", "--rate", "1"), retries: 0 });
  await assert.rejects(Promise.all(Array.from({ length: 12 }, () => hasty.count())), {
    name: "RateLimited",
    status: 429,
  });
});
