/** How to reach a server, checked before anything is sent. */

import { InvalidInput } from "./errors.ts";

/** How to reach the server. */
export interface Connection {
  /** An API key (`greeum keys create`). A server for one person on its own machine needs none. */
  key?: string | undefined;
  /** Lets a key be sent over http to another machine, where others may read it. */
  insecure?: boolean | undefined;
  /** How long a call may take, with tries and pauses; of a stream each of its pieces. Default 30,000. */
  timeout_ms?: number | undefined;
  /** How often a call is tried again if that does no harm. Default 5. */
  retries?: number | undefined;
  /** Instead of the runtime's own `fetch`. */
  fetch?: typeof fetch | undefined;
  /** Instead of the runtime's own `WebSocket` (which Node has from version 22 on), for `live`. */
  WebSocket?: typeof WebSocket | undefined;
}

/** What may be said about one call, besides what it is about. */
export interface Call {
  /** Calls it off: what is awaited then throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Instead of the connection's. */
  timeout_ms?: number | undefined;
}

/** A day. Timers of runtimes end at 24 of them, and then fire at once. */
const TIMEOUT_MS_MAX = 86_400_000;

const RETRIES_MAX = 100;

const OPTIONS = ["key", "insecure", "timeout_ms", "retries", "fetch", "WebSocket"];
const CALL = ["signal", "timeout_ms"];

/** The URL, with a slash at its end. Throws InvalidInput, which does not repeat what may be a password. */
export function addressOf(given: string | URL): URL {
  let url: URL;
  try {
    url = new URL(given);
  } catch (error) {
    throw invalid("url", "must begin with http:// or https:// and a host, as http://127.0.0.1:8400", error);
  }
  if (!["http:", "https:"].includes(url.protocol)) {
    throw invalid("url", "must begin with http:// or https:// and a host, as http://127.0.0.1:8400");
  }
  if (url.username !== "" || url.password !== "") {
    throw invalid("url", "must not hold a user or a password: it is shown in messages. Pass the key as `key`");
  }
  if (url.search !== "" || url.hash !== "") throw invalid("url", "must not hold a query or a fragment");
  if (/\/v1\/*$/.test(url.pathname)) throw invalid("url", "ends with /v1, which every request adds: leave that off");
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

/** Throws InvalidInput for an option that there is not, or that is none. */
export function checkConnection(url: URL, connection: Connection): void {
  checkNames(connection, OPTIONS, "connect");
  checkTimeout(connection.timeout_ms);
  const { key, insecure = false, retries = 0, fetch, WebSocket } = connection;
  if (!Number.isInteger(retries) || retries < 0 || retries > RETRIES_MAX) {
    throw invalid("retries", `must be a whole number from 0 to ${RETRIES_MAX}`);
  }
  if (typeof insecure !== "boolean") throw invalid("insecure", "must be true or false");
  if (fetch !== undefined && typeof fetch !== "function") throw invalid("fetch", "must be a function");
  if (WebSocket !== undefined && typeof WebSocket !== "function") throw invalid("WebSocket", "must be a class");
  if (key !== undefined) checkKey(url, key, insecure);
}

/** Throws InvalidInput for a time that is none, or for anything else that is said of a call. */
export function checkCall(call: Call): void {
  checkNames(call, CALL, "a call");
  checkTimeout(call.timeout_ms);
}

function checkNames(options: object, known: string[], what: string): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw invalid(name, `is no option of ${what}; there are ${known.join(", ")}`);
  }
}

function checkTimeout(timeout_ms: unknown): void {
  if (timeout_ms === undefined) return;
  if (typeof timeout_ms !== "number" || !(timeout_ms > 0 && timeout_ms <= TIMEOUT_MS_MAX)) {
    throw invalid("timeout_ms", `must be a number of milliseconds, more than 0 and at most ${TIMEOUT_MS_MAX}`);
  }
}

/** The key is not shown. */
function checkKey(url: URL, key: unknown, insecure: boolean): void {
  if (typeof key !== "string" || !/^[!-~]+$/.test(key)) {
    throw invalid("key", "must be printable ASCII without spaces (a line end at its end is a usual mistake)");
  }
  if (url.protocol === "http:" && !isThisMachine(url.hostname) && !insecure) {
    throw invalid(
      "key",
      `would be readable on its way to ${url.host}: use https, or say insecure: true if that network is safe`,
    );
  }
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d+){3}$/.test(host);
}

function invalid(field: string, reason: string, cause?: unknown): InvalidInput {
  return new InvalidInput(`${field}: ${reason}`, { field }, { cause });
}
