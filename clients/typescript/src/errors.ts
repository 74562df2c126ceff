/** What can go wrong. The names are those of Python's `greeum.errors`; those of HTTP alone stand beside them.
 *
 * GreeumError
 * ├── InvalidInput          an argument; `field` names it
 * ├── NotFound              no such block, link or anchor here
 * │   └── LogCut            the log of changes does not reach back so far: read everything anew, then follow
 * ├── Unauthenticated       no key, or one that is not valid
 * ├── Forbidden             the key does not allow it
 * │   └── StoreReadOnly         the server may read this memory, but not change it
 * ├── Conflict              it exists already, or has changed meanwhile
 * │   ├── PreconditionFailed    the block is not at the revision that was named
 * │   └── EmbedderMismatch      the memory's vectors were made by another embedder than the server's
 * ├── TooLarge              the body is over the server's cap
 * ├── RateLimited           too many requests with this key
 * ├── Unavailable           not at the moment: overload, a restart
 * │   ├── StoreBusy             somebody else holds the memory: nothing was stored
 * │   ├── StoreClosed           the memory was closed, as it is when a server ends; whether it was done is not known
 * │   └── StoreFailed           the server's disk failed; whether it was done is not known
 * ├── StoreFull             no room on the server's disk: nothing was written
 * ├── EmbedderFailed        the server's embedder did not answer, or answered nonsense
 * ├── ServerFailed          a fault of the server: its log has `request_id`
 * │   ├── StoreDamaged          the memory on the server is damaged
 * │   └── StoreVersion          it was written by a newer version than the server's
 * ├── ConnectionFailed      no answer, or half of one; whether the server did it is not known, unless it `was_not_sent`
 * └── TimedOut              no answer within `timeout_ms`, or a proxy's patience (504); whether the server did it is not known
 */

import type { components } from "./openapi.ts";

/** RFC 9457: what the server says of a request that it refuses. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  field?: string;
}

/** Where an error comes from, as far as there was an answer. */
export interface Answer {
  problem?: Problem | undefined;
  field?: string | undefined;
  status?: number | undefined;
  request_id?: string | undefined;
  retry_after_s?: number | undefined;
}

/** The root of every error that this client throws on purpose. */
export class GreeumError extends Error {
  override readonly name: string = "GreeumError";
  /** What the server said, if it was the server that said no. */
  readonly problem: Problem | undefined;
  /** The HTTP status, if there was one. */
  readonly status: number | undefined;
  /** The field that cannot be used, as in `blocks[3].text`. */
  readonly field: string | undefined;
  /** How the server's log names the request. */
  readonly request_id: string | undefined;
  /** After how many seconds the server wants to be asked again. */
  readonly retry_after_s: number | undefined;

  constructor(message: string, answer: Answer = {}, options?: ErrorOptions) {
    super(message, options);
    this.problem = answer.problem;
    this.status = answer.status ?? answer.problem?.status;
    this.field = answer.field ?? answer.problem?.field;
    this.request_id = answer.request_id;
    this.retry_after_s = answer.retry_after_s;
  }
}

export class InvalidInput extends GreeumError {
  override readonly name: string = "InvalidInput";
}

export class NotFound extends GreeumError {
  override readonly name: string = "NotFound";
}

export class LogCut extends NotFound {
  override readonly name: string = "LogCut";
}

export class Unauthenticated extends GreeumError {
  override readonly name: string = "Unauthenticated";
}

export class Forbidden extends GreeumError {
  override readonly name: string = "Forbidden";
}

export class Conflict extends GreeumError {
  override readonly name: string = "Conflict";
}

export class PreconditionFailed extends Conflict {
  override readonly name: string = "PreconditionFailed";
}

export class EmbedderMismatch extends Conflict {
  override readonly name: string = "EmbedderMismatch";
}

export class StoreReadOnly extends Forbidden {
  override readonly name: string = "StoreReadOnly";
}

export class TooLarge extends GreeumError {
  override readonly name: string = "TooLarge";
}

export class RateLimited extends GreeumError {
  override readonly name: string = "RateLimited";
}

export class Unavailable extends GreeumError {
  override readonly name: string = "Unavailable";
}

export class StoreBusy extends Unavailable {
  override readonly name: string = "StoreBusy";
}

export class StoreClosed extends Unavailable {
  override readonly name: string = "StoreClosed";
}

export class StoreFailed extends Unavailable {
  override readonly name: string = "StoreFailed";
}

export class StoreFull extends GreeumError {
  override readonly name: string = "StoreFull";
}

export class EmbedderFailed extends GreeumError {
  override readonly name: string = "EmbedderFailed";
}

export class ServerFailed extends GreeumError {
  override readonly name: string = "ServerFailed";
}

export class StoreDamaged extends ServerFailed {
  override readonly name: string = "StoreDamaged";
}

export class StoreVersion extends ServerFailed {
  override readonly name: string = "StoreVersion";
}

export class ConnectionFailed extends GreeumError {
  override readonly name: string = "ConnectionFailed";
  /** Whether the server could not even be reached, so that it has done nothing. False also means: not known. */
  readonly was_not_sent: boolean;

  constructor(message: string, answer: Answer = {}, options?: ErrorOptions & { was_not_sent?: boolean }) {
    super(message, answer, options);
    this.was_not_sent = options?.was_not_sent ?? false;
  }
}

export class TimedOut extends GreeumError {
  override readonly name: string = "TimedOut";
}

type Name = components["schemas"]["Problem"]["type"] extends infer Type
  ? Type extends `urn:greeum:problem:${infer N}`
    ? N
    : never
  : never;

/** One for each type that the server's OpenAPI document has; the compiler sees to that. */
const BY_TYPE: Readonly<Record<Name, typeof GreeumError>> = {
  "invalid-input": InvalidInput,
  unauthenticated: Unauthenticated,
  forbidden: Forbidden,
  "store-read-only": StoreReadOnly,
  "not-found": NotFound,
  "method-not-allowed": GreeumError,
  "not-acceptable": GreeumError,
  timeout: ConnectionFailed,
  conflict: Conflict,
  "embedder-mismatch": EmbedderMismatch,
  "log-cut": LogCut,
  "precondition-failed": PreconditionFailed,
  "too-large": TooLarge,
  "unsupported-media-type": GreeumError,
  misdirected: GreeumError,
  "upgrade-required": GreeumError,
  "rate-limited": RateLimited,
  internal: ServerFailed,
  "store-damaged": StoreDamaged,
  "store-version": StoreVersion,
  "embedder-failed": EmbedderFailed,
  unavailable: Unavailable,
  "store-busy": StoreBusy,
  "store-closed": StoreClosed,
  "store-failed": StoreFailed,
  "store-full": StoreFull,
};

/** What a status means where a proxy answered, and not Greeum. */
const BY_STATUS: Readonly<Record<number, typeof GreeumError>> = {
  401: Unauthenticated,
  403: Forbidden,
  413: TooLarge,
  429: RateLimited,
  502: ConnectionFailed,
  503: Unavailable,
  504: TimedOut,
};

const TYPE_PREFIX = "urn:greeum:problem:";

/** The error that a problem is. */
export function errorOfProblem(problem: Problem, answer: Answer = {}): GreeumError {
  // A newer server may say what this client has not heard of.
  const known: Readonly<Record<string, typeof GreeumError>> = BY_TYPE;
  const kind = known[problem.type.slice(TYPE_PREFIX.length)] ?? BY_STATUS[problem.status] ?? GreeumError;
  return new kind(problem.detail, { ...answer, problem });
}

/** The error that an answer is which says no. */
export async function errorOfResponse(response: Response): Promise<GreeumError> {
  const answer: Answer = {
    status: response.status,
    request_id: response.headers.get("x-request-id") ?? undefined,
    retry_after_s: retryAfter(response.headers.get("retry-after")),
  };
  if (isRedirect(response)) return new ServerFailed(redirected(response), answer);
  const text = await response.text();
  const problem = readProblem(text);
  if (problem !== undefined) return errorOfProblem(problem, answer);
  const kind = BY_STATUS[response.status] ?? (response.status >= 500 ? ServerFailed : GreeumError);
  return new kind(`HTTP ${response.status} ${response.statusText}: ${text.slice(0, 200)}`, answer);
}

/** Browsers hide it: they say that there was one, and nothing more. */
function isRedirect(response: Response): boolean {
  return response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400);
}

function redirected(response: Response): string {
  const where = response.headers.get("location");
  const to = where === null ? "elsewhere" : `to ${where.slice(0, 200)}`;
  return `the server redirects ${to}, and redirects are not followed: connect to the address itself`;
}

/** How runtimes say that there was no connection: Node and Deno as the system and `undici` do, Bun in its own word.
 * Browsers do not tell.
 */
const UNREACHED: readonly unknown[] = [
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "ConnectionRefused",
];

/** The error that a failed `fetch`, or an answer that breaks off, is. */
export function errorOfNoResponse(host: string, cause: unknown): ConnectionFailed {
  const behind = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const code = behind instanceof Error && "code" in behind ? behind.code : undefined;
  const said = (behind instanceof Error && behind.message) || String(code ?? behind);
  if (UNREACHED.includes(code)) {
    const message = `${host} cannot be reached (${said}): is \`greeum serve\` running there?`;
    return new ConnectionFailed(message, {}, { cause, was_not_sent: true });
  }
  return new ConnectionFailed(`${host} gave no whole answer: ${said}`, {}, { cause });
}

/** Whether an error says that the server had not begun: then another try does no harm, whatever was asked.
 *
 * A memory that was closed, a disk that failed and a proxy that says 503 leave it open.
 */
export function hasNotBegun(error: unknown): boolean {
  if (error instanceof ConnectionFailed) return error.was_not_sent;
  if (error instanceof RateLimited || error instanceof StoreBusy) return true;
  return error instanceof Unavailable && error.problem?.type === `${TYPE_PREFIX}unavailable`;
}

/** The problem in a body; undefined if it is something else. */
export function readProblem(text: string): Problem | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const body: unknown = JSON.parse(text);
    return isProblem(body) ? body : undefined;
  } catch {
    return undefined; // Half of an object, or a page of a proxy: not one of ours.
  }
}

export function isProblem(body: unknown): body is Problem {
  const type: unknown = typeof body === "object" && body !== null && "type" in body ? body.type : undefined;
  return typeof type === "string" && type.startsWith(TYPE_PREFIX);
}

/** Seconds, out of a header that has seconds or a date. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
