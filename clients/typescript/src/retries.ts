/** When a request is sent again, and after how long. The figures are those of `python/greeum/remote/retries.py`. */

import { ConnectionFailed, GreeumError, hasNotBegun, RateLimited, Unavailable } from "./errors.ts";

/** After the first try. Their pauses take four to eight seconds in all: a server that restarts is back by then. */
export const RETRIES = 5;

/** The longest first pause that no server has asked for; each further one is twice as long. */
const PAUSE_MS = 250;
const PAUSE_MS_MAX = 5_000;

/** How much longer than a server asked for is waited at most: those it sent away should not all come at once. */
const SPREAD = 0.25;

/** Whether another try may be better, and does no harm. */
export function mayRepeat(error: unknown, repeatable: boolean): error is GreeumError {
  if (!(error instanceof GreeumError)) return false;
  // A server that does not say when it may be better does not expect that it will be.
  const isGreeums = error.problem !== undefined || error instanceof RateLimited;
  if (isGreeums && error.retry_after_s === undefined) return false;
  if (hasNotBegun(error)) return true;
  return repeatable && (error instanceof ConnectionFailed || error instanceof Unavailable);
}

/** How long to wait after so many tries, of which the last ended in this error. */
export function pauseAfter(tries: number, { retry_after_s }: GreeumError): number {
  if (retry_after_s !== undefined) return 1000 * retry_after_s * (1 + SPREAD * Math.random());
  return Math.min(PAUSE_MS * 2 ** (tries - 1), PAUSE_MS_MAX) * (0.5 + Math.random() / 2);
}
