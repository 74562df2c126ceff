/** The log of changes, followed as it grows. */

import { pause } from "./deadline.ts";
import { ConnectionFailed, errorOfProblem, isProblem, RateLimited, TimedOut, Unavailable } from "./errors.ts";
import { events, lines, pieces } from "./streams.ts";
import { apart, type Transport } from "./transport.ts";
import type { Change, Changes, ChangesOptions } from "./types.ts";

/** The server sends a comment every 15 seconds: after three of them are missing nobody is there. */
const IDLE_MS = 45_000;

/** Between a connection that ended and the next one. */
const PAUSE_MS = 500;
const PAUSE_MS_MAX = 10_000;

/** Awaited, it is what the log holds at the moment; looped over with `for await`, it follows the log for good. */
export class Log implements PromiseLike<Changes>, AsyncIterable<Change> {
  readonly #transport: Transport;
  readonly #options: ChangesOptions;

  constructor(transport: Transport, options: ChangesOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  then<A = Changes, B = never>(
    fulfilled?: ((changes: Changes) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const { call, fields: query } = apart(this.#options);
    return this.#transport.json("get", "/v1/changes", { query, call }).then(fulfilled, rejected);
  }

  /** Every change after `after`, in order, each once. Connections that end are taken up again where they ended. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Change, void> {
    let after = this.#options.after ?? 0;
    for (let failures = 0; ; failures++) {
      try {
        for await (const change of this.#connection(after)) {
          after = change.seq;
          failures = 0;
          yield change;
        }
      } catch (error) {
        if (!isPassing(error)) throw error;
      }
      await pause(Math.random() * Math.min(PAUSE_MS * 2 ** failures, PAUSE_MS_MAX), this.#options.signal);
    }
  }

  /** The changes that one connection brings. */
  async *#connection(after: number): AsyncGenerator<Change, void> {
    const headers = { accept: "text/event-stream", ...(after > 0 && { "last-event-id": String(after) }) };
    const request = {
      method: "GET",
      path: "/v1/changes",
      query: { after },
      headers,
      call: apart(this.#options).call,
      repeatable: true,
    };
    const { response, release } = await this.#transport.open(request);
    try {
      if (response.body === null) return;
      for await (const event of events(lines(pieces(response.body, IDLE_MS)))) {
        const data: unknown = JSON.parse(event.data);
        if (isProblem(data)) throw errorOfProblem(data);
        yield data as Change;
      }
    } finally {
      release();
    }
  }
}

/** Whether it may be better in a moment. */
function isPassing(error: unknown): boolean {
  return [ConnectionFailed, TimedOut, Unavailable, RateLimited].some((kind) => error instanceof kind);
}
