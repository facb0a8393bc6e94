import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import { DOUBT_MS } from '../../lambdas/domain/notifications/delivery/claims';
import { keyCreated, newSignIn, welcome } from '../../lambdas/domain/notifications/outbox/messages';
import { MailStage } from '../domain/notifications/mail-stage';
import { describeDurableEngines } from './table-store-engines';

/** Runs the transactions of the outbox on each real engine; their rules are tested in test/domain/notifications. */
describeDurableEngines('the outbox on', (engine) => {
  let stage: MailStage;
  let stop: () => Promise<void>;
  beforeEach(async () => {
    const started = await engine.start(() => stage.now);
    stop = started.stop;
    stage = new MailStage({ on: started.store });
    stage.accounts.now = Date.now();
  });
  afterEach(() => stop());

  test('a message to several people is one mail for each, whichever of ten deliveries is first', async () => {
    const { accountId } = await stage.accounts.account();
    await stage.accounts.join(accountId, DEPLOYMENT, 'admin');
    const message = keyCreated({ accountId, keyId: '01JD0000000000000000000001', at: '2026-11-20T10:00:00.000Z' });
    expect([await stage.notify(message), await stage.notify(message)]).toEqual([true, false]);
    for (let round = 0; round < 2; round += 1)
      await Promise.all(Array.from({ length: 10 }, () => stage.delivery().sweep()));
    expect([stage.sent.length, await stage.stateOf(message)]).toEqual([2, 'expanded']);
  });

  test('a mail in doubt is sent again after its claim, refused mails wait, and reports end and suppress', async () => {
    const personId = await stage.accounts.person();
    const unanswered = newSignIn({ personId, signInId: 'one', at: '2026-11-20T10:00:00.000Z' });
    await stage.notify(unanswered);
    stage.answers.push('fail', 'refuse');
    await stage.sweep();
    stage.pass(DOUBT_MS);
    await stage.sweep();
    expect([stage.sent.length, stage.answers.length]).toEqual([0, 0]);
    stage.pass(DOUBT_MS);
    await stage.sweep();
    expect([stage.sent.length, await stage.stateOf(unanswered)]).toEqual([1, 'sent']);
    const { messageId, addressHash } = stage.sent[0]!;
    for (const outcome of ['bounced', 'complained'] as const) await stage.report({ outcome, messageId, addressHash });
    const suppressed = welcome(personId);
    await stage.notify(suppressed);
    await stage.sweep();
    expect([stage.sent.length, await stage.stateOf(suppressed)]).toEqual([1, 'suppressed']);
  });
});
