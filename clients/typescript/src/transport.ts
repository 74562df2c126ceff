/** Requests: each with its key, its deadline, its further tries, and an error that says what was wrong. */

import { addressOf, type Call, type Connection, checkCall, checkConnection } from "./connection.ts";
import { Deadline, pause } from "./deadline.ts";
import { errorOfNoResponse, errorOfResponse, GreeumError, ServerFailed } from "./errors.ts";
import { json } from "./json.ts";
import type { AnswerOf, JsonRequest, LooseRequest, MethodOf, Path } from "./operations.ts";
import { mayRepeat, pauseAfter, RETRIES } from "./retries.ts";

/** A request that is put together but for the key. */
export interface Plain {
  method: string;
  path: string;
  query?: object | undefined;
  headers?: Record<string, string>;
  body?: BodyInit | undefined;
  call: Call;
  /** Whether it can be done twice without harm, or carries a key that sees to that. */
  repeatable: boolean;
}

const TIMEOUT_MS = 30_000;

/** Where a POST only reads. */
const READS: readonly string[] = [
  "/v1/search",
  "/v1/search:batch",
  "/v1/explain",
  "/v1/context",
  "/v1/count",
  "/v1/facets",
  "/v1/diff",
  "/v1/check",
];

export class Transport {
  readonly url: URL;
  readonly connection: Connection;
  readonly timeout_ms: number;
  readonly #retries: number;

  constructor(url: string | URL, connection: Connection) {
    this.url = addressOf(url);
    checkConnection(this.url, connection);
    this.connection = connection;
    this.timeout_ms = connection.timeout_ms ?? TIMEOUT_MS;
    this.#retries = connection.retries ?? RETRIES;
  }

  /** Ask, and read the answer's JSON. */
  async json<P extends Path, M extends MethodOf<P>>(
    method: M,
    path: P,
    request: JsonRequest<P, M>,
  ): Promise<AnswerOf<P, M>> {
    return this.#within(plain(method, path, request as LooseRequest), async (response, deadline) => {
      const answer: unknown = response.status === 204 ? undefined : await parsed(response);
      deadline.release();
      return answer as AnswerOf<P, M>;
    });
  }

  /** Ask, and hand the answer over as soon as it begins. `release` must be called when it has been read. */
  async open(request: Plain): Promise<{ response: Response; release: () => void }> {
    return this.#within(request, (response, deadline) => {
      deadline.stopTheClock();
      return Promise.resolve({ response, release: () => deadline.release() });
    });
  }

  /** The address of a path, with what is to stand behind the question mark. */
  address(path: string, query: object = {}): URL {
    const address = new URL(path.slice(1), this.url);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) address.searchParams.set(name, String(value));
    }
    return address;
  }

  /** Try, and try again as long as there is time and it does no harm. */
  async #within<T>(request: Plain, read: (response: Response, deadline: Deadline) => Promise<T>): Promise<T> {
    checkCall(request.call);
    const deadline = new Deadline(request.call.timeout_ms ?? this.timeout_ms, request.call.signal);
    try {
      for (let tries = 1; ; tries++) {
        try {
          return await this.#attempt(request, deadline, read);
        } catch (error) {
          if (tries > this.#retries || isStreamed(request) || !mayRepeat(error, request.repeatable)) throw error;
          const pause_ms = pauseAfter(tries, error);
          if (!deadline.allows(pause_ms)) throw error;
          await pause(pause_ms, deadline.signal);
        }
      }
    } catch (error) {
      deadline.release();
      throw error;
    }
  }

  async #attempt<T>(
    request: Plain,
    deadline: Deadline,
    read: (response: Response, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    try {
      const response = await this.#fetch(request, deadline.signal);
      if (!response.ok) throw await errorOfResponse(response);
      return await read(response, deadline);
    } catch (error) {
      if (deadline.signal.aborted) throw deadline.signal.reason;
      if (error instanceof GreeumError) throw error;
      throw errorOfNoResponse(this.url.host, error);
    }
  }

  #fetch(request: Plain, signal: AbortSignal): Promise<Response> {
    const headers = new Headers(request.headers);
    if (this.connection.key !== undefined) headers.set("authorization", `Bearer ${this.connection.key}`);
    // Followed, a redirect would carry what is to be remembered to wherever it points, or turn a POST into a GET.
    const redirect = "manual";
    const init: RequestInit & { duplex?: "half" } = { method: request.method, headers, signal, redirect };
    if (request.body !== undefined) init.body = request.body;
    if (request.body instanceof ReadableStream) init.duplex = "half";
    const fetch = this.connection.fetch ?? globalThis.fetch;
    return fetch(this.address(request.path, request.query), init);
  }
}

/** The JSON of an answer. Throws ServerFailed for one that says to be something else, such as the page of a proxy. */
async function parsed(response: Response): Promise<unknown> {
  const type = response.headers.get("content-type") ?? "application/json";
  if (/json/i.test(type)) return response.json();
  const said = (await response.text()).slice(0, 200);
  throw new ServerFailed(`HTTP ${response.status} with ${type}, and no JSON: is this Greeum? ${said}`, {
    status: response.status,
  });
}

function plain(method: string, path: string, request: LooseRequest): Plain {
  const { body, query, call = {} } = request;
  const headers: Record<string, string> = { accept: "application/json", ...request.headers };
  if (body !== undefined) headers["content-type"] = "application/json";
  return {
    method: method.toUpperCase(),
    path: fill(path, request.path ?? {}),
    query,
    headers,
    body: body === undefined ? undefined : json(body),
    call,
    repeatable:
      method === "get" || READS.includes(path) || ("idempotency-key" in headers && !isLoose(method, headers, body)),
  };
}

/** Whether lines that were sent may have been stored: what an import has counted once, another would count otherwise. */
function isStreamed({ body }: Plain): boolean {
  return body instanceof ReadableStream || body instanceof Blob;
}

/** Whether something changes in place, whatever it is by now: another try might undo what somebody has changed since. */
function isLoose(method: string, headers: object, body: unknown): boolean {
  return method === "patch" && !("if-match" in headers) && (body as { text?: unknown }).text === undefined;
}

/** A path whose `{names}` are filled in. */
export function fill(path: string, values: object): string {
  const found = new Map(Object.entries(values));
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(found.get(name))));
}

/** What is said about the call, and what goes to the server. */
export function apart<O extends Call & { idempotency_key?: string }>(
  options: O,
): { call: Call; key: string | undefined; fields: Omit<O, "signal" | "timeout_ms" | "idempotency_key"> } {
  const { signal, timeout_ms, idempotency_key: key, ...fields } = options;
  const call: Call = {};
  if (signal !== undefined) call.signal = signal;
  if (timeout_ms !== undefined) call.timeout_ms = timeout_ms;
  return { call, key, fields };
}
