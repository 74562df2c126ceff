/** `memory.anchors`: named places in a namespace that searches start from and new blocks attach to. */

import { apart, type Transport } from "./transport.ts";
import type { Anchor, AnchorOptions, InNamespace } from "./types.ts";

export class Anchors {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Point the anchor to a block, and create it if it is new. */
  set(name: string, block: number, options: AnchorOptions = {}): Promise<Anchor> {
    const { call, fields } = apart(options);
    const request = { path: { name }, body: { ...fields, block }, call };
    return this.#transport.json("put", "/v1/anchors/{name}", request);
  }

  /** Point an existing anchor to another block. Throws NotFound, or Conflict if it is pinned. */
  move(name: string, block: number, options: InNamespace = {}): Promise<Anchor> {
    const { call, fields } = apart(options);
    return this.#transport.json("post", "/v1/anchors/{name}:move", {
      path: { name },
      body: { ...fields, block },
      call,
    });
  }

  /** Keep the anchor where it is. Throws NotFound. */
  pin(name: string, options: InNamespace = {}): Promise<Anchor> {
    const { call, fields } = apart(options);
    return this.#transport.json("post", "/v1/anchors/{name}:pin", { path: { name }, body: fields, call });
  }

  /** Let the anchor move with the conversation again. Throws NotFound. */
  unpin(name: string, options: InNamespace = {}): Promise<Anchor> {
    const { call, fields } = apart(options);
    return this.#transport.json("post", "/v1/anchors/{name}:unpin", { path: { name }, body: fields, call });
  }

  /** Remove the anchor; its block stays. Throws NotFound. */
  clear(name: string, options: InNamespace = {}): Promise<void> {
    const { call, fields: query } = apart(options);
    return this.#transport.json("delete", "/v1/anchors/{name}", { path: { name }, query, call });
  }

  /** The anchor of exactly this namespace. Throws NotFound. */
  get(name: string, options: InNamespace = {}): Promise<Anchor> {
    const { call, fields: query } = apart(options);
    return this.#transport.json("get", "/v1/anchors/{name}", { path: { name }, query, call });
  }

  /** The anchors of a namespace and of all below it. */
  async status(options: InNamespace = {}): Promise<Anchor[]> {
    const { call, fields: query } = apart(options);
    return (await this.#transport.json("get", "/v1/anchors", { query, call })).anchors;
  }
}
