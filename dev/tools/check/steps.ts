/** One command of `npm run check`. */
export interface Step {
  readonly name: string;
  /** A tool (npm, or one of node_modules/.bin) and its arguments. */
  readonly command: readonly string[];
  /** Fails when the command changes a file of the repository. @default false */
  readonly mustChangeNothing?: boolean;
}

/** The steps of a phase may run beside each other, the slowest first; a phase begins when the one before has passed. */
export const PHASES: readonly (readonly Step[])[] = [
  [
    { name: 'lint', command: ['eslint', '--max-warnings=0', '.'] },
    // Fails on a finding of cdk-nag too: bin/tollgate.ts adds its rules to the app.
    { name: 'synth', command: ['cdk', 'synth', '--no-notices', '--quiet'] },
    { name: 'types', command: ['tsc', '--project', '.'] },
    { name: 'layers', command: ['depcruise', '--config', '.dependency-cruiser.cjs', '--output-type', 'err', '.'] },
    { name: 'unused', command: ['knip', '--no-progress'] },
    { name: 'prose', command: ['tsx', 'dev/tools/check/prose/prose.ts'] },
    { name: 'format', command: ['prettier', '--check', '--log-level=warn', '.'] },
  ],
  // By itself, because it writes the files that it compares.
  [{ name: 'generated', command: ['npm', 'run', '--silent', 'docs'], mustChangeNothing: true }],
];
