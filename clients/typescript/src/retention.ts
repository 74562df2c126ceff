/** `memory.retention`: what is kept of a namespace, and for how long. Maintenance erases the rest. */

import type { Call } from "./connection.ts";
import { apart, type Transport } from "./transport.ts";
import type { Rule, RuleOptions } from "./types.ts";

export class Retention {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Say what is kept of a namespace and all below it, in place of what was said before. `max_age` is in seconds. */
  set(namespace: string, options: RuleOptions): Promise<Rule> {
    const { call, fields } = apart(options);
    return this.#transport.json("put", "/v1/retention", { body: { ...fields, namespace }, call });
  }

  /** Every rule, ordered by namespace and kind. */
  async list(call: Call = {}): Promise<Rule[]> {
    return (await this.#transport.json("get", "/v1/retention", { call })).rules;
  }

  /** The one rule that counts for blocks of a kind there; null if they are kept for good. */
  async rule(namespace = "", kind = "message", call: Call = {}): Promise<Rule | null> {
    return (await this.#transport.json("get", "/v1/retention:rule", { query: { namespace, kind }, call })).rule;
  }

  /** Remove a rule: that of one kind, or that for every kind. Throws NotFound. */
  clear(namespace = "", kind?: string, call: Call = {}): Promise<void> {
    const query = { namespace, ...(kind !== undefined && { kind }) };
    return this.#transport.json("delete", "/v1/retention", { query, call });
  }
}
