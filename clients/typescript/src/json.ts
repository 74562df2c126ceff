/** Values on their way into JSON: what it cannot say is refused, and nothing is altered in silence. */

import { InvalidInput } from "./errors.ts";

/** Deeper than anything the server takes; what contains itself is deeper than that. */
const DEPTH_MAX = 100;

/** Where fields of a request stand: there undefined means that nothing is said. */
const FIELDS = /^$|^blocks\[\d+\]$/;

/** What is stored as it is given: in it a Date would come back as a string. */
const STORED = /(^|\.)metadata\b/;

/** The text of JSON. `field` names the value, if it is not a whole request. Throws InvalidInput, which names the field. */
export function json(value: unknown, field = ""): string {
  check(value, field, 0);
  return JSON.stringify(value);
}

function check(value: unknown, field: string, depth: number): void {
  if (value === null || typeof value === "string" || typeof value === "boolean") return;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw refused(field, `must be a finite number, not ${value}`);
    return;
  }
  if (typeof value !== "object") throw refused(field, `must be what JSON can say, not ${nameOf(value)}`);
  if (depth > DEPTH_MAX) throw refused(field, "is nested too deep, or contains itself");
  if (Array.isArray(value)) {
    // By its indices: what was left out of it is undefined.
    for (let i = 0; i < value.length; i++) check(value[i], `${field}[${i}]`, depth + 1);
  } else if (value instanceof Date && !STORED.test(field)) {
    if (Number.isNaN(value.getTime())) throw refused(field, "must be a time, not an invalid Date");
  } else if (isPlain(value)) {
    for (const [name, inner] of Object.entries(value)) {
      if (inner === undefined && FIELDS.test(field)) continue;
      check(inner, field === "" ? name : `${field}.${name}`, depth + 1);
    }
  } else {
    throw refused(field, `must be what JSON can say, not ${nameOf(value)}`);
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function nameOf(value: unknown): string {
  return typeof value === "object" && value !== null ? (value.constructor?.name ?? "object") : typeof value;
}

function refused(field: string, reason: string): InvalidInput {
  const shown = field === "" ? "body" : field.slice(0, 64);
  return new InvalidInput(`${shown}: ${reason}`, { field: shown });
}
