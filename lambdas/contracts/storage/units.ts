/**
 * The billable units, all counts of tokens. They are disjoint: each token counts in exactly one unit, and the units add
 * up to what the provider reports.
 */
export const INPUT_UNITS = [
  'input',
  'cachedInput',
  'cacheWrite',
  'cacheWrite1h',
  'audioInput',
  'cachedAudioInput',
  'imageInput',
] as const;
export const OUTPUT_UNITS = ['output', 'reasoning', 'audioOutput', 'imageOutput'] as const;
export const UNITS = [...INPUT_UNITS, ...OUTPUT_UNITS] as const;

/** Tokens that are written to a prompt cache, for five minutes or for an hour. */
export type CacheWrite = Extract<(typeof INPUT_UNITS)[number], 'cacheWrite' | 'cacheWrite1h'>;
export type InputUnit = (typeof INPUT_UNITS)[number];
export type OutputUnit = (typeof OUTPUT_UNITS)[number];
export type Unit = InputUnit | OutputUnit;

/** Token counts by unit, as non-negative safe integers. An absent unit means zero. */
export type Usage = { readonly [unit in Unit]?: number };

/** Counts as they are read: they may include units that only a later release knows. */
export type StoredUsage = Usage & { readonly [unit: string]: number | undefined };
