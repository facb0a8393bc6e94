import aslValidator from 'asl-validator';
import { ERASURE_STEPS, ERASURE_WORKFLOW, type ErasureStep } from '../../lambdas/contracts/workflows/erasure-workflow';
import { autoTopUpKey } from '../../lambdas/contracts/storage/table-keys/funds';
import { ACCOUNTS } from '../../lambdas/contracts/storage/tables';
import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import { eraseItems } from '../../lambdas/domain/privacy/erasure/erase-items';
import { findCertificate } from '../../lambdas/domain/privacy/erasure/find-certificate';
import { findRemains } from '../../lambdas/domain/privacy/erasure/find-remains';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import { payingMember } from '../domain/privacy/erasure/paying-member';
import { ErasureStage } from '../domain/privacy/erasure/erasure-stage';
import { exampleItems } from '../domain/privacy/example-items';
import { DAY_MS, WorkflowStage } from '../domain/privacy/erasure/workflow-stage';
import { ACCOUNT } from '../domain/wallet/wallet-stage';
import { allowedBy } from './allowed-by';
import type { ConfigurationName } from './configurations';
import { CallRecorder } from './call-recorder';
import { at, ofType, synthesize } from './synthesis';

// The emulator and the embedded engine check no policies, so a missing permission would only show in AWS.

const synthesis = synthesize('documented');
const [[, machine] = []] = ofType(synthesis, 'AWS::StepFunctions::StateMachine').filter(([id]) =>
  id.startsWith('Erasures'),
);
const DEFINITION = String(at(machine, 'Properties', 'DefinitionString'));
const STEPS = Object.keys(ERASURE_STEPS) as readonly ErasureStep[];
const policyOf = (step: ErasureStep): string => `Erasures${step[0]!.toUpperCase()}${step.slice(1)}Policy`;

const stages: WorkflowStage[] = [];
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.payments.close();
});

/** Records the calls of each step to tables. */
class StepCalls {
  readonly #calls = new Map<ErasureStep, Set<string>>();

  /** The store of the steps of a stage. */
  on(stage: WorkflowStage): TableStore {
    const recorded = <T>(call: (store: TableStore) => Promise<T>): Promise<T> => {
      const recorder = new CallRecorder(stage.store);
      const result = call(recorder);
      for (const each of recorder.take()) this.note(stage.ran.at(-1)!, each);
      return result;
    };
    return {
      get: (get) => recorded((store) => store.get(get)),
      query: (query) => recorded((store) => store.query(query)),
      write: (write) => recorded((store) => store.write(write)),
      transact: (writes, token) => recorded((store) => store.transact(writes, token)),
    };
  }

  note(step: ErasureStep, ...calls: readonly string[]): void {
    this.#calls.set(step, new Set([...(this.#calls.get(step) ?? []), ...calls]));
  }

  of(step: ErasureStep): readonly string[] {
    return [...(this.#calls.get(step) ?? [])].sort();
  }
}

/** An account that has what a step could have to do with, and is erased with a refund that the processor refuses first. */
async function eraseAccount(calls: StepCalls): Promise<void> {
  const stage = await WorkflowStage.open();
  stages.push(stage);
  await stage.payments.buy(1_000n);
  await stage.payments.receive();
  await stage.payments.automate();
  await stage.payments.wallet.funds.setLine({ accountId: ACCOUNT, changeId: 'line_a', linePico: 1_000n });
  const { webhook, export: exported } = exampleItems({ accountId: ACCOUNT, personId: stage.ownerId }, 'x');
  const { disabledReason: _reason, disabledAt: _at, ...enabled } = webhook!;
  await stage.store.write({ table: ACCOUNTS, put: { ...enabled, state: 'enabled' } });
  await stage.store.write({ table: ACCOUNTS, put: exported! });
  const input = await stage.request();
  const store = calls.on(stage);
  const accept = stage.refuseRefunds();
  expect(await stage.drive({ store, until: stage.clock() + 8 * DAY_MS })).toBe(false);
  accept();
  await stage.erasures.resolve({ ...input, actor: DEPLOYMENT, decision: 'retry' });
  expect(await stage.drive({ store })).toBe(true);
}

/** A member of an account, whose erasure a legal hold pauses. */
async function erasePerson(calls: StepCalls): Promise<void> {
  const stage = await WorkflowStage.open();
  stages.push(stage);
  const personId = await stage.join('member');
  const { export: exported } = exampleItems({ accountId: ACCOUNT, personId }, 'x');
  await stage.store.write({ table: ACCOUNTS, put: { ...exported!, pk: personId } });
  await payingMember(stage, personId);
  await stage.request(personId);
  expect(await stage.drive({ store: calls.on(stage) })).toBe(true);
}

/** An account that is being charged stays on the list of such accounts while it is frozen. */
async function freezeCharged(calls: StepCalls): Promise<void> {
  const stage = await WorkflowStage.open({ graceDays: 0 });
  stages.push(stage);
  await stage.payments.automate();
  const change = { set: { isCharging: true } };
  await stage.store.write({ table: ACCOUNTS, update: autoTopUpKey(ACCOUNT), change });
  await stage.request();
  expect(await stage.drive({ store: calls.on(stage), until: stage.clock() })).toBe(false);
}

/** Erases an account and a person that have every kind of item. */
async function eraseEverything(calls: StepCalls): Promise<void> {
  const stage = await ErasureStage.open();
  const store = new CallRecorder(stage.store);
  for (const subject of [stage.account, stage.person]) {
    await findRemains({ store }, subject, undefined);
    calls.note('verify', ...store.take());
    await eraseItems({ store }, subject, undefined);
    calls.note('erase', ...store.take());
  }
}

/** Only a commit whose reply was lost is looked up. */
const CONFIRMING: { readonly [step in ErasureStep]?: readonly string[] } = {
  gate: ['audit GetItem acc_*', 'audit GetItem deployment'],
  balance: ['audit GetItem acc_*'],
  certify: ['audit GetItem deployment'],
};

test('each step of an erasure has exactly the table permissions that it uses', async () => {
  const calls = new StepCalls();
  await eraseAccount(calls);
  await freezeCharged(calls);
  await erasePerson(calls);
  await eraseEverything(calls);
  for (const step of STEPS) calls.note(step, ...(CONFIRMING[step] ?? []));
  const allowed = Object.fromEntries(STEPS.map((step) => [step, allowedBy(policyOf(step))]));
  expect(allowed).toEqual(Object.fromEntries(STEPS.map((step) => [step, calls.of(step)])));
});

test('the synthesized state machine of erasures is the workflow that runs locally, and is valid', () => {
  expect(JSON.parse(DEFINITION)).toEqual(JSON.parse(JSON.stringify(ERASURE_WORKFLOW)));
  const names = Object.values(ERASURE_STEPS);
  expect(Object.keys(at(machine, 'Properties', 'DefinitionSubstitutions') as object).sort()).toEqual([...names].sort());
  const arn = (name: string): string => `arn:aws:lambda:us-east-1:111122223333:function:${name}`;
  const definition = names.reduce((replaced, name) => replaced.replaceAll(`\${${name}}`, arn(name)), DEFINITION);
  expect(aslValidator(JSON.parse(definition) as never)).toMatchObject({ isValid: true, errors: [] });
});

/** The actions of a step besides those on tables and logs. */
const otherActions = (step: ErasureStep, configuration: ConfigurationName): readonly string[] => {
  const policies = ofType(synthesize(configuration), 'AWS::IAM::ManagedPolicy').filter(([id]) =>
    id.startsWith(policyOf(step)),
  );
  const statements = policies.flatMap(
    ([, policy]) =>
      at(policy, 'Properties', 'PolicyDocument', 'Statement') as readonly {
        readonly Action: string | readonly string[];
        readonly Condition?: unknown;
      }[],
  );
  const ofTables = /"kms:ViaService":"?[^}]*dynamodb/;
  return statements
    .filter(({ Condition }) => !ofTables.test(JSON.stringify(Condition ?? {})))
    .flatMap(({ Action }) => [Action].flat())
    .filter((action) => !/^(dynamodb|logs):/.test(action))
    .sort();
};

test('each step of an erasure may use Cognito, Stripe’s keys, the bucket of exports and the signing key only if it needs them', () => {
  const actions = Object.fromEntries(STEPS.map((step) => [step, otherActions(step, 'documented')]));
  const secret = ['kms:Decrypt', 'secretsmanager:GetSecretValue'];
  expect(actions).toEqual({
    gate: [],
    freeze: ['cognito-idp:AdminUserGlobalSignOut', 'cognito-idp:ListUsers', ...secret],
    settle: [],
    balance: secret,
    tell: [],
    processor: secret,
    pool: ['cognito-idp:AdminDeleteUser', 'cognito-idp:ListUsers'],
    files: ['s3:DeleteObjectVersion', 's3:ListBucketVersions'],
    erase: [],
    verify: ['cognito-idp:ListUsers', 's3:ListBucketVersions'],
    certify: ['kms:GetPublicKey', 'kms:Sign'],
  });
});

test('no step of an erasure of a deployment without payments may read Stripe’s keys or refund anything', () => {
  for (const step of ['balance', 'processor'] as const) expect(otherActions(step, 'identity')).toEqual([]);
  const refunding = allowedBy(policyOf('balance'), 'identity').filter((line) =>
    /payment#|(Put|Update).* pending/.test(line),
  );
  expect(refunding).toEqual([]);
});

test('every role of an erasure that may delete from a table is known', () => {
  const deleting = STEPS.filter((step) => allowedBy(policyOf(step)).some((line) => line.includes('DeleteItem')));
  expect(deleting).toEqual(['freeze', 'balance', 'files', 'erase', 'certify']);
  const erased = allowedBy(policyOf('erase')).filter((line) => line.includes('DeleteItem'));
  expect(new Set(erased.map((line) => line.split(' ')[0]))).toEqual(
    new Set(['accounts', 'keys', 'outbox', 'rollups', 'usage']),
  );
});

test('the API starts erasures, and its role may do nothing else to state machines', () => {
  const starts = ofType(synthesis, 'AWS::IAM::ManagedPolicy').flatMap(([id, policy]) =>
    (JSON.stringify(policy).match(/"states:[^"]+"/g) ?? []).map((action) => [id.replace(/[0-9A-F]{8}$/, ''), action]),
  );
  expect(starts).toEqual([['ControlPlaneManagementPrivacyPolicy', '"states:StartExecution"']]);
});

test('promise-09 the synthesized definition leads from the request to the certificate, through every step', async () => {
  const stage = await WorkflowStage.open();
  stages.push(stage);
  await stage.payments.buy(1_000n);
  await stage.payments.receive();
  const { erasureId } = await stage.request();
  const definition = JSON.parse(DEFINITION) as typeof ERASURE_WORKFLOW;
  expect(await stage.drive({ definition })).toBe(true);
  expect([...new Set(stage.ran)]).toEqual(STEPS);
  expect((await findCertificate(stage.store, erasureId)).certificate).toMatchObject({ balanceOutcome: 'refunded' });
});
