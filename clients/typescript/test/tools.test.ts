/** The tools, in the hands of Vercel's AI SDK and of a model that calls what the test tells it to. */

import assert from "node:assert/strict";
import { after, before, it } from "node:test";

import { connect, type Memory } from "@greeum/client";
import { createGreeumTools } from "@greeum/client/tools";
import { generateText, isStepCount, type ToolSet } from "ai";
import { MockLanguageModelV4 } from "ai/test";

import { type Served, serve } from "./server.ts";

let server: Served;
let memory: Memory;

before(async () => {
  server = await serve();
  memory = connect(server.url);
  await memory.add("Ben's secret.", { namespace: "acme/ben" });
});
after(() => server.stop());

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

/** Have a model call a tool once, and give what came of it. */
async function called(tools: ToolSet, toolName: string, input: unknown): Promise<{ output: unknown; schema: unknown }> {
  const model = new MockLanguageModelV4({
    doGenerate: async () => ({
      content: [{ type: "tool-call", toolCallId: "1", toolName, input: JSON.stringify(input) }],
      finishReason: { unified: "tool-calls", raw: undefined },
      usage: USAGE,
      warnings: [],
    }),
  });
  const { content } = await generateText({ model, tools, prompt: "…", stopWhen: isStepCount(1) });
  const result = content.find((part) => part.type === "tool-result" || part.type === "tool-error");
  const shown = model.doGenerateCalls[0]?.tools?.find((tool) => tool.name === toolName);
  return {
    output: result?.type === "tool-result" ? result.output : result,
    schema: shown?.type === "function" && shown.inputSchema,
  };
}

it("lets a model remember, and find what it remembered, in its namespace alone", async () => {
  const tools = createGreeumTools({ memory, namespace: "acme/alice", source: "assistant", k: 5 });
  const added = await called(tools, "addMemory", { text: "Alice has a dog called Mungchi." });
  const block = await memory.get((added.output as { id: number }).id);
  assert.deepEqual(
    [block.text, block.namespace, block.kind, block.source],
    ["Alice has a dog called Mungchi.", "acme/alice", "fact", "assistant"],
  );
  assert.deepEqual(added.schema, {
    type: "object",
    properties: { text: { type: "string", minLength: 1, description: "What to remember." } },
    required: ["text"],
    additionalProperties: false,
  });
  const found = await called(tools, "searchMemories", { query: "secret dog" });
  assert.deepEqual(found.output, [{ id: block.id, text: block.text, at: block.at, source: "assistant" }]);
});

it("tells a model what it has got wrong", async () => {
  const { output } = await called(createGreeumTools({ memory }), "searchMemories", { question: "dog" });
  assert.match(JSON.stringify(output), /query|must be a string/);
});
