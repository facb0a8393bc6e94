import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endChildren, type Gateway, start, tollgate } from './child-process';
import { temporaryFolder } from './temporary-folder';

/** A gateway as `npm start` runs it, on a folder of its own, and the commands beside it. */
export class ProcessRun {
  #folder = '';
  #gateway: Gateway | undefined;

  get folder(): string {
    return this.#folder;
  }

  /** The gateway that runs, or the last one that ran. */
  get gateway(): Gateway {
    if (this.#gateway === undefined) throw new Error('no gateway was started');
    return this.#gateway;
  }

  async start(): Promise<void> {
    this.#folder = temporaryFolder();
    await this.startAgain();
  }

  /** Once the gateway before it has ended. */
  async startAgain(): Promise<void> {
    this.#gateway = await start(this.#folder);
  }

  /** Ends the gateway as Ctrl-C does. */
  async interrupt(): Promise<void> {
    this.gateway.kill('SIGINT');
    expect(await this.gateway.ended).toBe(0);
  }

  async stop(): Promise<void> {
    await endChildren();
    rmSync(this.#folder, { recursive: true });
  }

  /** A command on its folder. */
  tollgate(...args: readonly string[]): ReturnType<typeof tollgate> {
    return tollgate(this.#folder, ...args);
  }

  /** @returns the access token of the user who has this role */
  async accessToken(role: string): Promise<string> {
    return (await this.tollgate('token', '--as', role)).out.trim();
  }

  /** A chat completion of the demo model. */
  ask(apiKey = this.gateway.apiKey, content = 'Hi'): Promise<Response> {
    return fetch(`${this.gateway.gatewayUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'demo', messages: [{ role: 'user', content }] }),
    });
  }

  /** From the data plane. */
  get(path: string, apiKey = this.gateway.apiKey): Promise<Response> {
    return fetch(`${this.gateway.gatewayUrl}${path}`, { headers: { authorization: `Bearer ${apiKey}` } });
  }

  /** @returns the path of a file that is in the folder from now on */
  file(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text);
    return path;
  }
}
