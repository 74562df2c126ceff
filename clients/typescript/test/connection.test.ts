/** What `connect` refuses at once, before anything is sent. */

import assert from "node:assert/strict";
import { it } from "node:test";

import { type Connection, connect } from "@greeum/client";

const HERE = "http://127.0.0.1:8400";

const WRONG: [string, object, string][] = [
  ["127.0.0.1:8400", {}, "url"],
  ["/memory", {}, "url"],
  ["localhost:8400", {}, "url"],
  ["ftp://example.com", {}, "url"],
  ["http://user:secret@example.com", {}, "url"],
  ["http://example.com/?a=1", {}, "url"],
  ["http://127.0.0.1:8400/v1/", {}, "url"],
  [HERE, { timeout: 1 }, "timeout"],
  [HERE, { timeout_ms: -1 }, "timeout_ms"],
  [HERE, { timeout_ms: Number.NaN }, "timeout_ms"],
  [HERE, { timeout_ms: 2 ** 31 }, "timeout_ms"],
  [HERE, { retries: -1 }, "retries"],
  [HERE, { retries: 1.5 }, "retries"],
  [HERE, { fetch: 1 }, "fetch"],
  [HERE, { WebSocket: 1 }, "WebSocket"],
  [HERE, { insecure: 1 }, "insecure"],
  [HERE, { key: "gk_x\n" }, "key"],
  [HERE, { key: "" }, "key"],
];

for (const [url, connection, field] of WRONG) {
  it(`refuses ${url} with ${JSON.stringify(connection)}`, () => {
    assert.throws(() => connect(url, connection as Connection), { name: "InvalidInput", field });
  });
}

it("repeats no password", () => {
  assert.throws(
    () => connect("http://user:secret@example.com"),
    (error: Error) => !error.message.includes("secret"),
  );
});

it("sends a key in the clear to this machine only, unless that is asked for", () => {
  const error = { name: "InvalidInput", field: "key", message: /use https, or say insecure: true/ };
  assert.throws(() => connect("http://example.com", { key: "gk_x" }), error);
  assert.throws(() => connect("http://localhost.example.com", { key: "gk_x" }), error);
  for (const host of ["localhost", "127.0.0.1", "127.3.2.1", "[::1]"]) connect(`http://${host}:8400`, { key: "gk_x" });
  connect("https://example.com", { key: "gk_x" });
  connect("http://example.com");
  connect("http://example.com", { key: "gk_x", insecure: true });
});

it("refuses what is said of a call and is no such thing", async () => {
  const memory = connect(HERE);
  await assert.rejects(memory.count({ timeout_ms: 0 }), { name: "InvalidInput", field: "timeout_ms" });
  await assert.rejects(memory.stats({ timeout: 5 } as object), { name: "InvalidInput", field: "timeout" });
});
