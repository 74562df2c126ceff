/** What JSON would change on its way is refused before anything is sent. */

import assert from "node:assert/strict";
import { it } from "node:test";

import { connect } from "@greeum/client";

let asked = 0;
let sent = "";

const memory = connect("http://127.0.0.1:1", {
  fetch: async (_, init) => {
    asked++;
    sent = String(init?.body);
    return Response.json({ id: 1, hits: [], answers: [], blocks: [], cursor: null });
  },
});

class Point {
  x = 1;
}

const circle: Record<string, unknown> = {};
circle.inner = circle;

const REFUSED: [string, unknown, string][] = [
  ["metadata.a", Number.POSITIVE_INFINITY, "must be a finite number, not Infinity"],
  ["metadata.a", Number.NaN, "must be a finite number, not NaN"],
  ["metadata.a", new Map([[1, 2]]), "must be what JSON can say, not Map"],
  ["metadata.a", new Set([1]), "must be what JSON can say, not Set"],
  ["metadata.a", new Point(), "must be what JSON can say, not Point"],
  ["metadata.a", new Date(0), "must be what JSON can say, not Date"],
  ["metadata.a", new Uint8Array(2), "must be what JSON can say, not Uint8Array"],
  ["metadata.a", undefined, "must be what JSON can say, not undefined"],
  ["metadata.a", 1n, "must be what JSON can say, not bigint"],
  ["metadata.a", () => 1, "must be what JSON can say, not function"],
];

for (const [field, value, reason] of REFUSED) {
  it(`refuses ${reason.split(" ").at(-1)} and names the field`, async () => {
    asked = 0;
    const error = { name: "InvalidInput", field, message: `${field}: ${reason}` };
    await assert.rejects(memory.add("x", { metadata: { a: value } }), error);
    assert.equal(asked, 0);
  });
}

it("looks everywhere", async () => {
  asked = 0;
  const invalid = (field: string) => ({ name: "InvalidInput", field });
  await assert.rejects(memory.add("x", { importance: Number.NaN }), invalid("importance"));
  await assert.rejects(memory.add("x", { metadata: { a: [1, ...new Array(1)] } }), invalid("metadata.a[1]"));
  await assert.rejects(memory.addMany(["x", { text: "y", metadata: { b: { c: Infinity } } }]), {
    field: "blocks[1].metadata.b.c",
  });
  await assert.rejects(memory.search("x", { k: Infinity }), invalid("k"));
  await assert.rejects(memory.search("x", { where: { importance: { gte: Number.NaN } } }), {
    field: "where.importance.gte",
  });
  await assert.rejects(
    async () => await memory.list({ where: { importance: Number.NaN } }),
    invalid("where.importance"),
  );
  await assert.rejects(memory.stream("x", { k: Number.NaN }).next(), invalid("k"));
  await assert.rejects(memory.live().search("x", { k: Number.NaN }), invalid("k"));
  await assert.rejects(memory.add("x", { metadata: circle }), /is nested too deep, or contains itself/);
  await assert.rejects(memory.add("x", { at: new Date("no") as unknown as string }), invalid("at"));
  assert.equal(asked, 0);
});

it("sends what JSON can say as it is, and leaves out fields of which nothing is said", async () => {
  const metadata = { n: null, list: [1, [true]], deep: { a: "b" }, bare: Object.assign(Object.create(null), { c: 1 }) };
  await memory.add("x", { metadata, source: undefined as unknown as string });
  assert.deepEqual(JSON.parse(sent), { text: "x", metadata: { ...metadata, bare: { c: 1 } } });
  await memory.addMany([{ text: "y", source: undefined as unknown as string }]);
  assert.deepEqual(JSON.parse(sent), { blocks: [{ text: "y" }] });
  await memory.add("x", { at: new Date(0) as unknown as string });
  assert.equal(JSON.parse(sent).at, "1970-01-01T00:00:00.000Z");
});
