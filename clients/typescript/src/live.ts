/** Recall while somebody types: one connection, many queries, and only the newest is answered. */

import { ConnectionFailed, errorOfProblem, GreeumError, type Problem, Unauthenticated } from "./errors.ts";
import { json } from "./json.ts";
import type { Transport } from "./transport.ts";
import type { Hit, StreamOptions } from "./types.ts";

type LiveOptions = Omit<StreamOptions, "signal" | "timeout_ms">;

interface Waiting {
  resolve: (hits: Hit[] | undefined) => void;
  reject: (error: GreeumError) => void;
}

interface LiveAnswer {
  id: number;
  hits?: Hit[];
  problem?: Problem;
}

/** How the two sides know each other. A browser can send no header here, so the key is offered as a protocol too. */
const PROTOCOL = "greeum";
const KEY_PREFIX = "greeum.key.";

/** RFC 6455, and the code with which the server ends it when a key does not hold (any more). */
const NORMAL = 1000;
const REFUSED = 1008;

export class Live {
  readonly #transport: Transport;
  readonly #options: LiveOptions;
  readonly #waiting = new Map<number, Waiting>();
  #socket: WebSocket | undefined;
  #last = 0;
  /** What was typed last before the connection was there. */
  #unsent: string | undefined;

  constructor(transport: Transport, options: LiveOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  /** The hits of what has been typed so far; undefined if more had been typed before they were there.
   *
   * The first call connects, and so does the first one after the connection was lost.
   */
  search(query: string, options: LiveOptions = {}): Promise<Hit[] | undefined> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const message = json({ ...this.#options, ...options, id, query });
      const socket = this.#connected();
      this.#waiting.set(id, { resolve, reject });
      if (socket.readyState === socket.OPEN) socket.send(message);
      else this.#unsent = message;
    });
  }

  /** Hang up. What was not answered yet is rejected with ConnectionFailed. */
  close(): void {
    this.#socket?.close();
    this.#lost(lost(NORMAL, "closed here"));
  }

  #connected(): WebSocket {
    if (this.#socket !== undefined) return this.#socket;
    const { key, WebSocket = globalThis.WebSocket } = this.#transport.connection;
    if (WebSocket === undefined) throw new TypeError("this runtime has no WebSocket: pass one to `connect`");
    const address = this.#transport.address("/v1/search:live");
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address, key === undefined ? [PROTOCOL] : [PROTOCOL, KEY_PREFIX + key]);
    let isOpen = false;
    socket.addEventListener("open", () => {
      isOpen = true;
      if (this.#unsent !== undefined) socket.send(this.#unsent);
      this.#unsent = undefined;
    });
    socket.addEventListener("message", (event) => this.#answered(JSON.parse(String(event.data)) as LiveAnswer));
    socket.addEventListener("close", (event) => {
      if (this.#socket !== socket) return;
      const error = lost(event.code, event.reason);
      if (isOpen) this.#lost(error);
      else void this.#whyNotOpened(error).then((why) => this.#socket === socket && this.#lost(why));
    });
    this.#socket = socket;
    return socket;
  }

  /** A WebSocket that was refused does not tell why; another request with the same key is told. */
  async #whyNotOpened(error: GreeumError): Promise<GreeumError> {
    try {
      await this.#transport.json("get", "/v1/stats", {});
      return error;
    } catch (why) {
      return why instanceof GreeumError ? why : error;
    }
  }

  #answered(answer: LiveAnswer): void {
    for (const [id, { resolve, reject }] of this.#waiting) {
      if (id > answer.id) break;
      this.#waiting.delete(id);
      if (id < answer.id) resolve(undefined);
      else if (answer.problem !== undefined) reject(errorOfProblem(answer.problem));
      else resolve(answer.hits);
    }
  }

  #lost(error: GreeumError): void {
    this.#socket = this.#unsent = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function lost(code: number, reason: string): GreeumError {
  const message = `search:live: the connection ended (${code}${reason && `, ${reason}`})`;
  return code === REFUSED ? new Unauthenticated(message) : new ConnectionFailed(message);
}
