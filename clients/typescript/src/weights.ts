/** How much each kind of evidence counts in searches. */

import type { Call } from "./connection.ts";
import { apart, type Transport } from "./transport.ts";
import type { Weighing, WeightsOptions, WeightsResetOptions } from "./types.ts";

/** `memory.weights`: what counts how much if a search says nothing itself. */
export class Weights {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The weights of a search in a namespace, and where each comes from. */
  get(namespace = "", call: Call = {}): Promise<Weighing> {
    return this.#transport.json("get", "/v1/weights", { query: { namespace }, call });
  }

  /** Say so for a namespace and all below it; null takes back what was said, and what is left out stays as it was. */
  set(weights: Record<string, number | null>, options: WeightsOptions = {}): Promise<Weighing> {
    const { call, fields } = apart(options);
    return this.#transport.json("put", "/v1/weights", { body: { ...fields, weights }, call });
  }

  /** Forget what was set and what was learnt for a namespace, or only what was learnt. */
  reset(options: WeightsResetOptions = {}): Promise<Weighing> {
    const { call, fields } = apart(options);
    return this.#transport.json("post", "/v1/weights:reset", { body: fields, call });
  }
}
