import { CachedSecret } from '../../lambdas/adapters/secrets/cached-secret';
import { originSecretSchema, pepperSecretSchema } from '../../lambdas/contracts/deployment/secrets';

const MINUTE = 60_000;

/** A fake Secrets Manager with one secret that a test can change or make unavailable. */
function stage<T>(schema: ConstructorParameters<typeof CachedSecret<T>>[0]['schema'], SecretString?: string) {
  const state = { now: 0, SecretString, fails: false, fetches: 0 };
  const send = () => {
    state.fetches += 1;
    return state.fails ? Promise.reject(new Error('not now')) : Promise.resolve({ SecretString: state.SecretString });
  };
  return { state, secret: new CachedSecret({ client: { send } as never, arn: 'arn', schema, clock: () => state.now }) };
}

describe('a secret', () => {
  test('a secret is fetched once for concurrent callers, and again after five minutes', async () => {
    const { state, secret } = stage(pepperSecretSchema, 'a pepper of enough bytes');
    await Promise.all([secret.get(), secret.get(), secret.get()]);
    state.now = 4 * MINUTE;
    await secret.get();
    expect(state.fetches).toBe(1);
    state.SecretString = 'another pepper of enough bytes';
    state.now = 5 * MINUTE;
    await expect(secret.get()).resolves.toBe('another pepper of enough bytes');
    expect(state.fetches).toBe(2);
  });

  test('a secret keeps its old value while it cannot be fetched, without a fetch for every request', async () => {
    const { state, secret } = stage(pepperSecretSchema, 'a pepper of enough bytes');
    await secret.get();
    state.fails = true;
    state.now = 6 * MINUTE;
    const values = await Promise.all([secret.get(), secret.get()]);
    expect(values).toEqual(['a pepper of enough bytes', 'a pepper of enough bytes']);
    await secret.get();
    expect(state.fetches).toBe(2);
    state.now = 7 * MINUTE;
    await secret.get();
    expect(state.fetches).toBe(3);
  });

  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['not JSON', 'origin'],
    ['empty in its JSON', '{"current":""}'],
  ])('a secret that is %s is rejected, without its value in the error', async (_what, value) => {
    await expect(stage(originSecretSchema, value).secret.get()).rejects.toThrow('a secret is empty or malformed');
  });

  test('a rotating secret has a previous value', async () => {
    const text = '{"current":"0123456789abcdef","previous":"fedcba9876543210"}';
    await expect(stage(originSecretSchema, text).secret.get()).resolves.toEqual(JSON.parse(text));
  });
});
