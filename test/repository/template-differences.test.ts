import { differences } from '../../dev/tools/templates/differences';

const table = { Type: 'AWS::DynamoDB::Table', Properties: { BillingMode: 'PAY_PER_REQUEST' } };
const template = { Resources: { WalletTable: table } };

test('equal templates have no differences, whatever the order of their keys', () => {
  const reordered = { Properties: table.Properties, Type: table.Type };
  expect(differences(template, { Resources: { WalletTable: reordered } })).toEqual([]);
});

test('a changed property is a difference at its path', () => {
  const changed = { Resources: { WalletTable: { ...table, Properties: { BillingMode: 'PROVISIONED' } } } };
  expect(differences(template, changed)).toEqual([
    { path: 'Resources/WalletTable/Properties/BillingMode', before: 'PAY_PER_REQUEST', after: 'PROVISIONED' },
  ]);
});

test('a removed export and an added resource are differences', () => {
  const exported = { Outputs: { Table: { Value: 'wallet', Export: { Name: 'stateful:Table' } } } };
  expect(differences(exported, { Outputs: { Table: { Value: 'wallet' } } })).toEqual([
    { path: 'Outputs/Table/Export', before: { Name: 'stateful:Table' }, after: undefined },
  ]);
  expect(differences({ Resources: {} }, template)).toEqual([
    { path: 'Resources/WalletTable', before: undefined, after: table },
  ]);
});

test('a list with other elements, another length or another order differs', () => {
  expect(differences({ Roles: ['a'] }, { Roles: ['b'] })).toHaveLength(1);
  expect(differences({ Roles: ['a'] }, { Roles: ['a', 'b'] })).toHaveLength(1);
  expect(differences({ Roles: ['a', 'b'] }, { Roles: ['b', 'a'] })).toHaveLength(2);
  expect(differences({ Roles: ['a'] }, { Roles: { 0: 'a' } })).toHaveLength(1);
});

test('descriptions and the names of assets are not compared', () => {
  const resource = (text: string) => ({
    Description: text,
    AlarmDescription: text,
    Code: { S3Bucket: 'assets', S3Key: `${text}.zip` },
  });
  expect(differences(resource('one'), resource('other'))).toEqual([]);
});
