import { ROUTES } from '../../lambdas/handlers/control-plane/api/routes/routes';
import { EXAMPLES } from './api-examples';
import { ApiStage } from './api-stage';

const CARD = '4242424242424242';
const SPACED = '4242 4242 4242 4242';

type Members = Readonly<Record<string, unknown>>;

/** The body with the card number in place of each of its texts, one at a time, and in members that no route knows. */
function bodiesWithCard(body: Members): readonly Members[] {
  const instead = Object.entries(body).flatMap(([name, value]) => {
    if (typeof value === 'string') return [CARD, `${value} ${SPACED}`].map((text) => ({ ...body, [name]: text }));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    return bodiesWithCard(value as Members).map((within) => ({ ...body, [name]: within }));
  });
  const unknown = ['note', 'metadata', 'card', 'number', CARD].map((name) => ({ ...body, [name]: CARD }));
  return [...instead, ...unknown, { ...body, metadata: { note: [SPACED] } }, { ...body, card: Number(CARD) }];
}

const standings = ['owner', 'operator'] as const;

test.each(ROUTES.filter(({ body }) => body !== undefined).map((route) => [route.id, route] as const))(
  'promise-18 a card number in any member of %s is refused, and is neither stored, logged nor repeated',
  async (id, { method }) => {
    const stage = await ApiStage.open();
    const { path, body, headers } = await EXAMPLES[id]!(stage, stage.accountId);
    const before = stage.written.length;
    for (const wrong of bodiesWithCard((body ?? {}) as Members)) {
      for (const as of standings) {
        const answer = await stage.ask({ method: method.toUpperCase(), path, body: wrong, as, headers });
        expect([400, 403, 404]).toContain(answer.status);
        expect(answer.text).not.toContain(CARD);
      }
    }
    expect(stage.written.slice(before).join('\n') + stage.logged.join('\n')).not.toMatch(/4242.?4242/);
  },
);

test.each(ROUTES.map((route) => [route.id, route] as const))(
  'promise-18 a card number in the headers, the address and the query of %s is neither stored nor logged',
  async (id, { method }) => {
    const stage = await ApiStage.open();
    const { path, body, headers } = await EXAMPLES[id]!(stage, stage.accountId);
    const texts = { 'user-agent': CARD, cookie: CARD, 'x-request-id': CARD, 'x-note': SPACED, referer: CARD };
    const sent = { method: method.toUpperCase(), body, as: 'owner', headers: { ...headers, ...texts } };
    await stage.ask({ ...sent, path: `${path}/${CARD}` });
    await stage.ask({ ...sent, path, query: `note=${CARD}` });
    await stage.ask({ ...sent, path: path.replace(stage.accountId, CARD) });
    await stage.ask({ ...sent, path, headers: { ...sent.headers, 'idempotency-key': CARD } });
    expect(stage.written.join('\n') + stage.logged.join('\n')).not.toMatch(/4242.?4242/);
  },
);

test('a refusal of a card number says where it is', async () => {
  const stage = await ApiStage.open();
  const body = { label: 'ci', rules: { labels: { team: SPACED } } };
  const path = `/v1/accounts/${stage.accountId}/keys`;
  expect(await stage.ask({ method: 'POST', path, body, as: 'owner' })).toMatchObject({
    status: 400,
    body: {
      code: 'invalid_request',
      errors: [{ pointer: '/rules/labels/team', detail: 'must not contain a card number' }],
    },
  });
});
