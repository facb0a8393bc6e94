import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { checkProviderKey, parseProviderKeys, type ProviderKeys, InvalidProviderKeys } from './provider-keys';

const INPUT_BYTES_MAX = 64 * 1024;

/** Where an operator enters provider keys. Never the arguments, which every process on the machine can read. */
export interface KeyInput {
  /**
   * @param stored the providers that already have a key, which the operator may keep
   * @param labelOf what to call the key of a provider in a prompt. @default "API key of" and the provider
   */
  read(
    providerIds: readonly string[],
    stored: readonly string[],
    labelOf?: (id: string) => string,
  ): Promise<ProviderKeys>;
}

/** Prompts without echo on a terminal; otherwise reads all of standard input. */
export class StandardInput implements KeyInput {
  readonly #input: Readable & { readonly isTTY?: boolean };
  readonly #output: Writable;

  constructor(input: Readable & { readonly isTTY?: boolean }, output: Writable) {
    this.#input = input;
    this.#output = output;
  }

  async read(
    providerIds: readonly string[],
    stored: readonly string[],
    labelOf = (id: string): string => `API key of ${id}`,
  ): Promise<ProviderKeys> {
    if (this.#input.isTTY === true) return this.#prompt(providerIds, stored, labelOf);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of this.#input as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > INPUT_BYTES_MAX) throw new InvalidProviderKeys('Standard input is too long to be keys.');
      chunks.push(chunk);
    }
    return parseProviderKeys(Buffer.concat(chunks).toString(), providerIds);
  }

  async #prompt(
    providerIds: readonly string[],
    stored: readonly string[],
    labelOf: (id: string) => string,
  ): Promise<ProviderKeys> {
    const noEcho = new Writable({ write: (_chunk, _encoding, written) => written() });
    const terminal = createInterface({ input: this.#input, output: noEcho, terminal: true, historySize: 0 });
    const lines = terminal[Symbol.asyncIterator]();
    try {
      const keys: Record<string, string> = {};
      for (const id of providerIds) {
        const hint = stored.includes(id) ? 'press Enter to keep the stored one' : 'not shown as you type';
        this.#output.write(`${labelOf(id)} (${hint}): `);
        const line = await lines.next();
        this.#output.write('\n');
        if (line.done === true) throw new InvalidProviderKeys('The prompt was cancelled; no key was stored.');
        const key = line.value.trim();
        if (key === '') continue;
        checkProviderKey(key, `The key of ${id}`);
        keys[id] = key;
      }
      return keys;
    } finally {
      terminal.close();
    }
  }
}
