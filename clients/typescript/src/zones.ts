/** By whose days a memory goes. */

import type { Call } from "./connection.ts";
import type { Transport } from "./transport.ts";

/** `memory.timeZone`, by its name in the IANA database, as `Asia/Seoul`. */
export class TimeZone {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** It is `UTC` unless it was set. */
  async get(call: Call = {}): Promise<string> {
    return (await this.#transport.json("get", "/v1/time-zone", { call })).time_zone;
  }

  /** Go by another one, for everybody. All texts are understood anew. */
  async set(name: string, call: Call = {}): Promise<string> {
    return (await this.#transport.json("put", "/v1/time-zone", { body: { time_zone: name }, call })).time_zone;
  }
}
