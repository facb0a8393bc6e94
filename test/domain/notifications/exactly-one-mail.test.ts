import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { DOUBT_MS } from '../../../lambdas/domain/notifications/delivery/claims';
import {
  ATTEMPTS_IN_DOUBT_MAX,
  GIVE_UP_MS,
  OVERDUE_MS,
  SWEEP_MS_MAX,
} from '../../../lambdas/domain/notifications/delivery/mail-delivery';
import type { Mailer } from '../../../lambdas/domain/notifications/mailer';
import type { NewMessage } from '../../../lambdas/domain/notifications/outbox/message';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { keyCreated, newSignIn, welcome } from '../../../lambdas/domain/notifications/outbox/messages';
import { FaultyStore } from '../wallet/faulty-store';
import { MailStage, MINUTE_MS } from './mail-stage';
import { MortalProcess } from './process';

const AT = '2026-11-20T10:00:00.000Z';
/** More than any delivery of one message has. */
const STEPS_MAX = 120;

const mandatory = (personId: string): NewMessage => newSignIn({ personId, signInId: 'token-1', at: AT });
const optional = (personId: string): NewMessage => welcome(personId);

async function staged(of: (personId: string) => NewMessage, detectsRepeats = false) {
  const stage = new MailStage({ detectsRepeats });
  const message = of(await stage.accounts.person());
  await stage.notify(message);
  return { stage, message };
}

/** Runs the sweep of every minute for an hour. */
async function anHour(stage: MailStage): Promise<void> {
  for (let minute = 0; minute < 60; minute += 1) {
    await stage.sweep();
    stage.pass(MINUTE_MS);
  }
}

/** Runs one history for each step at which the first process can die. */
async function everyCrash(
  of: (personId: string) => NewMessage,
  detectsRepeats: boolean,
  check: (history: {
    readonly stage: MailStage;
    readonly process: MortalProcess;
    message: NewMessage;
  }) => Promise<void>,
): Promise<number> {
  for (let diesAt = 0; diesAt < STEPS_MAX; diesAt += 1) {
    const { stage, message } = await staged(of, detectsRepeats);
    const process = new MortalProcess(stage, diesAt);
    await process.deliver(message.messageId);
    await check({ stage, process, message });
    if (!process.isDead) return diesAt;
  }
  throw new Error('STEPS_MAX is too small');
}

describe.each([
  ['a mandatory mail', mandatory],
  ['an optional mail', optional],
])('%s', (_what, of) => {
  test('promise-14 an event is one mail, however often its stream record and the sweep come', async () => {
    const { stage, message } = await staged(of);
    for (let time = 0; time < 3; time += 1) {
      expect(await stage.notify(message)).toBe(false);
      await stage.delivery().deliver(message.messageId);
      await stage.sweep();
    }
    stage.pass(DOUBT_MS);
    await anHour(stage);
    expect([stage.sent.length, await stage.stateOf(message)]).toEqual([1, 'sent']);
  });

  test('fifty concurrent deliveries send one mail, in whatever order their steps come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(7), { minLength: 3, maxLength: 9 }), async (turns) => {
        const { stage, message } = await staged(of);
        const store = new FaultyStore(stage.store);
        store.interleave(turns);
        await Promise.all(Array.from({ length: 50 }, () => stage.delivery({ store }).deliver(message.messageId)));
        await anHour(stage);
        expect([stage.sent.length, await stage.stateOf(message)]).toEqual([1, 'sent']);
      }),
      { numRuns: 20 },
    );
  });

  test('promise-14 a process that dies at any step loses no mail and repeats none if the provider detects repeats', async () => {
    const steps = await everyCrash(of, true, async ({ stage, message }) => {
      await anHour(stage);
      expect([stage.sent.length, await stage.stateOf(message)]).toEqual([1, 'sent']);
    });
    expect(steps).toBeGreaterThan(12);
  });

  test('a process that dies at any step repeats no mail of which the provider reports that it was sent', async () => {
    await everyCrash(of, false, async ({ stage, process, message }) => {
      const [mail] = stage.sent;
      if (mail) await stage.report({ outcome: 'sent', messageId: mail.messageId, addressHash: mail.addressHash });
      await anHour(stage);
      const isDropped = of === optional && process.isDead && process.claimedAt !== undefined && mail === undefined;
      expect([stage.sent.length, await stage.stateOf(message)]).toEqual(isDropped ? [0, 'in_doubt'] : [1, 'sent']);
    });
  });

  test('a store that conflicts, fails or loses replies causes neither a second mail nor a lost one', async () => {
    for (const fault of ['conflict', 'unreachable', 'lost reply'] as const) {
      for (let before = 0; before < 4; before += 1) {
        const { stage, message } = await staged(of);
        const store = new FaultyStore(stage.store);
        store.plan(...Array.from({ length: before }, () => 'none' as const), fault);
        await stage.delivery({ store }).sweep();
        await anHour(stage);
        expect([fault, before, stage.sent.length, await stage.stateOf(message)]).toEqual([fault, before, 1, 'sent']);
      }
    }
  });
});

test('a process that dies while it makes one message for each of several people sends each of them one mail', async () => {
  for (let diesAt = 0; diesAt < STEPS_MAX; diesAt += 1) {
    const stage = new MailStage({ detectsRepeats: true });
    const { accountId } = await stage.accounts.account();
    for (let admin = 0; admin < 3; admin += 1) await stage.accounts.join(accountId, DEPLOYMENT, 'admin');
    const message = keyCreated({ accountId, keyId: '01JD0000000000000000000001', at: AT });
    await stage.notify(message);
    const process = new MortalProcess(stage, diesAt);
    await process.deliver(message.messageId);
    await anHour(stage);
    expect([diesAt, stage.sent.length, new Set(stage.sent.map(({ messageId }) => messageId)).size]).toEqual([
      diesAt,
      4,
      4,
    ]);
    if (!process.isDead) return;
  }
  throw new Error('STEPS_MAX is too small');
});

test('a mandatory mail whose process dies between the provider and the store is sent once more, and no mail besides', async () => {
  let repeated = 0;
  await everyCrash(mandatory, false, async ({ stage, process }) => {
    const isInDoubt = process.isDead && process.sentAt !== undefined && stage.sent.length === 1;
    await anHour(stage);
    const isRepeated = stage.sent.length === 2;
    if (isRepeated) repeated += 1;
    expect(isRepeated ? isInDoubt : stage.sent.length === 1).toBe(true);
  });
  // The steps after the provider has the mail and before the store knows: its answer, and the transaction that ends it.
  expect(repeated).toBe(2);
});

test('a mandatory mail in doubt is sent again after a quarter of an hour, and at most three times', async () => {
  const { stage, message } = await staged(mandatory);
  stage.answers.push('fail', 'fail', 'fail', 'fail');
  await stage.sweep();
  expect(stage.answers).toHaveLength(3);
  stage.pass(DOUBT_MS - 1);
  await stage.sweep();
  expect(stage.answers).toHaveLength(3);
  await anHour(stage);
  expect([stage.answers.length, await stage.stateOf(message)]).toEqual([4 - ATTEMPTS_IN_DOUBT_MAX, 'in_doubt']);
});

test('a mandatory mail that was lost on the way to the provider arrives', async () => {
  const { stage, message } = await staged(mandatory);
  stage.answers.push('fail');
  await anHour(stage);
  expect([stage.sent.length, await stage.stateOf(message)]).toEqual([1, 'sent']);
});

test('an optional mail in doubt is not sent again', async () => {
  const { stage, message } = await staged(optional);
  stage.answers.push('lose');
  await anHour(stage);
  expect([stage.sent.length, await stage.stateOf(message)]).toEqual([1, 'in_doubt']);
});

test('a mail whose answer was lost is not sent again once the provider reports that it was sent', async () => {
  const { stage, message } = await staged(mandatory);
  stage.answers.push('lose');
  await stage.sweep();
  expect(await stage.stateOf(message)).toBe('pending');
  const [mail] = stage.sent;
  const report = { outcome: 'sent' as const, messageId: mail!.messageId, addressHash: mail!.addressHash };
  for (let time = 0; time < 2; time += 1) await stage.report(report);
  await anHour(stage);
  expect([stage.sent.length, await stage.stateOf(message)]).toEqual([1, 'sent']);
});

test('a mail that the provider refuses is sent once, as soon as the provider takes it', async () => {
  const { stage, message } = await staged(optional);
  stage.answers.push('refuse', 'refuse', 'refuse');
  await stage.sweep();
  expect([stage.sent.length, stage.answers.length]).toEqual([0, 2]);
  await anHour(stage);
  expect([stage.sent.length, await stage.stateOf(message)]).toEqual([1, 'sent']);
});

test('a mail that cannot be sent for six days is given up with an error, and an hour late it is overdue', async () => {
  const { stage, message } = await staged(mandatory);
  stage.answers.push(...Array.from({ length: 1_000 }, () => 'refuse' as const));
  await stage.sweep();
  stage.pass(OVERDUE_MS - 1);
  expect(await stage.sweep()).toEqual({ overdue: 0, failed: 0 });
  stage.pass(1);
  expect(await stage.sweep()).toEqual({ overdue: 1, failed: 0 });
  stage.pass(GIVE_UP_MS);
  await stage.sweep();
  expect([stage.sent.length, await stage.stateOf(message)]).toEqual([0, 'given_up']);
  expect(stage.logged.at(-1)).toMatch(/^\["MAIL_GIVEN_UP",\{"count":\d+\}\]$/);
});

test('a sweep ends in time for its function, and the next one goes on', async () => {
  const { stage } = await staged(mandatory);
  for (let more = 0; more < 4; more += 1) await stage.notify(mandatory(await stage.accounts.person()));
  const slow: Mailer['send'] = async (mail) => {
    stage.pass(SWEEP_MS_MAX / 2);
    await stage.mailer(mail);
  };
  const counts: number[] = [];
  for (let sweep = 0; sweep < 3; sweep += 1) {
    await stage.delivery({ send: slow }).sweep();
    counts.push(stage.sent.length);
  }
  expect(counts).toEqual([2, 4, 5]);
});

test('a message that cannot be read fails its delivery and no other', async () => {
  const { stage, message } = await staged(mandatory);
  const unreadable = { ...mandatory(await stage.accounts.person()), messageId: `msg_${'0'.repeat(40)}` };
  await stage.notify(unreadable);
  await stage.breakMessage(unreadable);
  expect(await stage.sweep()).toEqual({ overdue: 0, failed: 1 });
  expect(stage.logged).toContain('["MAIL_NOT_DELIVERED",{"cause":"ZodError"}]');
  expect(await stage.stateOf(message)).toBe('sent');
});

test('a message of a kind that only a later release knows waits for that release', async () => {
  const { stage, message } = await staged(mandatory);
  await stage.breakMessage(message, { kind: 'of_a_later_release' });
  expect(await stage.sweep()).toEqual({ overdue: 0, failed: 0 });
  expect([stage.sent, stage.logged, await stage.stateOf(message)]).toEqual([[], [], 'pending']);
  await stage.breakMessage(message, { kind: message.kind });
  await stage.sweep();
  expect(stage.sent).toHaveLength(1);
});

test('the ID of a message is a hash of its event', () => {
  const id = createHash('sha256')
    .update(JSON.stringify(['welcome', 'per_1']))
    .digest('hex')
    .slice(0, 40);
  expect(welcome('per_1').messageId).toBe(`msg_${id}`);
});
