import { KeySigner } from '../../../lambdas/adapters/receipts/key-signer';
import { completeReceipts } from '../../../lambdas/domain/receipts/complete-receipts';
import { readDocuments } from '../../../lambdas/domain/receipts/receipt-document';
import { Sealer } from '../../../lambdas/domain/receipts/sealer';
import { readPublicKeys } from '../../../lambdas/domain/receipts/verify-signature';
import { verifyReceipts } from '../../../lambdas/domain/receipts/verify-receipts';
import { completion, whole } from './fake-providers';
import { chat, GatewayStage } from './gateway-stage';

let stage: GatewayStage;
let path: string;
let requestId: string;
beforeEach(async () => {
  stage = await GatewayStage.open();
  stage.providers.play(whole(completion('hi', { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 })));
  requestId = (await stage.send(chat())).answerHeaders['x-request-id'] ?? '';
  path = `/v1/requests/${requestId}/receipt`;
});

async function seal(): Promise<void> {
  const { engine: store } = stage;
  const [record] = await stage.records();
  await completeReceipts(store, record?.accountId ?? '');
  await new Sealer({ store, clock: Date.now, signer: new KeySigner(KeySigner.generateKey()), retentionDays: 90 }).run();
}

const get = (at = path, headers = {}) => stage.send({ method: 'GET', path: at, headers });

test('a receipt is pending until it is sealed, and the response says when to retry', async () => {
  const { status, json, answerHeaders } = await get();
  expect([status, json, answerHeaders['retry-after']]).toEqual([202, { requestId, status: 'pending' }, '60']);
});

test('a sealed receipt comes with everything that is needed to verify it', async () => {
  await seal();
  const { status, json } = await get();
  expect([status, json]).toMatchObject([200, { receipt: { requestId, costPico: '110', usage: { input: '1' } } }]);
  const keys = (await get('/v1/receipts/keys')).json as { keys: { pem: string }[] };
  const published = readPublicKeys(keys.keys.map(({ pem }) => pem).join(''));
  expect(verifyReceipts(readDocuments(JSON.stringify(json)), published)).toMatchObject({ receipts: 1, faults: [] });
});

test('a receipt that is missing after a day is not found, rather than pending', async () => {
  stage.turnedMs = 24 * 3_600_000 + 60_000;
  const { status, json } = await get();
  expect([status, json]).toMatchObject([404, { error: { code: 'receipt_not_found' } }]);
});

test('another account’s receipt gets the same 404 as an unknown request', async () => {
  await seal();
  const stranger = (await stage.stranger()).key;
  const refused = await get(path, { authorization: `Bearer ${stranger}` });
  const unknown = await get('/v1/requests/req_01ARZ3NDEKTSV4RRFFQ69G5FAV/receipt');
  expect([refused.status, refused.json]).toMatchObject([404, { error: { code: 'request_not_found' } }]);
  expect([unknown.status, unknown.json]).toEqual([404, refused.json]);
});

test.each(['/v1/requests//receipt', '/v1/requests/x/receipt/', '/v1/receipts', '/v1/receipts/keys/', '/v1/receipts/x'])(
  'the path %s does not exist',
  async (at) => {
    const { status, json } = await get(at);
    expect([status, json]).toMatchObject([404, { error: { code: 'not_found' } }]);
  },
);

test('receipts and public keys can only be read, and only with a key', async () => {
  for (const at of [path, '/v1/receipts/keys']) {
    expect((await stage.send({ ...chat(), path: at })).status).toBe(405);
    expect((await get(at, { authorization: undefined })).status).toBe(401);
  }
});
