// Starts the real binary on a free port with an empty data directory, and leaves nothing behind.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export const ADMIN_KEY = "ann_admin_for_tests_0123456789abcdef0123456789";

const binary = path.resolve(import.meta.dirname, "..", process.env.ANNALS_BIN ?? "../target/debug/annals");
const START_MS = 30_000;

/** An event as it is sent; the server adds what is missing. */
export interface Draft {
  category: string;
  action: string;
  message: string;
  [field: string]: unknown;
}

export class Server {
  private constructor(
    private process: ChildProcess,
    private readonly dataDir: string,
    readonly url: string,
    private output: () => string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static async start({ adminKey, settings = {} }: { adminKey: string | null; settings?: Record<string, string> }): Promise<Server> {
    if (!existsSync(binary)) throw new Error(`${binary} is missing: run cargo build, or set ANNALS_BIN`);
    const dataDir = mkdtempSync(path.join(tmpdir(), "annals-e2e-"));
    // The settings of whoever runs the tests, in the environment or in a file here, are not the tests'.
    const env: NodeJS.ProcessEnv = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ANNALS_")));
    Object.assign(env, settings);
    if (adminKey !== null) env.ANNALS_ADMIN_KEY = adminKey;
    const { child, output } = launch(dataDir, "127.0.0.1:0", env);
    try {
      const url = await found(output, LISTENING, child);
      return new Server(child, dataDir, url, output, env);
    } catch (error) {
      child.kill("SIGKILL");
      rmSync(dataDir, { recursive: true, force: true });
      throw error;
    }
  }

  /** The one-time link that a server without any key prints. */
  signInLink(): Promise<string> {
    return found(this.output, /sign in: (http\S+)/, this.process);
  }

  async append(drafts: Draft[]): Promise<void> {
    const response = await fetch(`${this.url}/api/v1/events`, {
      method: "POST",
      headers: { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": "application/json" },
      body: JSON.stringify(drafts),
    });
    const answer = await response.text();
    if (response.status !== 201) throw new Error(`append: ${response.status} ${answer}`);
    const { accepted } = JSON.parse(answer) as { accepted: number };
    if (accepted !== drafts.length) throw new Error(`append: ${accepted} of ${drafts.length} accepted: ${answer}`);
  }

  /** Ends it and starts it again at the same address; `between` happens while there is none. */
  async restart(between?: () => Promise<void>): Promise<void> {
    await this.end();
    await between?.();
    const { child, output } = launch(this.dataDir, new URL(this.url).host, this.env);
    this.process = child;
    this.output = output;
    await found(output, LISTENING, child);
  }

  async stop(): Promise<void> {
    await this.end();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private async end(): Promise<void> {
    const { process: child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const patience = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(patience);
    }
  }
}

const LISTENING = /listening on (http:\/\/[^\s/]+)/;

function launch(dataDir: string, listen: string, env: NodeJS.ProcessEnv): { child: ChildProcess; output: () => string } {
  const child = spawn(binary, ["serve", "--listen", listen, "--data-dir", dataDir], { cwd: dataDir, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output };
}

async function found(output: () => string, pattern: RegExp, child: ChildProcess): Promise<string> {
  const end = Date.now() + START_MS;
  for (;;) {
    const match = pattern.exec(output())?.[1];
    if (match !== undefined) return match;
    if (child.exitCode !== null || Date.now() > end) throw new Error(`the server did not say ${pattern.source}:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
