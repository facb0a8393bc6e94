import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { killChildren, type Gateway, start, tollgate } from './child-process';
import { temporaryFolder } from './temporary-folder';

/** A gateway process as `npm start` runs it, on its own data folder, with commands that run as further processes. */
export class ProcessRun {
  #folder = '';
  #gateway: Gateway | undefined;

  get folder(): string {
    return this.#folder;
  }

  /** The current gateway process, or the last one that has exited. */
  get gateway(): Gateway {
    if (this.#gateway === undefined) throw new Error('no gateway was started');
    return this.#gateway;
  }

  async start(): Promise<void> {
    this.#folder = temporaryFolder();
    await this.startAgain();
  }

  /** Starts another gateway on the same folder; the previous one must have exited. */
  async startAgain(): Promise<void> {
    this.#gateway = await start(this.#folder);
  }

  /** Stops the gateway as Ctrl-C does. */
  async interrupt(): Promise<void> {
    this.gateway.kill('SIGINT');
    expect(await this.gateway.ended).toBe(0);
  }

  async stop(): Promise<void> {
    await killChildren();
    rmSync(this.#folder, { recursive: true });
  }

  /** Runs a command on the folder. */
  tollgate(...args: readonly string[]): ReturnType<typeof tollgate> {
    return tollgate(this.#folder, ...args);
  }

  /** The owner of the gateway's account, as the command names them that creates a key without a payer. */
  async owner(): Promise<string> {
    const { err } = await this.tollgate('keys', 'create', this.gateway.accountId);
    return /per_\w{26}(?= \(owner\))/.exec(err)?.[0] ?? '';
  }

  /** @returns an access token for the user with this role */
  async accessToken(role: string): Promise<string> {
    return (await this.tollgate('token', '--as', role)).out.trim();
  }

  /** Requests a chat completion from the demo model. */
  ask(apiKey = this.gateway.apiKey, content = 'Hi'): Promise<Response> {
    return fetch(`${this.gateway.gatewayUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'demo', messages: [{ role: 'user', content }] }),
    });
  }

  /** Sends a GET request to the data plane. */
  get(path: string, apiKey = this.gateway.apiKey): Promise<Response> {
    return fetch(`${this.gateway.gatewayUrl}${path}`, { headers: { authorization: `Bearer ${apiKey}` } });
  }

  /**
   * Writes a file into the folder.
   * @returns its path
   */
  file(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text);
    return path;
  }
}
