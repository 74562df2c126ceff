/** What goes over the wire, by the names that Python has for it. All of it follows from the server's OpenAPI. */

import type { Call } from "./connection.ts";
import type { components } from "./openapi.ts";
import type { AnswerOf, BodyOf, QueryOf } from "./operations.ts";

type Schemas = components["schemas"];

export type Block = Schemas["Block"];
/** What `add` gives: the block as stored, and what came of it. */
export type Added = Schemas["Added"];
export type Contradiction = Schemas["Contradiction"];
export type Hit = Schemas["Hit"];
/** Best first; `left_out` is what there was no time for. */
export type Hits = Hit[] & { left_out: NonNullable<Schemas["Hits"]["left_out"]> };
export type Explanation = Schemas["Explanation"];
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
export type FacetField = Extract<BodyOf<"/v1/facets", "post">["fields"], string>;
export type Facets = AnswerOf<"/v1/facets", "post">["facets"];
/** What was forgotten (after a dry run: would be): the ids of every version, how many that is, and the certificate. */
export type Forgotten = AnswerOf<"/v1/blocks:forget", "post">;
export type Certificate = Schemas["Certificate"];
/** What is kept of a namespace and all below it. */
export type Rule = Schemas["Rule"];
/** What `maintain` did, step by step. */
export type Report = AnswerOf<"/v1/maintain", "post">;
/** What is done with a text that says what is there already, or the opposite. */
export type Policy = AnswerOf<"/v1/policies", "get">;
/** The weights of a search in a namespace, and where each comes from. */
export type Weighing = AnswerOf<"/v1/weights", "get">;
export type Weight = Schemas["Weight"];
/** What is done with each kind of finding. */
export type ScreeningPolicies = AnswerOf<"/v1/screening", "get">;
export type RolledBack = AnswerOf<"/v1/roll-back", "post">;
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
/** Whether nothing is to be changed: the answer then says what would be. */
export type DryRun = { dry_run?: boolean } & Call;
export type ForgetWhereOptions = Filtered<BodyOf<"/v1/blocks:forget-where", "post">> & Call;
export type CertificatesOptions = Filtered<QueryOf<"/v1/certificates", "get">> & Call;
export type ImportOptions = QueryOf<"/v1/import", "post"> & Call;
export type MaintainOptions = BodyOf<"/v1/maintain", "post"> & Call;
export type RuleOptions = Omit<BodyOf<"/v1/retention", "put">, "namespace"> & Call;
export type WeightsOptions = Omit<BodyOf<"/v1/weights", "put">, "weights"> & Call;
export type WeightsResetOptions = BodyOf<"/v1/weights:reset", "post"> & Call;
/** Which hits have answered a query (`good`), and which have not (`bad`); at least one is named. */
export type FeedbackOptions = Omit<BodyOf<"/v1/feedback", "post">, "query"> & Write;
export type PolicyOptions = Omit<BodyOf<"/v1/policies", "put">, "kind"> & Call;
/** Which blocks to hide or to show again: these `ids`, or all for which everything holds that is said. */
export type QuarantineOptions = Filtered<BodyOf<"/v1/blocks:quarantine", "post">> & Call;
export type RollBackOptions = Omit<BodyOf<"/v1/roll-back", "post">, "origin"> & Call;
export type SearchOptions = Filtered<Omit<BodyOf<"/v1/search", "post">, "query">> & Call;
/** What comes piece by piece cannot say what was left out. */
export type StreamOptions = Omit<SearchOptions, "budget_ms">;
export type ExplainOptions = Filtered<Omit<BodyOf<"/v1/explain", "post">, "query" | "block">> & Call;
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
