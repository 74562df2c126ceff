/** Tries, pauses, deadlines and names of requests, against a server that does what the test tells it to. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, it, type TestContext } from "node:test";

import { type Connection, ConnectionFailed, connect, GreeumError, type Memory } from "@greeum/client";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server | undefined;
const got: IncomingMessage[] = [];

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  got.length = 0;
});

/** A memory behind a server that gives these answers, one after the other, and the last one for good. */
async function answering(answers: Answer[], connection: Connection = {}): Promise<Memory> {
  server = createServer((request, response) => {
    request.resume();
    const answer = answers[Math.min(got.length, answers.length - 1)];
    got.push(request);
    answer?.(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}/base`, connection);
}

const says =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
  };
const problem = (name: string, status: number, headers: Record<string, string> = {}): Answer =>
  says(
    status,
    {
      type: `urn:greeum:problem:${name}`,
      title: "t",
      status,
      detail: `it is ${name}`,
      instance: "urn:greeum:request:r",
    },
    headers,
  );
const hangsUp: Answer = (request) => void request.socket.destroy();
const never: Answer = () => undefined;
const counted = says(200, { count: 7 });
const block = says(201, { id: 1 });

it("asks below the path that it was given, and shows its key", async () => {
  const memory = await answering([counted], { key: "gk_test" });
  assert.equal(await memory.count(), 7);
  assert.deepEqual([got[0]?.url, got[0]?.headers.authorization], ["/base/v1/count", "Bearer gk_test"]);
});

it("tries again when the server asks it to, after the pause that the server names", async () => {
  const memory = await answering([
    problem("unavailable", 503, { "retry-after": "0" }),
    problem("rate-limited", 429, { "retry-after": "0" }),
    block,
  ]);
  assert.equal((await memory.add("text")).id, 1);
  const names = got.map((request) => request.headers["idempotency-key"]);
  assert.match(String(names[0]), /^[0-9a-f]{32}$/);
  assert.deepEqual(names, [names[0], names[0], names[0]]);
});

it("gives another request another name, and takes the caller's", async () => {
  const memory = await answering([block]);
  await memory.add("text");
  await memory.add("text");
  await memory.add("text", { idempotency_key: "mine" });
  const [first, second, third] = got.map((request) => request.headers["idempotency-key"]);
  assert.notEqual(first, second);
  assert.equal(third, "mine");
});

it("does not wait longer than there is time", async () => {
  const memory = await answering([problem("rate-limited", 429, { "retry-after": "3600" })]);
  await assert.rejects(memory.count(), { name: "RateLimited", retry_after_s: 3600, status: 429 });
  assert.equal(got.length, 1);
});

it("reads a Retry-After that is a date", async () => {
  const later = new Date(Date.now() + 3_600_000).toUTCString();
  const memory = await answering([problem("unavailable", 503, { "retry-after": later })]);
  await assert.rejects(memory.count(), (error: { retry_after_s?: number }) => Number(error.retry_after_s) > 3500);
});

it("gives up after so many tries", async () => {
  const memory = await answering([problem("unavailable", 503, { "retry-after": "0" })], { retries: 2 });
  await assert.rejects(memory.count(), { name: "Unavailable", message: "it is unavailable" });
  assert.equal(got.length, 3);
});

/** The pauses between tries, which are over at once: how long each was to be. */
function pausesOf(test: TestContext): number[] {
  const asked: number[] = [];
  const { setTimeout } = globalThis;
  test.mock.method(
    globalThis,
    "setTimeout",
    (done: (...given: unknown[]) => void, wait_ms: number, ...given: unknown[]) => {
      // Deadlines, and what the runtime waits for, are of whole milliseconds; no random pause is.
      if (Number.isInteger(wait_ms)) return setTimeout(done, wait_ms, ...given);
      asked.push(wait_ms);
      return setTimeout(done, 0);
    },
  );
  return asked;
}

/** Who cannot be reached so often, and then forgets. */
function awayFor(times: number): { fetch: typeof fetch; tries: () => number } {
  let tries = 0;
  const unreached = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:8400"), { code: "ECONNREFUSED" });
  return {
    tries: () => tries,
    fetch: async () => {
      if (++tries <= times) throw new TypeError("fetch failed", { cause: unreached });
      return Response.json({ forgotten: [1] });
    },
  };
}

it("waits while a server restarts, whatever was asked: who was not reached has done nothing", async (test) => {
  const pauses = pausesOf(test);
  const memory = connect("http://127.0.0.1:8400", { fetch: awayFor(5).fetch });
  assert.deepEqual((await memory.forget(1)).forgotten, [1]);
  for (const [place, wait_ms] of pauses.entries()) {
    assert.ok(wait_ms >= 125 * 2 ** place && wait_ms <= 250 * 2 ** place, String(pauses));
  }
  assert.equal(pauses.length, 5);
});

it("says in the end that nobody is there, and that nothing was done", async (test) => {
  pausesOf(test);
  const { fetch, tries } = awayFor(Number.POSITIVE_INFINITY);
  await assert.rejects(
    connect("http://127.0.0.1:8400", { fetch }).forget(1),
    (error) =>
      error instanceof ConnectionFailed &&
      error.was_not_sent &&
      /^127.0.0.1:8400 cannot be reached \(.*\): is `greeum serve` running there\?$/.test(error.message),
  );
  assert.equal(tries(), 6);
});

it("knows from the runtime that a server was not there, and finds it when it is back", async () => {
  await answering([says(200, { forgotten: [1] })]);
  const here = server as Server;
  const { port } = here.address() as AddressInfo;
  here.close();
  await once(here, "close");
  let tries = 0;
  const memory = connect(`http://127.0.0.1:${port}`, {
    fetch: async (...request) => {
      if (++tries === 2) await once(here.listen(port, "127.0.0.1"), "listening");
      return fetch(...request);
    },
  });
  assert.deepEqual((await memory.forget(1)).forgotten, [1]);
  assert.equal(tries, 2);
});

it("spreads those who were told when to come back", async (test) => {
  const pauses = pausesOf(test);
  const memory = await answering([problem("unavailable", 503, { "retry-after": "2" }), counted]);
  assert.equal(await memory.count(), 7);
  assert.ok(pauses.length === 1 && Number(pauses[0]) >= 2_000 && Number(pauses[0]) <= 2_500, String(pauses));
});

it("asks again when an answer was lost, if doing it twice does no harm", async () => {
  const memory = await answering([hangsUp, says(200, '{"count":'), counted]);
  assert.equal(await memory.count(), 7);
  assert.equal(got.length, 3);
});

it("does not forget twice: an answer that was lost is the caller's to judge", async () => {
  const memory = await answering([hangsUp, says(200, { forgotten: [1] })]);
  await assert.rejects(memory.forget(1), { name: "ConnectionFailed" });
  assert.equal(got.length, 1);
});

it("changes in place only once what may have been changed since", async () => {
  const lost: ((memory: Memory) => Promise<unknown>)[] = [
    (memory) => memory.update(1, { importance: 1 }),
    (memory) => memory.update(1, { importance: 1, idempotency_key: "mine" }),
    (memory) => memory.link(1, 2),
    (memory) => memory.anchors.set("work", 1),
    (memory) => memory.weights.set({ words: 1 }),
    (memory) => memory.used(1),
  ];
  for (const change of lost) {
    got.length = 0;
    const memory = await answering([hangsUp, block]);
    await assert.rejects(change(memory), { name: "ConnectionFailed" });
    assert.equal(got.length, 1);
    assert.ok([undefined, "mine"].includes(got[0]?.headers["idempotency-key"] as string | undefined));
    server?.close();
  }
  got.length = 0;
  const memory = await answering([hangsUp, block]);
  await memory.update(1, { text: "new" });
  assert.equal(got[0]?.headers["idempotency-key"], got[1]?.headers["idempotency-key"]);
});

const BEGUN: [string, Answer, boolean][] = [
  ["a server that is overloaded", problem("unavailable", 503, { "retry-after": "0" }), false],
  ["a memory that is busy", problem("store-busy", 503, { "retry-after": "0" }), false],
  ["a key with too many requests", problem("rate-limited", 429, { "retry-after": "0" }), false],
  ["a memory that was closed", problem("store-closed", 503, { "retry-after": "0" }), true],
  ["a disk that failed", problem("store-failed", 503, { "retry-after": "0" }), true],
  ["a proxy", says(503, "<html>later</html>", { "retry-after": "0" }), true],
];

for (const [who, answer, may_have_begun] of BEGUN) {
  it(`forgets ${may_have_begun ? "once" : "again"} after the 503 or 429 of ${who}, and reads again`, async () => {
    const memory = await answering([answer, says(200, { forgotten: [1], count: 7 })]);
    if (may_have_begun) await assert.rejects(memory.forget(1), GreeumError);
    else assert.deepEqual((await memory.forget(1)).forgotten, [1]);
    assert.equal(got.length, may_have_begun ? 1 : 2);
    got.length = 0;
    assert.equal(await memory.count(), 7);
    assert.equal(got.length, 2);
  });
}

it("waits while a proxy does not reach the server, where that does no harm", async (test) => {
  pausesOf(test);
  const memory = await answering([says(502, "<html>"), says(503, "<html>"), counted]);
  assert.equal(await memory.count(), 7);
  server?.close();
  got.length = 0;
  const other = await answering([says(502, "<html>"), counted]);
  await assert.rejects(other.forget(1), { name: "ConnectionFailed", was_not_sent: false });
  assert.equal(got.length, 1);
});

const REFUSALS = [
  ["unavailable", 503, "Unavailable"],
  ["forbidden", 403, "Forbidden"],
  ["unauthenticated", 401, "Unauthenticated"],
  ["too-large", 413, "TooLarge"],
  ["internal", 500, "ServerFailed"],
  ["embedder-failed", 502, "EmbedderFailed"],
  ["store-full", 507, "StoreFull"],
] as const;

for (const [name, status, kind] of REFUSALS) {
  it(`does not ask again what was refused as ${name}`, async () => {
    const memory = await answering([problem(name, status)]);
    await assert.rejects(memory.count(), { name: kind, status });
    assert.equal(got.length, 1);
  });
}

it("is not sent again by what does not say when", async () => {
  const memory = await answering([says(429, "slow down"), counted]);
  await assert.rejects(memory.count(), { name: "RateLimited" });
  assert.equal(got.length, 1);
});

it("understands proxies", async () => {
  const memory = await answering([says(403, "<html>no</html>")]);
  await assert.rejects(memory.count(), { name: "Forbidden", status: 403, problem: undefined });
  server?.close();
  got.length = 0;
  const other = await answering([says(418, "{teapot")], { retries: 0 });
  await assert.rejects(other.count(), { name: "GreeumError", status: 418 });
  server?.close();
  got.length = 0;
  const slow = await answering([says(504, "<html>late</html>")]);
  await assert.rejects(slow.count(), { name: "TimedOut", status: 504 });
  assert.equal(got.length, 1);
});

it("ends when the time is over, tries and pauses included", async () => {
  const memory = await answering([never], { timeout_ms: 50 });
  await assert.rejects(memory.count(), { name: "TimedOut" });
  await assert.rejects(memory.count({ timeout_ms: 20 }), { message: "there was no answer within 20 ms" });
});

it("ends when the caller calls it off, with the caller's reason", async () => {
  const memory = await answering([never]);
  const off = new AbortController();
  const counting = memory.count({ signal: off.signal });
  off.abort(new Error("the user left"));
  await assert.rejects(counting, { message: "the user left" });
  await assert.rejects(memory.count({ signal: off.signal }), { message: "the user left" });
  await assert.rejects(memory.count({ signal: AbortSignal.abort() }), { name: "AbortError" });
});

it("ends a pause when the caller calls it off", async () => {
  const off = new AbortController();
  const memory = await answering([
    (request, response) => {
      problem("unavailable", 503, { "retry-after": "20" })(request, response);
      response.on("finish", () => off.abort(new Error("left")));
    },
  ]);
  await assert.rejects(memory.count({ signal: off.signal }), { message: "left" });
});

it("lets go of a signal that outlives its calls", async () => {
  const memory = await answering([counted]);
  const { signal } = new AbortController();
  let listening = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    listening++;
    addEventListener.apply(signal, given);
  };
  signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    listening--;
    removeEventListener.apply(signal, given);
  };
  for (let call = 0; call < 20; call++) await memory.count({ signal });
  assert.equal(listening, 0);
});

it("notices a stream that stops in the middle", async () => {
  const memory = await answering([
    (_, response) => {
      response.write('{"score":1}\n{"sco');
      setImmediate(() => response.destroy());
    },
  ]);
  const hits: unknown[] = [];
  const reading = (async () => {
    for await (const hit of memory.stream("x")) hits.push(hit);
  })();
  await assert.rejects(reading, { name: "ConnectionFailed" });
  assert.deepEqual(hits, [{ score: 1 }]);
});

it("notices a stream that falls silent", async () => {
  const memory = await answering([(_, response) => void response.write('{"score":1}\n')], { timeout_ms: 100 });
  const stream = memory.stream("x");
  assert.deepEqual(await stream.next(), { done: false, value: { score: 1 } });
  await assert.rejects(stream.next(), { name: "ConnectionFailed", message: "nothing arrived for 100 ms" });
});

it("ends a stream when the caller calls it off", async () => {
  const memory = await answering([(_, response) => void response.write('{"score":1}\n')]);
  const off = new AbortController();
  const stream = memory.stream("x", { signal: off.signal });
  await stream.next();
  off.abort(new Error("enough"));
  await assert.rejects(stream.next(), { message: "enough" });
});

it("says what a server that speaks no JSON has said", async () => {
  const memory = await answering([says(200, "<html>hello</html>", { "content-type": "text/html" })]);
  await assert.rejects(memory.count(), { name: "ServerFailed", status: 200, message: /no JSON.*<html>hello/ });
  assert.equal(got.length, 1);
});

it("follows no redirect, which would carry off what is to be remembered, or lose it", async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    const memory = await answering([says(status, "", { location: "http://127.0.0.1:9/v1/blocks" }), block]);
    await assert.rejects(memory.add("private"), { name: "ServerFailed", status, message: /redirects to http:\/\/127/ });
    assert.equal(got.length, 1);
    got.length = 0;
    server?.close();
  }
});

it("sends an import while it comes, and from a browser as a whole", async (test) => {
  const memory = await answering([says(200, { added: 0 })]);
  await memory.import(["line"]);
  test.mock.getter(globalThis, "navigator", () => ({ userAgent: "Mozilla/5.0 (any browser)" }));
  await memory.import(["line"]);
  assert.deepEqual(
    got.map((request) => request.headers["transfer-encoding"]),
    ["chunked", undefined],
  );
  assert.deepEqual(
    got.map((request) => request.headers["content-length"]),
    [undefined, "5"],
  );
  assert.equal(got[1]?.headers["content-type"], "application/x-ndjson");
});
