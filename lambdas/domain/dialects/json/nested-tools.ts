import { BACKSLASH, OPEN_ARRAY } from './json-bytes';

const TOOLS = 'tools';
/** A name can be spelled with escapes of six bytes for each letter. */
const NAME_BYTES_MAX = TOOLS.length * 6 + 2;

/**
 * Notes the types of the tools in any list named `tools` below the outermost members, while a body is scanned: OpenAI's
 * Responses API groups tools in namespaces, and takes more of them inside the input. It may take another object for such
 * a tool, but never misses one.
 */
export class NestedToolReader {
  readonly types = new Map<string, number>();
  /** The depth of the members of the tools in each list that is being read, the innermost last. */
  readonly #depths: number[] = [];

  /**
   * A member begins.
   * @param key its position, with its quotes
   * @param value the position of its value
   * @param depth of the object that it belongs to
   * @returns whether its value is such a list, so that `leave` must follow
   */
  enter(bytes: Buffer, [start, end]: readonly [number, number], value: number, depth: number): boolean {
    // A property of that name in the schema of a tool is an object.
    if (depth === 1 || bytes[value] !== OPEN_ARRAY) return false;
    const isPlain = end - start === TOOLS.length + 2;
    if (!isPlain && (end - start > NAME_BYTES_MAX || !bytes.subarray(start, end).includes(BACKSLASH))) return false;
    const name = JSON.parse(bytes.toString('utf8', start, end)) as string;
    if (name.toLowerCase() !== TOOLS) return false;
    this.#depths.push(depth + 2);
    return true;
  }

  leave(): void {
    this.#depths.pop();
  }

  note(type: string, depth: number): void {
    if (depth === this.#depths.at(-1)) this.types.set(type, (this.types.get(type) ?? 0) + 1);
  }
}
