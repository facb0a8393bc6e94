import { FAILURES_MAX } from '../../lambdas/domain/attempts/failed-attempts';
import { chatBody, post, startLocalRun } from './local-run';

test('a client with a wrong key is told to wait, and one with a valid key at the same address is served', async () => {
  const run = await startLocalRun();
  try {
    expect(await run.openai.models.list()).toMatchObject({ object: 'list' });
    const wrong = { authorization: `Bearer ${run.gateway.account.apiKey.slice(0, -43)}${'A'.repeat(43)}` };
    for (let time = 0; time < FAILURES_MAX; time += 1) {
      expect((await post(run, '/v1/chat/completions', chatBody(), wrong)).status).toBe(401);
    }
    const refused = await post(run, '/v1/chat/completions', chatBody(), wrong);
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([429, { error: { code: 'too_many_attempts' } }]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    const anthropic = await post(run, '/v1/messages', {}, wrong);
    expect([anthropic.status, JSON.parse(anthropic.text)]).toMatchObject([
      429,
      { error: { type: 'rate_limit_error' } },
    ]);
    // The client cannot escape the limit by claiming another address.
    const elsewhere = { ...wrong, 'x-tollgate-client-address': '192.0.2.1', 'x-forwarded-for': '192.0.2.1' };
    expect((await post(run, '/v1/chat/completions', chatBody(), elsewhere)).status).toBe(429);
    expect(await run.openai.models.list()).toMatchObject({ object: 'list' });
    expect(run.log.join('')).not.toContain('127.0.0.1');
  } finally {
    await run.stop();
  }
});
