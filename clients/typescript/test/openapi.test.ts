/** The types follow from the server's OpenAPI, and what is shipped runs anywhere. */

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { it } from "node:test";

import { generated, written } from "../scripts/openapi.ts";

it("has types that are current: `npm run generate` makes them", async () => {
  assert.equal(await written(), await generated());
});

it("ships nothing that only one runtime has", async () => {
  const folder = new URL("../src/", import.meta.url);
  for (const name of await readdir(folder)) {
    const text = await readFile(new URL(name, folder), "utf8");
    for (const [, from] of text.matchAll(/from "([^"]+)"/g)) assert.match(from ?? "", /^\.\/\w+\.ts$/, name);
    assert.doesNotMatch(text, /\b(process|Buffer|require|__dirname)\b[.(]/, name);
  }
});
