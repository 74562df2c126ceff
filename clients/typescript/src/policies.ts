/** What a memory does with what is said twice, with contradictions, and with what a text should not hold. */

import type { Call } from "./connection.ts";
import { apart, type Transport } from "./transport.ts";
import type { Policy, PolicyOptions, ScreeningPolicies } from "./types.ts";

/** `memory.policies`. A kind of `*` stands for every kind of which nothing is said. */
export class Policies {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** What is done with blocks of a kind if a call says nothing itself. */
  get(kind = "*", call: Call = {}): Promise<Policy> {
    return this.#transport.json("get", "/v1/policies", { query: { kind }, call });
  }

  /** Say so, for everybody; what is left out stays as it was. */
  set(kind: string, options: PolicyOptions): Promise<Policy> {
    const { call, fields } = apart(options);
    return this.#transport.json("put", "/v1/policies", { body: { ...fields, kind }, call });
  }
}

/** `memory.screening`: what is done with secrets, personal data and hidden characters. */
export class Screening {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** What is done with each kind of finding. */
  policies(call: Call = {}): Promise<ScreeningPolicies> {
    return this.#transport.json("get", "/v1/screening", { call });
  }

  /** Say so for one kind, from the next write on. */
  set<Kind extends keyof ScreeningPolicies>(
    kind: Kind,
    policy: ScreeningPolicies[Kind],
    call: Call = {},
  ): Promise<ScreeningPolicies> {
    return this.#transport.json("put", "/v1/screening", { body: { kind, policy }, call });
  }
}
