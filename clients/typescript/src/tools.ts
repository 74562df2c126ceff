/** A memory as tools for a model, in the shape of Vercel's AI SDK:
 *
 * const { text } = await generateText({ model, prompt, tools: createGreeumTools({ memory, namespace }) });
 *
 * Input schemas are Standard Schemas that know their JSON Schema, so that nothing has to be imported for them.
 */

import type { Memory } from "./memory.ts";

/** What the tools are about. */
export interface ToolOptions {
  memory: Memory;
  /** Where blocks are added, and below which they are looked for. */
  namespace?: string;
  /** Who says what is added, as `source`. */
  source?: string;
  /** How many blocks a search shows the model at most. Default 10. */
  k?: number;
}

/** A block as the model sees it. */
export interface Remembered {
  id: number;
  text: string;
  at: string;
  source: string | null;
}

type Result<Input> = { value: Input } | { issues: { message: string; path: string[] }[] };

/** https://standardschema.dev, with its part on JSON Schema. */
export interface InputSchema<Input> {
  "~standard": {
    version: 1;
    vendor: "greeum";
    types?: { input: Input; output: Input };
    validate(value: unknown): Result<Input>;
    jsonSchema: { input(options: object): Record<string, unknown>; output(options: object): Record<string, unknown> };
  };
}

export interface Tool<Input, Output> {
  description: string;
  inputSchema: InputSchema<Input>;
  execute(input: Input, options?: { abortSignal?: AbortSignal | undefined }): Promise<Output>;
}

export type GreeumTools = {
  addMemory: Tool<{ text: string }, { id: number }>;
  searchMemories: Tool<{ query: string }, Remembered[]>;
};

const K = 10;

const ADD =
  "Remember a fact, a preference or a decision for later conversations, in one sentence that can stand alone.";
const SEARCH = "Look up what is remembered from earlier conversations. The best answers come first.";

/** `addMemory` and `searchMemories`. The namespace is yours, and no model can leave it. */
export function createGreeumTools({ memory, namespace = "", source, k = K }: ToolOptions): GreeumTools {
  return {
    addMemory: {
      description: ADD,
      inputSchema: oneString("text", "What to remember."),
      async execute({ text }, options) {
        const { id } = await memory.add(text, {
          namespace,
          kind: "fact",
          ...(source !== undefined && { source }),
          ...signal(options),
        });
        return { id };
      },
    },
    searchMemories: {
      description: SEARCH,
      inputSchema: oneString("query", "What to find."),
      async execute({ query }, options) {
        const hits = await memory.search(query, { namespace, k, ...signal(options) });
        return hits.map(({ block: { id, text, at, source: said_by } }) => ({ id, text, at, source: said_by }));
      },
    },
  };
}

function signal(options: { abortSignal?: AbortSignal | undefined } = {}): { signal?: AbortSignal } {
  return options.abortSignal === undefined ? {} : { signal: options.abortSignal };
}

/** The schema of an object with one string in it. */
function oneString<Name extends string>(name: Name, description: string): InputSchema<{ [K in Name]: string }> {
  const schema = {
    type: "object",
    properties: { [name]: { type: "string", minLength: 1, description } },
    required: [name],
    additionalProperties: false,
  };
  const validate = (value: unknown): Result<{ [K in Name]: string }> => {
    const given: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
    if (typeof given === "string" && given !== "") return { value: { [name]: given } as { [K in Name]: string } };
    return { issues: [{ message: "must be a string with something in it", path: [name] }] };
  };
  return {
    "~standard": { version: 1, vendor: "greeum", validate, jsonSchema: { input: () => schema, output: () => schema } },
  };
}
