import { SUPPORT_TEXT_CHARACTERS_MAX } from '../../lambdas/contracts/http/support';
import { SUPPORT_RETENTION_DAYS } from '../../lambdas/contracts/storage/support';
import { DAY_MS } from '../../lambdas/domain/clock';
import {
  MESSAGES_PER_PERSON_AND_DAY_MAX,
  MESSAGES_PER_THREAD_MAX,
  THREADS_PER_PERSON_AND_DAY_MAX,
} from '../../lambdas/domain/support/thread-writes';
import { ApiStage } from './api-stage';

const OWN = '/v1/me/support-threads';
const NEW = { subject: 'A strange bill', text: 'Why was I charged twice?\n\nThe key is in the office.' };

/** A person who writes, and the operators who answer. */
class Desk {
  readonly stage: ApiStage;
  threadId = '';
  constructor(stage: ApiStage) {
    this.stage = stage;
  }

  static async open(): Promise<Desk> {
    const desk = new Desk(await ApiStage.open());
    const { status, body } = await desk.person('POST', '', NEW);
    expect(status).toBe(201);
    desk.threadId = String(body['threadId']);
    return desk;
  }

  person(method: string, more: string, body?: object, as = 'developer') {
    return this.stage.ask({ method, path: `${OWN}${more}`, as, ...(body && { body }) });
  }

  operator(method: string, more: string, body?: object) {
    const path = `/v1/people/${this.stage.person('developer')}/support-threads/${this.threadId}${more}`;
    return this.stage.ask({ method, path, as: 'operator', ...(body && { body }) });
  }

  async listed(state: string): Promise<unknown> {
    const { body } = await this.stage.ask({
      method: 'GET',
      path: '/v1/support-threads',
      query: `state=${state}`,
      as: 'operator',
    });
    return (body['items'] as readonly { readonly threadId: string }[]).map(({ threadId }) => threadId);
  }
}

test('promise-26 a person writes, an operator answers, and a mail says that there is an answer without the answer', async () => {
  const desk = await Desk.open();
  const { stage, threadId } = desk;
  expect(await desk.listed('open')).toEqual([threadId]);
  stage.now += 1_000;
  expect(
    (await desk.operator('POST', '/messages', { text: 'The second one was a pre-authorisation.' })).body,
  ).toMatchObject({
    writtenBy: 'operator',
    state: 'open',
  });
  stage.now += 1_000;
  await desk.person('POST', `/${threadId}/messages`, { text: 'I see.' });
  const { body } = await desk.person('GET', `/${threadId}/messages`);
  expect((body['items'] as readonly { by: string; text: string }[]).map(({ by, text }) => [by, text])).toEqual([
    ['person', NEW.text],
    ['operator', 'The second one was a pre-authorisation.'],
    ['person', 'I see.'],
  ]);
  const mails = await stage.deliver();
  expect(mails.map(({ subject }) => subject)).toEqual(['We have answered you']);
  const mail = JSON.stringify(mails);
  expect(mail).toContain(threadId);
  for (const text of [NEW.subject, 'charged twice', 'pre-authorisation']) expect(mail).not.toContain(text);
});

test('promise-26 a thread is closed by either side and reopened, and what the person writes opens it again', async () => {
  const desk = await Desk.open();
  const { threadId } = desk;
  const state = async () => (await desk.person('GET', `/${threadId}`)).body['state'];
  expect((await desk.operator('POST', '/close')).status).toBe(204);
  expect([await state(), await desk.listed('open'), await desk.listed('closed')]).toEqual(['closed', [], [threadId]]);
  expect(await desk.operator('POST', '/messages', { text: 'One more thing.' })).toMatchObject({
    status: 409,
    body: { code: 'support_thread_closed' },
  });
  expect((await desk.operator('POST', '/reopen')).status).toBe(204);
  expect((await desk.person('POST', `/${threadId}/close`)).status).toBe(204);
  expect((await desk.person('POST', `/${threadId}/close`)).status).toBe(204);
  expect((await desk.person('POST', `/${threadId}/reopen`)).status).toBe(204);
  await desk.person('POST', `/${threadId}/close`);
  await desk.person('POST', `/${threadId}/messages`, { text: 'It happened again.' });
  expect([await state(), await desk.listed('open'), await desk.listed('closed')]).toEqual(['open', [threadId], []]);
});

test('promise-26 a person answers the survey about a closed thread, operators see it, and a later answer replaces it', async () => {
  const desk = await Desk.open();
  const { threadId } = desk;
  const survey = `/${threadId}/survey`;
  expect(await desk.person('PUT', survey, { score: 5 })).toMatchObject({
    status: 409,
    body: { code: 'support_thread_open' },
  });
  await desk.person('POST', `/${threadId}/close`);
  for (const score of [0, 6, 2.5, '5'])
    expect((await desk.person('PUT', survey, { score })).body).toMatchObject({ code: 'invalid_request' });
  await desk.person('PUT', survey, { score: 2, comment: 'Slow.' });
  expect((await desk.operator('GET', '')).body['survey']).toMatchObject({ score: 2, comment: 'Slow.' });
  await desk.person('PUT', survey, { score: 4 });
  expect((await desk.operator('GET', '')).body['survey']).toEqual({
    score: 4,
    answeredAt: new Date(desk.stage.now).toISOString(),
  });
});

test('promise-26 the audit log has who did what in a thread, and nothing that anybody wrote', async () => {
  const desk = await Desk.open();
  const { threadId, stage } = desk;
  await desk.operator('POST', '/messages', { text: 'A secret answer.' });
  await desk.person('POST', `/${threadId}/close`);
  await desk.person('PUT', `/${threadId}/survey`, { score: 1, comment: 'A secret comment.' });
  const { items } = await stage.parts.audit.page('deployment', { limit: 4 });
  expect(items.map(({ action, actor, target }) => [action, actor, target])).toEqual([
    ['support.rate', stage.person('developer'), threadId],
    ['support.finish', stage.person('developer'), threadId],
    ['support.answer', `operator:${stage.person('operator')}`, threadId],
    ['support.open', stage.person('developer'), threadId],
  ]);
  expect(JSON.stringify(items)).not.toMatch(/secret|strange|charged/);
  expect(stage.logged.join()).not.toMatch(/secret|strange|charged/);
});

test('promise-26 a thread of another person does not exist', async () => {
  const desk = await Desk.open();
  for (const [method, more, body] of [
    ['GET', '', undefined],
    ['GET', '/messages', undefined],
    ['POST', '/messages', { text: 'Mine?' }],
    ['POST', '/close', undefined],
    ['PUT', '/survey', { score: 5 }],
  ] as const)
    expect(await desk.person(method, `/${desk.threadId}${more}`, body, 'stranger')).toMatchObject({
      status: 404,
      body: { code: 'support_thread_not_found' },
    });
});

test('promise-26 messages that are too long, empty, not plain or have a card number are refused', async () => {
  const desk = await Desk.open();
  const long = 'x'.repeat(SUPPORT_TEXT_CHARACTERS_MAX + 1);
  for (const text of [long, '', ' \n ', 'a\u202Eb', 'a\u0000b', '4242 4242 4242 4242'])
    expect([text.slice(0, 20), (await desk.person('POST', `/${desk.threadId}/messages`, { text })).status]).toEqual([
      text.slice(0, 20),
      400,
    ]);
  expect((await desk.person('POST', `/${desk.threadId}/messages`, { text: long.slice(1) })).status).toBe(201);
});

test('promise-26 a person opens few threads and writes few messages in a day, and a thread has at most so many messages', async () => {
  const desk = await Desk.open();
  const { stage, threadId } = desk;
  for (let threads = 1; threads < THREADS_PER_PERSON_AND_DAY_MAX; threads += 1) await desk.person('POST', '', NEW);
  expect(await desk.person('POST', '', NEW)).toMatchObject({ status: 429, body: { code: 'too_many_support_threads' } });
  const write = () => desk.person('POST', `/${threadId}/messages`, { text: 'More.' });
  let messages = 1;
  for (let day = 0; messages < MESSAGES_PER_THREAD_MAX; day += 1) {
    let status = 201;
    for (let written = 0; status === 201 && messages < MESSAGES_PER_THREAD_MAX; written += 1) {
      expect(written).toBeLessThanOrEqual(MESSAGES_PER_PERSON_AND_DAY_MAX);
      ({ status } = await write());
      if (status === 201) messages += 1;
      else expect(status).toBe(429);
    }
    stage.now += DAY_MS;
  }
  expect(await write()).toMatchObject({ status: 409, body: { code: 'support_thread_full' } });
});

test('promise-26 a message is gone a year after it was written, and a thread a year after its last message', async () => {
  const desk = await Desk.open();
  const { stage, threadId } = desk;
  stage.now += (SUPPORT_RETENTION_DAYS - 1) * DAY_MS;
  await desk.person('POST', `/${threadId}/messages`, { text: 'Still there?' });
  stage.now += DAY_MS;
  const { body } = await desk.person('GET', `/${threadId}/messages`);
  expect((body['items'] as readonly { text: string }[]).map(({ text }) => text)).toEqual(['Still there?']);
  stage.now += (SUPPORT_RETENTION_DAYS - 1) * DAY_MS;
  expect((await desk.person('GET', `/${threadId}`)).status).toBe(404);
  expect(await desk.listed('open')).toEqual([]);
});
