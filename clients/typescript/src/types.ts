/** What goes over the wire, by the names that Python has for it. All of it follows from the server's OpenAPI. */

import type { components } from "./openapi.ts";
import type { AnswerOf, BodyOf, QueryOf } from "./operations.ts";
import type { Call } from "./transport.ts";

type Schemas = components["schemas"];

export type Block = Schemas["Block"];
export type Hit = Schemas["Hit"];
export type Link = Schemas["Link"];
export type Anchor = Schemas["Anchor"];
export type Context = Schemas["Context"];
export type Change = Schemas["Change"];
export type Finding = Schemas["Finding"];
export type Stats = AnswerOf<"/v1/stats", "get">;

/** Which blocks are meant: `{ source: "alice", importance: { gte: 0.5 }, "metadata.paid": true }`.
 *
 * Each field has a value or operators; `and`, `or` and `not` join such filters.
 */
export type Where = Omit<Schemas["Filter"], "and" | "or" | "not"> & {
  [path: `metadata.${string}`]: Scalar | MetadataOperators;
  and?: Where[];
  or?: Where[];
  not?: Where;
};
type Scalar = string | number | boolean | null;
/** The types that are made from OpenAPI know no names by pattern, so these stand here. */
export interface MetadataOperators {
  eq?: Scalar;
  ne?: Scalar;
  in?: Scalar[];
  nin?: Scalar[];
  gt?: Scalar;
  gte?: Scalar;
  lt?: Scalar;
  lte?: Scalar;
  contains?: Scalar;
  exists?: boolean;
}
type Filtered<T> = Omit<T, "where"> & { where?: Where | null };

/** A block to remember: the arguments of `add`. */
export type NewBlock = BodyOf<"/v1/blocks", "post">;
/** What `update` can change. */
export type BlockChange = BodyOf<"/v1/blocks/{id}", "patch">;

/** One page of a list; `cursor` asks for the next one, and is null after the last. */
export type Page = AnswerOf<"/v1/blocks", "get">;
export type NamespacesPage = AnswerOf<"/v1/namespaces", "get">;
export type NamespaceCount = NamespacesPage["namespaces"][number];
/** Changes in order, and the store's newest seq. */
export type Changes = AnswerOf<"/v1/changes", "get">;
export type FacetField = BodyOf<"/v1/facets", "post">["fields"][number];
export type Facets = AnswerOf<"/v1/facets", "post">["facets"];
export type ImportCounts = AnswerOf<"/v1/import", "post">;

/** A write. */
export interface Write extends Call {
  /** Names this very request: done again with the same content it adds nothing. One is made up if none is given. */
  idempotency_key?: string;
}

export type AddOptions = Omit<NewBlock, "text"> & Write;
export type UpdateOptions = BlockChange &
  Write & {
    /** The revision that the block must be at; else PreconditionFailed. */
    revision?: number;
  };
export type SearchOptions = Filtered<Omit<BodyOf<"/v1/search", "post">, "query">> & Call;
export type ContextOptions = Filtered<Omit<BodyOf<"/v1/context", "post">, "query">> & Call;
export type CountOptions = Filtered<BodyOf<"/v1/count", "post">> & Call;
/** What can be found at the later of two moments and not at the earlier one, and the other way round. */
export type Difference = AnswerOf<"/v1/diff", "post">;
export type DiffOptions = Filtered<Omit<BodyOf<"/v1/diff", "post">, "since">> & Call;
/** `as_of`: the version that was the newest at that time. */
export type GetOptions = QueryOf<"/v1/blocks/{id}", "get"> & Call;
export type FacetsOptions = Filtered<Omit<BodyOf<"/v1/facets", "post">, "fields">> & Call;
export type ListOptions = Filtered<QueryOf<"/v1/blocks", "get">> & Call;
export type NamespacesOptions = QueryOf<"/v1/namespaces", "get"> & Call;
export type ChangesOptions = QueryOf<"/v1/changes", "get"> & Call;
export type LinkOptions = Omit<BodyOf<"/v1/links", "post">, "source" | "target"> & Call;
export type UnlinkOptions = Omit<QueryOf<"/v1/links", "delete">, "source" | "target"> & Call;
export type AnchorOptions = Omit<BodyOf<"/v1/anchors/{name}", "put">, "block"> & Call;
/** Of which namespace. */
export type InNamespace = { namespace?: string } & Call;
