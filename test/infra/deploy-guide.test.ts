import { readFileSync } from 'node:fs';
import { synthesize } from './synthesis';

/** A deployment with everything that the configuration can ask for. */
const WHOLE = {
  region: 'eu-central-1',
  account: '111122223333',
  alarmEmail: 'operator@example.com',
  audit: { archiveDays: 365 },
  identity: { providers: [{ type: 'saml', name: 'Organisation', metadataUrl: 'https://login.example.com/metadata' }] },
};

test('the guide names the permissions for every kind of resource that is deployed, and for no other', () => {
  const guide = readFileSync('docs/deploy.md', 'utf8');
  const [, section = ''] = guide.split('\n## Permissions of who deploys\n');
  const rows = section.slice(0, section.indexOf('\n## ')).split('\n');
  const named = rows.flatMap((row) => (row.split('|')[1] ?? '').match(/AWS::\w+::\w+/g) ?? []);
  const deployed = new Set([...synthesize(WHOLE).resources.values()].map(({ Type }) => Type));
  expect(named.sort()).toEqual([...deployed].sort());
});
