/**
 * The billable units, disjoint: a token is counted in exactly one of them, and together they add up to
 * what the provider reports. All are counts of tokens.
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

export type InputUnit = (typeof INPUT_UNITS)[number];
export type OutputUnit = (typeof OUTPUT_UNITS)[number];
export type Unit = InputUnit | OutputUnit;

/** Tokens by unit; an absent unit is zero. Counts are non-negative safe integers. */
export type Usage = { readonly [unit in Unit]?: number };
