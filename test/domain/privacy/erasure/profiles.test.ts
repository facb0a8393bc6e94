import { POLICY_PROFILES, type PolicyProfile, type PromisedSettings } from '../../../../lib/policy-profiles';
import { DEPLOYMENT as COMMAND } from '../../../../lambdas/domain/access/actor';
import { verifyLedger } from '../../../../lambdas/domain/wallet/verify/verify-ledger';
import { ACCOUNT } from '../../wallet/wallet-stage';
import { DAY_MS, WorkflowStage } from './workflow-stage';

const LEFT_OF_ACCOUNT = ['accounts ACCOUNT audit-head', 'accounts accounts#NN ACCOUNT'];

test.each(Object.keys(POLICY_PROFILES) as PolicyProfile[])(
  'promise-09 under the policy profile %s, no identifier of an erased account and its people is left on day 30',
  async (profile) => {
    const { erasure }: PromisedSettings = POLICY_PROFILES[profile];
    const stage = await WorkflowStage.open({ policy: erasure.balance, graceDays: erasure.graceDays });
    try {
      const began = stage.clock();
      await stage.payments.buy(1_000n);
      await stage.payments.receive();
      await stage.payments.spend(10n ** 12n);
      const member = await stage.join('member');
      await stage.payments.wallet.accounts.rename({ accountId: ACCOUNT, actor: COMMAND, name: 'Ada and sons' });
      for (const ownerId of [ACCOUNT, member, stage.ownerId]) {
        const input = await stage.request(ownerId);
        // An erasure that is blocked waits for an operator, who decides on the next day.
        if (!(await stage.drive({ until: stage.clock() + (erasure.graceDays + 1) * DAY_MS }))) {
          await stage.erasures.resolve({ ...input, actor: COMMAND, decision: 'refund' });
          expect(await stage.drive()).toBe(true);
        }
      }
      expect(stage.clock()).toBeLessThan(began + 30 * DAY_MS);
      stage.payments.wallet.now = began + 30 * DAY_MS;
      const left = async (...texts: readonly string[]): Promise<readonly string[]> =>
        [...(await stage.whole.everything())]
          .filter(([name, item]) => texts.some((text) => `${name} ${textOf(item)}`.includes(text)))
          .map(([name]) => name.replaceAll(ACCOUNT, 'ACCOUNT').replace(/#\d\d /, '#NN '));
      expect(await left('Ada and sons', 'example.test', 'subject-', 'hash-of-')).toEqual([]);
      expect(stage.users.addresses.size).toBe(0);
      const elsewhere = (names: readonly string[]) => names.filter((name) => !/^(audit|wallet) /.test(name));
      expect(elsewhere(await left(member, stage.ownerId))).toEqual([]);
      expect(elsewhere(await left(ACCOUNT))).toEqual(LEFT_OF_ACCOUNT);
      const { differences } = await verifyLedger({ store: stage.store, accounts: [ACCOUNT] });
      expect(differences).toEqual([]);
    } finally {
      await stage.payments.close();
    }
  },
);

const textOf = (item: unknown): string =>
  JSON.stringify(item, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
