import { readFileSync } from 'node:fs';
import { synthesize } from './synthesis';

test('the deployment guide names the permissions for every resource type that is deployed, and for no other', () => {
  const guide = readFileSync('docs/deploy.md', 'utf8');
  const [, section = ''] = guide.split('\n## Permissions for deploying\n');
  const rows = section.slice(0, section.indexOf('\n## ')).split('\n');
  const named = rows.flatMap((row) => (row.split('|')[1] ?? '').match(/(?:AWS::\w+|Custom)::\w+/g) ?? []);
  // The example has an archive, with which the firewall has no log.
  const deployments = [synthesize('example'), synthesize('fullAddresses')];
  const deployed = new Set(deployments.flatMap(({ resources }) => [...resources.values()]).map(({ Type }) => Type));
  expect(named.sort()).toEqual([...deployed].sort());
});
