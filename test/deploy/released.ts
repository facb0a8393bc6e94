import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The commit of the previous release, which `npm run references` notes. */
export const { revision: RELEASED } = JSON.parse(readFileSync('test/infra/released-references.json', 'utf8')) as {
  readonly revision: string;
};

/** Returns why the previous release cannot be deployed here, or `undefined` if its commit is in the history. */
export function releasedObstacle(): string | undefined {
  const { status } = spawnSync('git', ['cat-file', '-e', `${RELEASED}^{commit}`]);
  return status === 0 ? undefined : `the git history lacks its commit ${RELEASED.slice(0, 7)}`;
}
