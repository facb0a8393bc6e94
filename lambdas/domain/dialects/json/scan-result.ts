import type { CacheMarks } from './cache-marks';

/** The position of a member of the outermost object, in bytes. */
export interface Member {
  /** The first byte of its key. */
  readonly start: number;
  readonly valueStart: number;
  /** One past the value's last byte. */
  readonly valueEnd: number;
}

export interface JsonScan {
  /** The members of the outermost object by decoded name, in order. */
  readonly members: ReadonlyMap<string, Member>;
  /** How often each `"type"` value occurs anywhere below the outermost members other than `tools`: `image_url` → 2. */
  readonly contentTypes: ReadonlyMap<string, number>;
  /** The `type` of each element of `tools`, and of each tool that is defined elsewhere. */
  readonly toolTypes: ReadonlySet<string>;
  /** How the body asks for prompt caching. */
  readonly cacheMarks: CacheMarks;
  /** Whether `tools` is not an array of objects, or a tool's type could be read in another way. */
  readonly hasOddTools: boolean;
  /**
   * How often each `type` occurs among the tools of lists below the outermost members other than `tool_choice`, whose
   * tools are names of others. Empty unless the options ask for it.
   */
  readonly nestedToolTypes: ReadonlyMap<string, number>;
  /** Whether an element of the items has neither a type nor a role. */
  readonly hasBareItems: boolean;
}

export interface JsonScanOptions {
  /** The outermost members whose objects are read: at no depth of them may a name be given twice. @default none */
  readonly interpreted?: readonly string[] | undefined;
  /** The outermost member whose elements are items of a conversation, which can have lists of tools. @default none */
  readonly items?: string | undefined;
}
