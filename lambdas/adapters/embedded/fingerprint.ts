import type { Check, Write } from '../../domain/table/table-store';
import type { Item, Value } from '../../domain/table/value';
import { isList } from '../attribute-values';

/** The constants of FNV-1a for 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
/** Ends each text, so that two neighbours cannot exchange characters. No UTF-16 code unit has this value. */
const END = 0x10000;

/**
 * A checksum of a transaction's writes. It only has to notice a caller that uses a token twice by mistake. A number and a
 * bigint of the same value count as the same. Every transaction needs one, so it is computed without a copy.
 */
export function fingerprintOf(writes: readonly (Write | Check)[]): string {
  const checksum = new Checksum();
  for (const { table, ...write } of writes) {
    checksum.addText(table.name);
    // A write consists of values, as an item does.
    checksum.addMap(write as unknown as Item);
  }
  return checksum.text;
}

class Checksum {
  #hash = OFFSET_BASIS;
  #length = 0;

  get text(): string {
    return `${this.#hash >>> 0}.${this.#length}`;
  }

  addText(text: string): void {
    let hash = this.#hash;
    for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), PRIME);
    this.#hash = Math.imul(hash ^ END, PRIME);
    this.#length += text.length + 1;
  }

  addMap(map: Item): void {
    this.addText('{');
    for (const name of Object.keys(map)) {
      this.addText(name);
      this.#add(map[name] as Value);
    }
    this.addText('}');
  }

  #add(value: Value): void {
    if (typeof value === 'object' && value !== null) {
      this.#addObject(value);
      return;
    }
    this.addText(typeof value === 'string' ? 'text' : 'other');
    this.addText(String(value));
  }

  #addObject(value: Value & object): void {
    if (value instanceof Uint8Array) {
      this.addText('bytes');
      this.addText(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1'));
    } else if (isList(value)) {
      this.addText('[');
      for (const element of value) this.#add(element);
      this.addText(']');
    } else this.addMap(value);
  }
}
