import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckout } from '../../dev/tools/templates/checkout';
import { blockedExports, type References, referencesOf } from '../../dev/tools/templates/references';
import { readStacks } from '../../dev/tools/templates/synthesized-stacks';
import { systemClock as clock } from '../../lambdas/domain/clock';
import { verifyLedger } from '../../lambdas/domain/wallet/verify/verify-ledger';
import { Cdk, readOutputs } from './cdk';
import { Deployment, type TestAccount, USAGE_DAYS } from './deployment';
import { RELEASED, releasedObstacle } from './released';
import { ANSWER, CHAT, COST_PICO, initialise, openaiOf, type Stage } from './stage';

const NAME = { stage: 'released' };

/** Tests the way from the previous release to this one and back, on a deployment of its own. */
export function testReleases(stage: () => Stage): void {
  if (releasedObstacle() !== undefined) return;

  describe('the previous release', () => {
    let scratch: string;
    let previous: Cdk;
    let live: Stage;
    let requests = 0;

    beforeAll(async () => {
      scratch = mkdtempSync(join(tmpdir(), 'tollgate-released-'));
      previous = new Cdk(stage().emulator, { folder: openCheckout(RELEASED, scratch), name: 'cdk.out-released' });
      await deploy(previous);
      const deployment = new Deployment(stage().emulator.endpoint, readOutputs());
      const account = (await initialise(stage().emulator, NAME)) as TestAccount;
      live = { ...stage(), deployment, account, originSecret: await deployment.originSecret() };
    });

    afterAll(() => {
      live.deployment.close();
      rmSync(scratch, { recursive: true });
    });

    const deploy = (cdk: Cdk, change: object = {}): Promise<string> =>
      cdk.deploy({ providers: stage().config.providers, ...NAME, ...change });

    const references = ({ assembly }: Cdk): References => referencesOf(readStacks(assembly));

    /** Expects that the deployment serves and charges, and that its stores and its ledger are whole. */
    async function expectService(identities: unknown): Promise<void> {
      let text = '';
      for await (const { choices } of await openaiOf(live).chat.completions.create(CHAT))
        text += choices[0]?.delta.content ?? '';
      requests += 1;
      expect(text).toBe(ANSWER.join(''));
      const { deployment, account } = live;
      const { wallet, store, accounts } = deployment;
      expect(await wallet.balance(account.accountId)).toMatchObject({ spentPico: COST_PICO * BigInt(requests) });
      expect(await deployment.storeIdentities()).toEqual(identities);
      const usageWindow = { clock, usageRetentionDays: USAGE_DAYS };
      const report = await verifyLedger({ store, everyAccount: accounts.list(), usageWindow });
      expect(report).toMatchObject({ differences: [], unstable: [] });
    }

    test('a deployment of the previous release can be upgraded, reconfigured and downgraded, and loses nothing', async () => {
      const identities = await live.deployment.storeIdentities();
      await expectService(identities);

      const { cdk } = stage();
      await deploy(cdk);
      expect(blockedExports(references(previous), references(cdk))).toEqual([]);
      await expectService(identities);

      const released = references(cdk);
      await deploy(cdk, { audit: { archiveDays: 1 }, identity: { operatorMfa: 'optional' } });
      const changed = references(cdk);
      expect(blockedExports(released, changed)).toEqual([]);
      expect(readOutputs()['AuditArchiveBucket']).toEqual(expect.any(String));
      await deploy(cdk);
      expect(blockedExports(changed, references(cdk))).toEqual([]);
      await expectService(identities);

      await deploy(previous);
      expect(blockedExports(references(cdk), references(previous))).toEqual([]);
      await expectService(identities);
    });
  });
}
