/** Memory, the one face of Greeum, over HTTP: the verbs and fields are those of Python's `greeum.Memory`. */

import { Anchors } from "./anchors.ts";
import { Log } from "./changes.ts";
import type { Call, Connection } from "./connection.ts";
import { json } from "./json.ts";
import { Listing } from "./listing.ts";
import { Live } from "./live.ts";
import { Policies, Screening } from "./policies.ts";
import { Retention } from "./retention.ts";
import { body, canSendStreams, lines, pieces } from "./streams.ts";
import { apart, fill, Transport } from "./transport.ts";
import type {
  Added,
  AddOptions,
  Anchor,
  Block,
  BlockChange,
  Certificate,
  CertificatesOptions,
  ChangesOptions,
  Context,
  ContextOptions,
  CountOptions,
  Difference,
  DiffOptions,
  DryRun,
  ExplainOptions,
  Explanation,
  FacetField,
  Facets,
  FacetsOptions,
  FeedbackOptions,
  Finding,
  ForgetWhereOptions,
  Forgotten,
  GetOptions,
  Hit,
  Hits,
  ImportCounts,
  ImportOptions,
  InNamespace,
  Link,
  LinkOptions,
  ListOptions,
  MaintainOptions,
  NamespaceCount,
  NamespacesOptions,
  NamespacesPage,
  NewBlock,
  Page,
  QuarantineOptions,
  Report,
  RollBackOptions,
  RolledBack,
  SearchOptions,
  Stats,
  StreamOptions,
  UnlinkOptions,
  UpdateOptions,
  Weighing,
  Write,
} from "./types.ts";
import { Weights } from "./weights.ts";
import { TimeZone } from "./zones.ts";

/** A memory on a server. Get one from `connect`. It holds no connection open, and needs no closing.
 *
 * What a method adds or changes is on the server's disk when it resolves, and found by the next search.
 */
export class Memory {
  readonly anchors: Anchors;
  readonly policies: Policies;
  readonly retention: Retention;
  readonly screening: Screening;
  readonly timeZone: TimeZone;
  readonly weights: Weights;
  readonly #transport: Transport;

  constructor(url: string | URL, connection: Connection = {}) {
    this.#transport = new Transport(url, connection);
    this.anchors = new Anchors(this.#transport);
    this.policies = new Policies(this.#transport);
    this.retention = new Retention(this.#transport);
    this.screening = new Screening(this.#transport);
    this.timeZone = new TimeZone(this.#transport);
    this.weights = new Weights(this.#transport);
  }

  // Remembering.

  /** Remember a text; the block as stored, and what came of it: whether it is new, and what it contradicts.
   *
   * Throws InvalidInput, NotFound (`near`), or Conflict (of its key, or where `on_conflict` rejects it).
   */
  add(text: string, options: AddOptions = {}): Promise<Added> {
    const { call, key, fields } = apart(options);
    return this.#transport.json("post", "/v1/blocks", { body: { ...fields, text }, headers: named(key), call });
  }

  /** Remember several texts, all or none; the blocks in the same order. */
  async addMany(blocks: readonly (NewBlock | string)[], options: Write = {}): Promise<Added[]> {
    const { call, key } = apart(options);
    const request = { body: { blocks: [...blocks] }, headers: named(key), call };
    return (await this.#transport.json("post", "/v1/blocks:batch", request)).blocks;
  }

  // Finding.

  /** The `k` blocks that answer best, best first; fewer if there are fewer. With `budget_ms`, `left_out` says what there was no time for. */
  async search(query: string, options: SearchOptions = {}): Promise<Hits> {
    const { call, fields } = apart(options);
    const answer = await this.#transport.json("post", "/v1/search", { body: { ...fields, query }, call });
    return complete(answer.hits, answer.left_out);
  }

  /** Why a search with these options finds a block, or does not, and of what its score is made. Throws NotFound. */
  explain(query: string, block: number, options: ExplainOptions = {}): Promise<Explanation> {
    const { call, fields } = apart(options);
    return this.#transport.json("post", "/v1/explain", { body: { ...fields, query, block }, call });
  }

  /** The same hits one by one: the first is there while the texts of the others are still being read. */
  async *stream(query: string, options: StreamOptions = {}): AsyncGenerator<Hit, void> {
    const { call, fields } = apart(options);
    const headers = { accept: NDJSON, "content-type": "application/json" };
    const sent = { body: json({ ...fields, query }) };
    for await (const line of this.#lines("POST", "/v1/search", call, headers, sent)) yield JSON.parse(line) as Hit;
  }

  /** Search while somebody types, over one connection: what was overtaken by more typing is not answered. */
  live(options: Omit<StreamOptions, keyof Call> = {}): Live {
    return new Live(this.#transport, options);
  }

  /** The hits of several queries, in the same order, with the same options for all. */
  async searchMany(queries: readonly string[], options: SearchOptions = {}): Promise<Hits[]> {
    const { call, fields } = apart(options);
    const request = { body: { ...fields, queries: [...queries] }, call };
    const { answers, left_out } = await this.#transport.json("post", "/v1/search:batch", request);
    return answers.map((hits, number) => complete(hits, left_out?.[number]));
  }

  /** What is known about something, ready for a prompt, in at most `max_tokens`. */
  context(query: string, options: ContextOptions = {}): Promise<Context> {
    const { call, fields } = apart(options);
    return this.#transport.json("post", "/v1/context", { body: { ...fields, query }, call });
  }

  /** The block with this id, in exactly that version; or the newest version of the one with a key. Throws NotFound. */
  get(block: number | { key: string; namespace?: string }, options: GetOptions = {}): Promise<Block> {
    const { call, fields } = apart(options);
    if (typeof block !== "number") {
      return this.#transport.json("get", "/v1/blocks:by-key", { query: { ...block, ...fields }, call });
    }
    return this.#transport.json("get", "/v1/blocks/{id}", { path: { id: block }, query: fields, call });
  }

  /** Blocks in the order in which they were said: awaited a page, with `for await` all of them. */
  list(options: ListOptions = {}): Listing<Page, Block> {
    const { call, fields } = apart(options);
    const { where, ...others } = fields;
    const page = async (cursor?: string): Promise<Page> => {
      const query = { ...others, ...(where != null && { where: json(where, "where") }), ...(cursor && { cursor }) };
      return this.#transport.json("get", "/v1/blocks", { query, call });
    };
    return new Listing(page, ({ blocks }) => blocks);
  }

  /** Every version of a block, oldest first. Throws NotFound. */
  async history(block: number, call: Call = {}): Promise<Block[]> {
    return (await this.#transport.json("get", "/v1/blocks/{id}/history", { path: { id: block }, call })).blocks;
  }

  // Changing.

  /** Correct a block; the block as it is now. With a new `text` it is a new block, which supersedes the old one.
   *
   * Throws NotFound, Conflict if it was superseded, PreconditionFailed if it is not at `revision`.
   */
  update(block: number, options: UpdateOptions): Promise<Block> {
    const { call, key, fields } = apart(options);
    const { revision, ...changes } = fields;
    const name = changes.text === undefined && key === undefined ? {} : named(key);
    const headers = { ...name, ...(revision !== undefined && { "if-match": `"${block}-${revision}"` }) };
    const request = { path: { id: block }, body: changes as BlockChange, headers, call };
    return this.#transport.json("patch", "/v1/blocks/{id}", request);
  }

  /** Erase blocks for good, every version of each. Throws NotFound, and then erases none. */
  forget(block: number | readonly number[], options: DryRun = {}): Promise<Forgotten> {
    const { call, fields } = apart(options);
    const body = { ...fields, ids: typeof block === "number" ? [block] : [...block] };
    return this.#transport.json("post", "/v1/blocks:forget", { body, call });
  }

  /** Erase for good all blocks of a namespace, or for which a filter holds, or both. It takes the key of an admin. */
  forgetWhere(options: ForgetWhereOptions): Promise<Forgotten> {
    const { call, fields } = apart(options);
    return this.#transport.json("post", "/v1/blocks:forget-where", { body: fields, call });
  }

  /** Erase everything for good. Throws Conflict if there are more or fewer blocks than `confirm` says. */
  wipe(confirm: number, call: Call = {}): Promise<Forgotten> {
    return this.#transport.json("post", "/v1/wipe", { body: { confirm }, call });
  }

  /** What certifies each forgetting, oldest first; with a namespace or a filter, that of this very one. */
  async certificates(options: CertificatesOptions = {}): Promise<Certificate[]> {
    const { call, fields } = apart(options);
    const { where, ...others } = fields;
    const query = { ...others, ...(where != null && { where: json(where, "where") }) };
    return (await this.#transport.json("get", "/v1/certificates", { query: query as typeof others, call }))
      .certificates;
  }

  /** Say that blocks were of use, each once: it weighs in searches. Throws NotFound. */
  used(block: number | readonly number[], call: Call = {}): Promise<void> {
    const body = { ids: typeof block === "number" ? [block] : [...block] };
    return this.#transport.json("post", "/v1/blocks:used", { body, call });
  }

  /** Say which hits of a query have answered it, and which have not: it tunes the weights of the namespace, once there
   * are some dozens of such judgements. `memory.weights` shows what was learnt, and takes it back. Throws NotFound.
   */
  feedback(query: string, options: FeedbackOptions): Promise<Weighing> {
    const { call, key, fields } = apart(options);
    return this.#transport.json("post", "/v1/feedback", { body: { ...fields, query }, headers: named(key), call });
  }

  // Who wrote what.

  /** Hide blocks: nothing finds them unless it asks for history. The ids of those that were not hidden before. */
  async quarantine(options: QuarantineOptions): Promise<number[]> {
    const { call, fields } = apart(options);
    return (await this.#transport.json("post", "/v1/blocks:quarantine", { body: fields, call })).quarantined;
  }

  /** Show blocks again that were hidden; their ids. */
  async release(options: QuarantineOptions): Promise<number[]> {
    const { call, fields } = apart(options);
    return (await this.#transport.json("post", "/v1/blocks:release", { body: fields, call })).released;
  }

  /** Undo what an origin, and those below it, wrote, all of it or since some time: what that came to. */
  rollBack(origin: string, options: RollBackOptions = {}): Promise<RolledBack> {
    const { call, fields } = apart(options);
    return this.#transport.json("post", "/v1/roll-back", { body: { ...fields, origin }, call });
  }

  // Links and anchors.

  /** Link one block to another; the same link again changes its weight. Throws NotFound. */
  link(source: number, target: number, options: LinkOptions = {}): Promise<Link> {
    const { call, fields } = apart(options);
    return this.#transport.json("post", "/v1/links", { body: { ...fields, source, target }, call });
  }

  /** Remove a link. Throws NotFound. */
  unlink(source: number, target: number, options: UnlinkOptions = {}): Promise<void> {
    const { call, fields } = apart(options);
    return this.#transport.json("delete", "/v1/links", {
      query: { ...fields, source, target },
      call,
    });
  }

  /** The links that leave a block, then those that arrive at it. Throws NotFound. */
  async links(block: number, call: Call = {}): Promise<Link[]> {
    return (await this.#transport.json("get", "/v1/blocks/{id}/links", { path: { id: block }, call })).links;
  }

  /** The anchor that a search or an add in this namespace would use. Throws NotFound. */
  anchor(name: string, options: InNamespace = {}): Promise<Anchor> {
    const { call, fields } = apart(options);
    return this.#transport.json("get", "/v1/anchors/{name}", {
      path: { name },
      query: { ...fields, closest: true },
      call,
    });
  }

  // Looking around.

  /** How many blocks there are for which a filter holds. */
  async count(options: CountOptions = {}): Promise<number> {
    const { call, fields } = apart(options);
    return (await this.#transport.json("post", "/v1/count", { body: fields, call })).count;
  }

  /** What was added, corrected, or is gone, between two moments: since the first, until the second or now. */
  diff(since: string, options: DiffOptions = {}): Promise<Difference> {
    const { call, fields } = apart(options);
    return this.#transport.json("post", "/v1/diff", { body: { ...fields, since }, call });
  }

  /** The most frequent values of fields (`kind`, `source`, `tags`, `namespace`), each with its count. */
  async facets(fields: FacetField | readonly FacetField[], options: FacetsOptions = {}): Promise<Facets> {
    const { call, fields: others } = apart(options);
    const wanted: FacetField | FacetField[] = typeof fields === "string" ? fields : [...fields];
    return (await this.#transport.json("post", "/v1/facets", { body: { ...others, fields: wanted }, call })).facets;
  }

  /** Namespaces at or below one, each with its own number of blocks: awaited a page, with `for await` all of them. */
  namespaces(options: NamespacesOptions = {}): Listing<NamespacesPage, NamespaceCount> {
    const { call, fields } = apart(options);
    const page = (cursor?: string): Promise<NamespacesPage> =>
      this.#transport.json("get", "/v1/namespaces", { query: { ...fields, ...(cursor && { cursor }) }, call });
    return new Listing(page, ({ namespaces }) => namespaces);
  }

  // Looking after it.

  /** How much is in it, what made its vectors, and how its index stands. */
  stats(call: Call = {}): Promise<Stats> {
    return this.#transport.json("get", "/v1/stats", { call });
  }

  /** Read everything and look for trouble. It may take minutes on a large memory: give it the `timeout_ms` it needs. */
  async check(call: Call = {}): Promise<Finding[]> {
    return (await this.#transport.json("post", "/v1/check", { call })).findings;
  }

  /** Put in order what `check` finds, where it is sure what is right: what was done. */
  async repair(call: Call = {}): Promise<Finding[]> {
    return (await this.#transport.json("post", "/v1/repair", { call })).findings;
  }

  /** Erase what has outlived its time, count uses, put away what piles up. A server does it by itself now and then. */
  maintain(options: MaintainOptions = {}): Promise<Report> {
    const { call, fields } = apart(options);
    return this.#transport.json("post", "/v1/maintain", { body: fields, call });
  }

  /** Everything at a namespace and below it as JSON Lines, line by line, for `import` into any memory. */
  export(options: InNamespace = {}): AsyncGenerator<string, void> {
    const { call, fields: query } = apart(options);
    return this.#lines("GET", "/v1/export", call, { accept: NDJSON }, { query });
  }

  /** Take in what `export` wrote, while it comes; what is there already, or was forgotten here, is passed over.
   *
   * A browser collects all of it first. What came before the first bad line stays, as InvalidInput says; with `report`
   * bad lines are passed over and named instead, and with `dry_run` nothing is written.
   */
  async import(source: Iterable<string> | AsyncIterable<string>, options: ImportOptions = {}): Promise<ImportCounts> {
    const { call, fields: query } = apart(options);
    const stream = body(source);
    const sent = canSendStreams() ? stream : await new Response(stream).blob();
    const headers = { accept: "application/json", "content-type": NDJSON };
    const request = { method: "POST", path: "/v1/import", query, headers, body: sent, call, repeatable: false };
    const { response, release } = await this.#transport.open(request);
    try {
      return (await response.json()) as ImportCounts;
    } finally {
      release();
    }
  }

  /** The log of changes after a seq: awaited what there is, with `for await` that and whatever comes, for good. */
  changes(options: ChangesOptions = {}): Log {
    return new Log(this.#transport, options);
  }

  async *#lines(
    method: string,
    path: string,
    call: Call,
    headers: Record<string, string>,
    sent: { body?: string; query?: object },
  ): AsyncGenerator<string, void> {
    const request = { method, path: fill(path, {}), headers, ...sent, call, repeatable: true };
    const { response, release } = await this.#transport.open(request);
    try {
      if (response.body === null) return;
      const idle_ms = call.timeout_ms ?? this.#transport.timeout_ms;
      for await (const line of lines(pieces(response.body, idle_ms))) if (line !== "") yield line;
    } finally {
      release();
    }
  }
}

const NDJSON = "application/x-ndjson";

/** Hits with what there was no time for. They stay equal to a list of the same hits. */
function complete(hits: Hit[], left_out: Hits["left_out"] = []): Hits {
  return Object.defineProperty(hits, "left_out", { value: left_out }) as Hits;
}

/** A write has a name, so that another try cannot do it twice. */
function named(key: string | undefined): Record<string, string> {
  return { "idempotency-key": key ?? anyName() };
}

/** 32 hex digits. (`crypto.randomUUID` is missing on pages that came over plain HTTP.) */
function anyName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
