import { CONTROLS, type Control } from './controls';
import { PROMISES } from './promises';
import { promiseTests } from './promises-page';
import { table } from './table';

/** Renders each control with the criterion of an audit, its tests and its documents. */
export function controlsPage(): string {
  const counts = new Map<string, number>();
  for (const { number } of promiseTests()) counts.set(number, (counts.get(number) ?? 0) + 1);
  return [
    '# Controls and evidence',
    'Written by `npm run docs` from dev/tools/pages/controls.ts.',
    'This page maps the controls of a deployment to the Trust Services Criteria (AICPA, 2017) and to evidence in this repository. It is the beginning of an audit, and no result of one: this software has no certificate, and neither has a deployment until its operator gets one. `npm run evidence` collects the documents, with a list of all software components, in one folder.',
    table(
      ['criterion', 'control', 'tests', 'documents', 'the operator’s part'],
      CONTROLS.map((each) => row(each, counts)),
    ),
    '',
  ].join('\n\n');
}

function row({ criterion, control, promises, documents, operator = '' }: Control, counts: ReadonlyMap<string, number>) {
  const tests = promises.map((number) => {
    const [count, missing] = [counts.get(number) ?? 0, PROMISES.find((each) => each.number === number)?.missing];
    const note = missing === undefined ? '' : ', a part is missing';
    return `[promise ${number}](promises.md) (${count} ${count === 1 ? 'test' : 'tests'}${note})`;
  });
  const links = documents.map((path) => `[${path}](../../${path})`);
  return [criterion, control, tests.join('<br>'), links.join('<br>'), operator];
}
