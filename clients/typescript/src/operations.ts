/** What each operation takes and answers, read out of the types that are made from the server's OpenAPI. */

import type { Call } from "./connection.ts";
import type { paths } from "./openapi.ts";

export type Path = keyof paths;

/** The methods that a path takes, in lower case as OpenAPI writes them. */
export type MethodOf<P extends Path> = {
  [M in keyof paths[P]]-?: Exclude<paths[P][M], undefined> extends { responses: unknown } ? M : never;
}[keyof paths[P]] &
  string;

type Operation<P extends Path, M> = M extends keyof paths[P] ? Exclude<paths[P][M], undefined> : never;

type Json<T> = T extends { content: { "application/json": infer J } } ? J : undefined;

/** The body of a request. */
export type BodyOf<P extends Path, M> =
  Operation<P, M> extends { requestBody?: infer R } ? Json<Exclude<R, undefined>> : undefined;

/** What stands behind the question mark. */
export type QueryOf<P extends Path, M> =
  Operation<P, M> extends { parameters: { query?: infer Q } } ? Exclude<Q, undefined> : undefined;

/** What stands in the path. */
type PlacesOf<P extends Path, M> =
  Operation<P, M> extends { parameters: { path: infer V } } ? { [N in keyof V]: string | number } : undefined;

/** The JSON of the answer that says yes; undefined where there is none. */
export type AnswerOf<P extends Path, M> =
  Operation<P, M> extends { responses: infer R }
    ? { [S in keyof R]: S extends 200 | 201 ? Json<R[S]> : S extends 204 ? undefined : never }[keyof R]
    : never;

/** A request whose body and answer are JSON. */
export type JsonRequest<P extends Path, M> = Needed<"body", BodyOf<P, M>> &
  Needed<"path", PlacesOf<P, M>> & { query?: QueryOf<P, M> } & Manner;

type Needed<N extends string, T> = [T] extends [undefined] ? { [K in N]?: undefined } : { [K in N]: T };

/** The same, of whatever operation. */
export interface LooseRequest extends Manner {
  body?: unknown;
  path?: object | undefined;
  query?: object | undefined;
}

interface Manner {
  headers?: Record<string, string>;
  call?: Call;
}
