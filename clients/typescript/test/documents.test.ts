/** What a new user does: install the package into an empty folder, and run what the documents show. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { promisify } from "node:util";

import { ROOT, serve } from "./server.ts";

const CLIENT = join(ROOT, "clients", "typescript");
const PAGES = ["docs/guides/typescript.md", "clients/typescript/README.md"];
const FENCE = /^```(\w*)\n(.*?)^```$/gms;
const SHOWN_URL = "http://127.0.0.1:8400";
const MARK = "---- end of block ----";

const run = promisify(execFile);
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "greeum-install-"));
  const packed = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: CLIENT });
  const [{ filename, files }] = JSON.parse(packed.stdout) as [{ filename: string; files: { path: string }[] }];
  const shipped = files.map((file) => file.path);
  assert.ok(shipped.includes("dist/index.js") && shipped.includes("dist/index.d.ts") && shipped.includes("README.md"));
  assert.deepEqual(
    shipped.filter((path) => !/^dist\/\w+(\.d\.ts|\.js)$|^(package\.json|README\.md|LICENSE)$/.test(path)),
    [],
  );
  await writeFile(join(folder, "package.json"), '{"type": "module", "private": true}');
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", `./${filename}`], { cwd: folder });
});
after(() => rm(folder, { recursive: true }));

for (const page of PAGES) {
  it(`runs what ${page} shows`, async () => {
    const fences = [...(await readFile(join(ROOT, page), "utf8")).matchAll(FENCE)].map(([, language, text]) => ({
      language,
      text: text ?? "",
    }));
    const blocks = fences.filter((fence) => fence.language === "ts");
    assert.ok(blocks.length > 0);
    const server = await serve();
    try {
      const source = blocks.map(({ text }) => `${text}\nconsole.log(${JSON.stringify(MARK)});\n`).join("");
      await writeFile(join(folder, "page.ts"), source.replaceAll(SHOWN_URL, server.url));
      await checked("page.ts");
      const { stdout } = await run("node", ["page.ts"], { cwd: folder });
      const said = stdout.split(MARK);
      for (const [place, block] of blocks.entries()) {
        const following = fences[fences.indexOf(block) + 1];
        if (following?.language === "text") assert.match(squeezed(said[place] ?? ""), shown(following.text));
      }
    } finally {
      await server.stop();
    }
  });
}

/** The compiler finds nothing wrong with a module, nor with the types that are shipped. */
async function checked(module: string): Promise<void> {
  const compiler = join(CLIENT, "node_modules", "typescript", "bin", "tsc");
  const options = [
    "--strict",
    "--exactOptionalPropertyTypes",
    "--noEmit",
    "--module",
    "nodenext",
    "--target",
    "es2022",
  ];
  await run("node", [compiler, ...options, "--lib", "es2023,dom,dom.asynciterable", module], { cwd: folder }).catch(
    (error: { stdout: string }) => {
      assert.fail(error.stdout);
    },
  );
}

/** What is shown, but for white space; `…` stands for anything. */
function shown(text: string): RegExp {
  const parts = squeezed(text)
    .split(/\s*…\s*/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("\\s*.*?\\s*")}$`, "s");
}

function squeezed(text: string): string {
  return text.trim().split(/\s+/).join(" ");
}
