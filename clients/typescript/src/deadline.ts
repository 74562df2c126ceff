/** How long a call may take, and who may call it off. */

import { TimedOut } from "./errors.ts";

/** Calls off when the time is over or when the caller says so, whichever is first.
 *
 * Not `AbortSignal.any`: a caller may pass one signal to thousands of calls, and what listens has to let go again.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #ends_at: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(timeout_ms: number, outer?: AbortSignal) {
    this.#outer = outer;
    this.#ends_at = Date.now() + timeout_ms;
    this.#timer = setTimeout(() => {
      this.#controller.abort(new TimedOut(`there was no answer within ${timeout_ms} ms`));
    }, timeout_ms);
    if (outer?.aborted) this.#follow();
    else outer?.addEventListener("abort", this.#follow);
  }

  /** For `fetch`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether there is time left after so many milliseconds. */
  allows(pause_ms: number): boolean {
    return Date.now() + pause_ms < this.#ends_at;
  }

  /** From here on only the caller may call it off: what streams takes as long as it takes. */
  stopTheClock(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** It is done: nothing holds on to anything. */
  release(): void {
    this.stopTheClock();
    this.#outer?.removeEventListener("abort", this.#follow);
  }

  readonly #follow = (): void => {
    this.#controller.abort(this.#outer?.reason);
  };
}

/** Wait. Throws the signal's reason if it is called off. */
export function pause(pause_ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, pause_ms);
    if (signal?.aborted) end();
    else signal?.addEventListener("abort", end, { once: true });
  });
}
