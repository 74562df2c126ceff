/** Client of Greeum, long-term memory for LLM agents.
 *
 * const memory = connect("http://127.0.0.1:8400");
 * await memory.add("I moved to Busan in May.", { source: "alice" });
 * const hits = await memory.search("where does Alice live?");
 */

import type { Connection } from "./connection.ts";
import { Memory } from "./memory.ts";

/** The memory that a server keeps; with a key, the one that the key opens. Asks nothing of the server yet.
 *
 * Throws InvalidInput for an address, an option or a value that cannot be used.
 */
export function connect(url: string | URL, connection: Connection = {}): Memory {
  return new Memory(url, connection);
}

export type { Anchors } from "./anchors.ts";
export type { Log } from "./changes.ts";
export type { Call, Connection } from "./connection.ts";
export * from "./errors.ts";
export type { Listing } from "./listing.ts";
export type { Live } from "./live.ts";
export { Memory } from "./memory.ts";
export type { Policies, Screening } from "./policies.ts";
export type { Retention } from "./retention.ts";
export type * from "./types.ts";
export type { Weights } from "./weights.ts";
export type { TimeZone } from "./zones.ts";
