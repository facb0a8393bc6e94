/** The names of the subjects on the command line. */
export const SUBJECT_NAMES = ['pass-through', 'portkey', 'tollgate'] as const;
export type SubjectName = (typeof SUBJECT_NAMES)[number];

/** The length of `npm run bench -- stall`, and the size of `npm run bench -- stored`, unless an argument says otherwise. */
export const STALL_SECONDS = 300;
export const STORED_REQUESTS = 1_000_000;
/** The trace of `npm run bench -- agents` whose result is kept in AGENTS.md. */
export const AGENTS_SEED = 1;

/** A command of `npm run bench`. */
export type BenchCommand =
  | { readonly kind: 'compare'; readonly names: readonly SubjectName[] }
  | { readonly kind: 'stall'; readonly names: readonly SubjectName[]; readonly seconds: number }
  | { readonly kind: 'stored'; readonly requests: number }
  | { readonly kind: 'agents'; readonly seed: number }
  | { readonly kind: 'fill'; readonly path: string; readonly requests: number };

/** @throws Error when the arguments are not a command */
export function parseArguments([first, ...rest]: readonly string[]): BenchCommand {
  switch (first) {
    case 'stall': {
      const [seconds, names] = isCount(rest[0]) ? [Number(rest[0]), rest.slice(1)] : [STALL_SECONDS, rest];
      return { kind: 'stall', seconds, names: selectedNames(names) };
    }
    case 'stored':
      return { kind: 'stored', requests: countOr(rest[0], STORED_REQUESTS) };
    case 'agents':
      return { kind: 'agents', seed: countOr(rest[0], AGENTS_SEED) };
    case 'fill': {
      const [path, requests] = rest;
      if (path === undefined) throw new Error('name the data folder to fill');
      return { kind: 'fill', path, requests: countOr(requests, STORED_REQUESTS) };
    }
    case undefined:
      return { kind: 'compare', names: SUBJECT_NAMES };
    default:
      return { kind: 'compare', names: selectedNames([first, ...rest]) };
  }
}

/** The named subjects, or all. */
function selectedNames(names: readonly string[]): readonly SubjectName[] {
  const unknown = names.filter((name) => !(SUBJECT_NAMES as readonly string[]).includes(name));
  if (unknown.length > 0)
    throw new Error(`unknown subject ${unknown.join(', ')}: choose from ${SUBJECT_NAMES.join(', ')}`);
  return names.length === 0 ? SUBJECT_NAMES : SUBJECT_NAMES.filter((name) => names.includes(name));
}

const isCount = (text: string | undefined): boolean => text !== undefined && /^[1-9]\d{0,8}$/.test(text);

function countOr(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!isCount(text)) throw new Error(`${text} is not a whole number above 0`);
  return Number(text);
}
