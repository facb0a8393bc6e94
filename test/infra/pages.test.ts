import { readFileSync } from 'node:fs';
import { type Assembly, readAssembly } from '../../dev/tools/pages/assembly';
import { iamPage, WildcardUnexplained } from '../../dev/tools/pages/iam-page';
import { PAGES } from '../../dev/tools/pages/pages';
import { ServiceUnknown, subprocessorsPage } from '../../dev/tools/pages/subprocessors-page';
import { parseConfig } from '../../lib/config';
import { synthesize } from './synthesis';

const assembly = readAssembly(synthesize('documented').folder);

test.each(PAGES)('docs/generated/%s matches the templates', (file, render) => {
  // After a change, run `npm run docs`.
  expect(readFileSync(`docs/generated/${file}`, 'utf8')).toBe(render(assembly));
});

test('the pages show every resource, every role and every acknowledgement', () => {
  const [acknowledgements, iam, resources] = PAGES.map(([, render]) => render(assembly));
  for (const { logicalId, Type } of assembly.resources) {
    const name = logicalId.replace(/[0-9A-F]{8}$/, '');
    expect(resources).toContain(`| ${name} |`);
    if (Type === 'AWS::Lambda::Function') expect(iam).toContain(`| ${name.replace(/Function$/, '')} |`);
  }
  for (const { rule } of assembly.acknowledged) expect(acknowledgements).toContain(`\`${rule}\``);
});

test('a policy that names every resource without need is an error instead of a row', () => {
  const policy = {
    stack: 'service',
    logicalId: 'Wide',
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      Roles: [{ Ref: 'Role' }],
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] },
    },
  };
  const widened: Assembly = { ...assembly, resources: [...assembly.resources, policy] };
  expect(() => iamPage(widened)).toThrow(WildcardUnexplained);
});

test('promise-27 every provider to which requests are sent is in the register of subprocessors', () => {
  const page = subprocessorsPage(assembly);
  for (const { id, baseUrl } of parseConfig({}).providers) {
    expect(page).toContain(`| ${id} | models, at \`${new URL(baseUrl).host}\` |`);
  }
});

test('promise-27 a resource of a service that the register of subprocessors does not know fails the page', () => {
  const resource = { stack: 'service', logicalId: 'Topic', Type: 'AWS::MSK::Cluster', Properties: {} };
  const widened: Assembly = { ...assembly, resources: [...assembly.resources, resource] };
  expect(() => subprocessorsPage(widened)).toThrow(ServiceUnknown);
});
