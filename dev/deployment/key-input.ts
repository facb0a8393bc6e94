import { createInterface } from 'node:readline';
import type { ReadStream } from 'node:tty';
import { Writable } from 'node:stream';
import { checkProviderKey, parseProviderKeys, type ProviderKeys, ProviderKeysInvalid } from './provider-keys';

const INPUT_BYTES_MAX = 64 * 1024;

/** Where an operator hands the keys over; never the arguments, which every process on the machine can read. */
export interface KeyInput {
  /** @param stored the providers that have a key already, which may be kept */
  read(providerIds: readonly string[], stored: readonly string[]): Promise<ProviderKeys>;
}

/** A prompt that shows nothing of what is typed or, where standard input is no terminal, all of that. */
export class StandardInput implements KeyInput {
  readonly #input: ReadStream;
  readonly #output: Writable;

  constructor(input: ReadStream, output: Writable) {
    this.#input = input;
    this.#output = output;
  }

  async read(providerIds: readonly string[], stored: readonly string[]): Promise<ProviderKeys> {
    if (this.#input.isTTY) return this.#prompt(providerIds, stored);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of this.#input as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > INPUT_BYTES_MAX) throw new ProviderKeysInvalid('Standard input is too long for provider keys.');
      chunks.push(chunk);
    }
    return parseProviderKeys(Buffer.concat(chunks).toString(), providerIds);
  }

  async #prompt(providerIds: readonly string[], stored: readonly string[]): Promise<ProviderKeys> {
    const shown = new Writable({ write: (_chunk, _encoding, written) => written() });
    const lines = createInterface({ input: this.#input, output: shown, terminal: true, historySize: 0 });
    const ended = new Promise<never>((_resolve, reject) => {
      lines.on('close', () => reject(new ProviderKeysInvalid('No key was written: the prompt was left.')));
    });
    // It is also rejected where nobody waits for it any more.
    ended.catch(() => undefined);
    const ask = (question: string): Promise<string> => {
      this.#output.write(question);
      const answer = new Promise<string>((resolve) => lines.question('', resolve));
      return Promise.race([answer, ended]).finally(() => this.#output.write('\n'));
    };
    try {
      const keys: Record<string, string> = {};
      for (const id of providerIds) {
        const hint = stored.includes(id) ? 'enter keeps the one that is there' : 'not shown';
        const key = (await ask(`API key of ${id} (${hint}): `)).trim();
        if (key === '') continue;
        checkProviderKey(key, `The key of ${id}`);
        keys[id] = key;
      }
      return keys;
    } finally {
      lines.close();
    }
  }
}
