import { apiKeyKey, keyListingKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import { KEYS } from '../../../lambdas/contracts/storage/tables';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { ownerOf } from '../../../lambdas/domain/keys/payers/payer';
import { VERIFIED_MS } from '../../../lambdas/domain/keys/verified-keys';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { Keys } from '../../../lambdas/domain/keys/keys';
import { byKey } from '../../../lambdas/domain/data-plane/identify-caller';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { People } from '../../../lambdas/domain/people/people';
import { Restrictions } from '../../../lambdas/domain/privacy/restriction/restrictions';
import { completion, whole } from './fake-providers';
import { chat, GatewayStage, messages, USAGE } from './gateway-stage';

/** A stage whose key cache follows a clock that the test turns. */
class RestrictionStage {
  readonly base: GatewayStage;
  turnedMs = 0;
  readonly clock = (): number => Date.now() + this.turnedMs;
  readonly keys: Keys;
  readonly gateway: Gateway;
  readonly restrictions: Restrictions;

  constructor(base: GatewayStage) {
    this.base = base;
    const { engine: store } = base;
    const { clock } = this;
    this.keys = new Keys({ store, pepper: 'sixteen bytes or more', clock });
    this.gateway = new Gateway({ ...base.dependencies, identify: byKey(this.keys) });
    this.restrictions = new Restrictions({ store, clock, audit: new AuditLog({ store, clock }) });
  }

  async send(sent: Parameters<GatewayStage['client']>[0]) {
    const client = this.base.client(sent);
    await this.gateway.handle(client);
    return client;
  }
}

const CALLS = [
  chat(),
  { method: 'GET', path: '/v1/models' },
  { path: '/v1/messages/count_tokens', body: { model: 'claude', messages: [{ role: 'user', content: 'hi' }] } },
  { path: '/v1/requests/req_1/cancel' },
  { method: 'GET', path: '/v1/nothing' },
];

test('promise-12 every route answers 403 to a restricted account in the dialect of its client, and no provider is asked', async () => {
  const stage = new RestrictionStage(await GatewayStage.open());
  await stage.restrictions.set({ ownerId: stage.base.accountId, actor: DEPLOYMENT });
  for (const sent of CALLS) {
    const { status, json, bodyReads } = await stage.send(sent);
    const { message } = (json as { readonly error: { readonly message: string } }).error;
    expect([sent.path, status, bodyReads]).toEqual([sent.path, 403, 0]);
    expect(message).toContain('DELETE /api/v1/accounts/{accountId}/restriction');
  }
  expect((await stage.send(chat())).json).toMatchObject({ error: { code: 'processing_restricted' } });
  expect((await stage.send(messages())).json).toMatchObject({ type: 'error', error: { type: 'permission_error' } });
  expect(stage.base.providers.calls).toHaveLength(0);
  expect(await stage.base.records()).toEqual([]);
});

test('promise-12 a restriction and its end are in force within the time for which keys are cached', async () => {
  const stage = new RestrictionStage(await GatewayStage.open());
  const ownerId = stage.base.accountId;
  const status = async (): Promise<number> => {
    stage.base.providers.play(whole(completion('hi', USAGE)));
    return (await stage.send(chat())).status;
  };
  expect(await status()).toBe(200);
  await stage.restrictions.set({ ownerId, actor: DEPLOYMENT });
  stage.turnedMs += VERIFIED_MS;
  expect(await status()).toBe(403);
  await stage.restrictions.lift({ ownerId, actor: DEPLOYMENT });
  stage.turnedMs += VERIFIED_MS;
  expect(await status()).toBe(200);
});

test('promise-12 a restricted person’s keys get 403, those of earlier releases too, and others of the account work', async () => {
  const base = await GatewayStage.open();
  const stage = new RestrictionStage(base);
  const { engine: store } = base;
  const { clock } = stage;
  const people = new People({ store, clock });
  const { personId } = await people.ofSubject('subject-1');
  await people.attestAdult(personId);
  const accountId = await new Accounts({ store, clock }).create({ ownerId: personId });
  expect(await ownerOf(store, accountId)).toBe(personId);
  const own = await stage.keys.create({ accountId, payer: personId });
  const earlier = await stage.keys.create({ accountId, payer: personId });
  for (const update of [apiKeyKey(earlier.keyId), keyListingKey(accountId, earlier.keyId)])
    await store.write({ table: KEYS, update, change: { remove: ['payer'] } });
  const ofOther = base.apiKey;
  await stage.restrictions.set({ ownerId: personId, actor: { kind: 'self', personId } });
  for (const { key } of [own, earlier]) {
    base.apiKey = key;
    const refused = await stage.send(chat());
    expect([refused.status, refused.json]).toMatchObject([403, { error: { code: 'processing_restricted' } }]);
    expect(JSON.stringify(refused.json)).toContain('DELETE /api/v1/me/restriction');
  }
  base.apiKey = ofOther;
  base.providers.play(whole(completion('hi', USAGE)));
  expect((await stage.send(chat())).status).toBe(200);
});
