import type { SubjectName } from './command-line';
import { startPassThrough, startPortkey, type BenchEnvironment, type Subject } from './subjects';
import { startTollgate } from './tollgate-subject';

type Start = (environment: BenchEnvironment) => Promise<Subject>;

export const START: { readonly [name in SubjectName]: Start } = {
  'pass-through': startPassThrough,
  portkey: startPortkey,
  tollgate: (environment) => startTollgate(environment),
};
