/** Makes src/openapi.ts out of the OpenAPI document that the server's code is written down in. `npm run generate` */

import { readFile, writeFile } from "node:fs/promises";

import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";

const DOCUMENT = new URL("../../../docs/reference/openapi.json", import.meta.url);
const MADE = new URL("../src/openapi.ts", import.meta.url);

/** The types, as they follow from the document. */
export async function generated(): Promise<string> {
  const document = JSON.parse(await readFile(DOCUMENT, "utf8"));
  // Names by pattern would become a signature that every other field contradicts; src/types.ts has the type for them.
  delete document.components.schemas.Filter.patternProperties;
  const tree = await openapiTS(document, { defaultNonNullable: false, emptyObjectsUnknown: true });
  return COMMENT_HEADER + astToString(tree);
}

/** The types, as they are written down. */
export function written(): Promise<string> {
  return readFile(MADE, "utf8");
}

if (import.meta.main) await writeFile(MADE, await generated());
