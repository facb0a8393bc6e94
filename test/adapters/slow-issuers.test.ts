import { OidcTokens } from '../../lambdas/adapters/federation/oidc-tokens';
import { AUDIENCE, claimsOf, ISSUER, LocalIssuer, signed, signingKey } from './local-issuer';

const EXPECTED = { accountId: 'acc_one', issuer: ISSUER, audience: AUDIENCE };
const key = signingKey('first');

let time: number;
let asked: string[];
beforeEach(() => {
  time = Date.now();
  asked = [];
});

describe('an issuer that does not answer', () => {
  let issuer: LocalIssuer;
  beforeEach(async () => {
    issuer = new LocalIssuer(key);
    await issuer.listen();
  });
  afterEach(() => issuer.close());

  test('a failed issuer is not asked again for 30 seconds, and then its tokens are accepted', async () => {
    const verifier = issuer.verifier(() => time);
    const documents = [...issuer.documents];
    issuer.documents.clear();
    await expect(verifier.verify(signed(claimsOf(), key), EXPECTED)).resolves.toBeUndefined();
    documents.forEach(([path, document]) => issuer.documents.set(path, document));
    time += 29_999;
    await expect(verifier.verify(signed(claimsOf(), key), EXPECTED)).resolves.toBeUndefined();
    expect(issuer.asked).toHaveLength(1);
    time += 1;
    await expect(verifier.verify(signed(claimsOf(), key), EXPECTED)).resolves.toBeDefined();
  });

  test('concurrent tokens of an issuer share one fetch', async () => {
    const verifier = issuer.verifier(() => time);
    const answers = Array.from({ length: 5 }, () => verifier.verify(signed(claimsOf(), key), EXPECTED));
    for (const answer of await Promise.all(answers)) expect(answer).toBeDefined();
    expect(issuer.asked).toHaveLength(2);
  });

  test('concurrent tokens with a new key share one fetch', async () => {
    const verifier = issuer.verifier(() => time);
    await verifier.verify(signed(claimsOf(), key), EXPECTED);
    const next = signingKey('next');
    issuer.publish(key, next);
    time += 11_000;
    const answers = Array.from({ length: 5 }, () => verifier.verify(signed(claimsOf(), next), EXPECTED));
    for (const answer of await Promise.all(answers)) expect(answer).toBeDefined();
    expect(issuer.asked).toHaveLength(4);
  });
});

test('both documents of an issuer share one timeout of three seconds', async () => {
  const timeout = new AbortController();
  const timeoutOf = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(timeout.signal);
  const signals: AbortSignal[] = [];
  const verifier = new OidcTokens({
    clock: Date.now,
    fetchDocument: (url, signal) => {
      signals.push(signal);
      if (!url.endsWith('/keys')) return Promise.resolve({ issuer: ISSUER, jwks_uri: `${ISSUER}/keys` });
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('too slow')));
        timeout.abort();
      });
    },
  });
  await expect(verifier.verify(signed(claimsOf(), key), EXPECTED)).resolves.toBeUndefined();
  expect(signals).toHaveLength(2);
  for (const signal of signals) expect(signal).toBe(timeout.signal);
  expect(timeoutOf.mock.calls).toEqual([[3_000]]);
  timeoutOf.mockRestore();
});

describe('an account whose issuers are slow', () => {
  const hostOf = (index: number): string => `https://issuer-${index}.example.com`;
  /** All issuers are slow and then fail, except one that answers at once. */
  const verifierOf = (): OidcTokens =>
    new OidcTokens({
      clock: () => time,
      fetchDocument: (url) => {
        asked.push(url);
        if (url === `${ISSUER}/keys`) return Promise.resolve({ keys: [key.published] });
        if (url.startsWith(ISSUER)) return Promise.resolve({ issuer: ISSUER, jwks_uri: `${ISSUER}/keys` });
        time += 3_000;
        return Promise.reject(new Error('too slow'));
      },
    });
  const tryAll = async (verifier: OidcTokens, count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      const token = signed(claimsOf({ iss: hostOf(index) }), key);
      await expect(verifier.verify(token, { ...EXPECTED, issuer: hostOf(index) })).resolves.toBeUndefined();
    }
  };
  const right = (): string => signed(claimsOf(), key);

  test('an account’s slow issuers are asked at most three times in 30 seconds', async () => {
    await tryAll(verifierOf(), 10);
    expect(asked).toHaveLength(3);
  });

  test('an account with fewer slow fetches can still use its other issuers', async () => {
    const verifier = verifierOf();
    await tryAll(verifier, 2);
    await expect(verifier.verify(right(), EXPECTED)).resolves.toBeDefined();
  });

  test('an account with too many slow fetches can use cached keys at once and other keys after 30 seconds', async () => {
    const verifier = verifierOf();
    await verifier.verify(right(), EXPECTED);
    await tryAll(verifier, 3);
    await expect(verifier.verify(right(), EXPECTED)).resolves.toBeDefined();
    const unknown = verifierOf();
    await tryAll(unknown, 3);
    await expect(unknown.verify(right(), EXPECTED)).resolves.toBeUndefined();
    time += 30_000;
    const claims = claimsOf({ exp: Math.floor(time / 1_000) + 300 });
    await expect(unknown.verify(signed(claims, key), EXPECTED)).resolves.toBeDefined();
  });

  test('an account’s slow issuers do not block other accounts', async () => {
    const verifier = verifierOf();
    await tryAll(verifier, 3);
    await expect(verifier.verify(right(), { ...EXPECTED, accountId: 'acc_other' })).resolves.toBeDefined();
  });
});
