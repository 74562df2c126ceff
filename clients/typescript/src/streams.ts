/** What arrives in pieces: bytes, lines, events. */

import { ConnectionFailed } from "./errors.ts";

/** The pieces of a body. Throws ConnectionFailed if it breaks off, or if nothing comes for `idle_ms`. */
export async function* pieces(body: ReadableStream<Uint8Array>, idle_ms: number): AsyncGenerator<Uint8Array, void> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), idle_ms);
      if (done) return;
      yield value;
    }
  } finally {
    // Whoever stops reading hangs up; a stream that broke off has nothing left to cancel.
    reader.cancel().catch(() => undefined);
  }
}

/** What is awaited, if it comes in time. */
async function within<T>(awaited: Promise<T>, idle_ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectionFailed(`nothing arrived for ${idle_ms} ms`)), idle_ms);
  });
  try {
    return await Promise.race([awaited, silence]);
  } catch (error) {
    // What breaks off in the middle is a TypeError of the runtime's `fetch`; what was called off, the caller's reason.
    throw error instanceof TypeError ? new ConnectionFailed("the answer broke off", {}, { cause: error }) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** The lines of a text in UTF-8, without their ends. */
export async function* lines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  for await (const piece of bytes) {
    const [first = "", ...others] = decoder.decode(piece, { stream: true }).split("\n");
    parts.push(first);
    for (const other of others) {
      yield ended(parts.splice(0).join(""));
      parts.push(other);
    }
  }
  const last = parts.join("") + decoder.decode();
  if (last !== "") yield last;
}

function ended(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

/** A server-sent event. */
export interface Event {
  id: string;
  event: string;
  data: string;
}

/** The events among lines; comments, which only keep the connection alive, are passed over. */
export async function* events(source: AsyncIterable<string>): AsyncGenerator<Event, void> {
  let id = "";
  let event = "message";
  let data: string[] = [];
  for await (const line of source) {
    if (line === "") {
      if (data.length > 0) yield { id, event, data: data.join("\n") };
      event = "message";
      data = [];
      continue;
    }
    const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === "id") id = value;
    else if (field === "event") event = value;
    else if (field === "data") data.push(value);
  }
}

/** Lines as a body that is sent while they come. */
export function body(source: Iterable<string> | AsyncIterable<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = each(source);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value.endsWith("\n") ? value : `${value}\n`));
    },
    async cancel() {
      await iterator.return();
    },
  });
}

async function* each(source: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string, void> {
  yield* source;
}

/** Whether this runtime sends a body while it comes into being. Browsers do so over HTTP/2 at best. */
export function canSendStreams(): boolean {
  return !globalThis.navigator?.userAgent?.startsWith("Mozilla/");
}
