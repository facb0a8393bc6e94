import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { checkProviderKey, parseProviderKeys, type ProviderKeys, InvalidProviderKeys } from './provider-keys';

const INPUT_BYTES_MAX = 64 * 1024;

/** Where an operator hands the keys over; never the arguments, which every process on the machine can read. */
export interface KeyInput {
  /** @param stored the providers that have a key already, which may be kept */
  read(providerIds: readonly string[], stored: readonly string[]): Promise<ProviderKeys>;
}

/** A prompt that shows nothing of what is typed or, where standard input is no terminal, all of that. */
export class StandardInput implements KeyInput {
  readonly #input: Readable & { readonly isTTY?: boolean };
  readonly #output: Writable;

  constructor(input: Readable & { readonly isTTY?: boolean }, output: Writable) {
    this.#input = input;
    this.#output = output;
  }

  async read(providerIds: readonly string[], stored: readonly string[]): Promise<ProviderKeys> {
    if (this.#input.isTTY === true) return this.#prompt(providerIds, stored);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of this.#input as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > INPUT_BYTES_MAX) throw new InvalidProviderKeys('Standard input is too long for provider keys.');
      chunks.push(chunk);
    }
    return parseProviderKeys(Buffer.concat(chunks).toString(), providerIds);
  }

  async #prompt(providerIds: readonly string[], stored: readonly string[]): Promise<ProviderKeys> {
    const unseen = new Writable({ write: (_chunk, _encoding, written) => written() });
    const terminal = createInterface({ input: this.#input, output: unseen, terminal: true, historySize: 0 });
    const lines = terminal[Symbol.asyncIterator]();
    try {
      const keys: Record<string, string> = {};
      for (const id of providerIds) {
        const hint = stored.includes(id) ? 'enter keeps the one that is there' : 'not shown';
        this.#output.write(`API key of ${id} (${hint}): `);
        const line = await lines.next();
        this.#output.write('\n');
        if (line.done === true) throw new InvalidProviderKeys('No key was written: the prompt was left.');
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
