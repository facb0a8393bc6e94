import { BACKSLASH } from './json-bytes';

/** The `type` of Anthropic's object that defines a tool in a message, in its member `definition`. */
export const INLINE_TOOL = 'tool_definition';

const DEFINITION = 'definition';
/** A name can be spelled with escapes of six bytes for each letter. */
const NAME_BYTES_MAX = DEFINITION.length * 6 + 2;

/**
 * Notes the types of the tools that are defined outside of `tools`, while a body is scanned. It may take another object
 * for such a tool, but never misses one.
 */
export class InlineToolReader {
  readonly types = new Set<string>();
  /** The depth of the members of the tool that is being read. */
  #depth: number | undefined;

  /**
   * A member begins.
   * @param key its position, with its quotes
   * @param depth of the object that it belongs to
   * @returns whether its value may be a tool, so that `leave` must follow
   */
  enter(bytes: Buffer, [start, end]: readonly [number, number], depth: number): boolean {
    // The schema of a tool can have a property of that name, which is not a tool.
    if (this.#depth !== undefined) return false;
    const length = end - start;
    const isPlain = length === DEFINITION.length + 2;
    if (!isPlain && (length > NAME_BYTES_MAX || !bytes.subarray(start, end).includes(BACKSLASH))) return false;
    const name = JSON.parse(bytes.toString('utf8', start, end)) as string;
    if (name.toLowerCase() !== DEFINITION) return false;
    this.#depth = depth + 1;
    return true;
  }

  leave(): void {
    this.#depth = undefined;
  }

  note(type: string, depth: number): void {
    if (depth === this.#depth) this.types.add(type);
  }
}
