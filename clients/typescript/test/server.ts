/** Servers for tests: the real one, on an empty directory of its own and a port that the system chose. */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const GREEUM = join(ROOT, ".venv", "bin", "greeum");

export interface Served {
  url: string;
  folder: string;
  stop(): Promise<void>;
}

/** Start `greeum serve` on one memory, or on several tenants, and wait until it says where it listens. */
export async function serve(what: "--memory" | "--tenants" = "--memory"): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), "greeum-"));
  const command = ["serve", what, folder, "--port", "0", "--drain", "0", "--log", "none", "--json"];
  const process = spawn(GREEUM, command, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(process, "exit").then(([code]) => {
    throw new Error(`greeum serve ended with ${code}`);
  });
  const [said] = (await Promise.race([once(createInterface(process.stdout), "line"), ended])) as [string];
  return {
    url: JSON.parse(said).url as string,
    folder,
    async stop() {
      process.kill("SIGTERM");
      await ended.catch(() => undefined);
      await rm(folder, { recursive: true });
    },
  };
}

/** A new key for a tenant. */
export async function key(server: Served, ...options: string[]): Promise<string> {
  const command = ["keys", "create", "--tenants", server.folder, "--tenant", "acme", "--json", ...options];
  return JSON.parse((await promisify(execFile)(GREEUM, command)).stdout).key as string;
}
