/** One command of `npm run check`. */
export interface Step {
  readonly name: string;
  /** A tool (npm, or one in node_modules/.bin) and its arguments. */
  readonly command: readonly string[];
  /** Fails when the command changes a file of the repository. @default false */
  readonly mustChangeNothing?: boolean;
}

/** Steps of one phase run in parallel, listed with the slowest first. A phase starts once the previous one has passed. */
export const PHASES: readonly (readonly Step[])[] = [
  [
    { name: 'lint', command: ['eslint', '--max-warnings=0', '.'] },
    // This also fails on a cdk-nag finding, because bin/tollgate.ts adds its rules to the app.
    { name: 'synth', command: ['cdk', 'synth', '--no-notices', '--quiet'] },
    { name: 'templates', command: ['tsx', 'test/infra/lint-templates.ts'] },
    { name: 'types', command: ['tsc', '--project', '.'] },
    { name: 'layers', command: ['depcruise', '--config', '.dependency-cruiser.cjs', '--output-type', 'err', '.'] },
    { name: 'unused', command: ['knip', '--no-progress'] },
    { name: 'prose', command: ['tsx', 'dev/tools/check/prose/prose.ts'] },
    { name: 'format', command: ['prettier', '--check', '--log-level=warn', '.'] },
  ],
  // This step runs alone, because it writes the files that it compares.
  [{ name: 'generated', command: ['npm', 'run', '--silent', 'docs'], mustChangeNothing: true }],
];
