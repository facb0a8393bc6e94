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

  test('is not asked again for half a minute, and then its tokens are taken', async () => {
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

  test('is asked once for all who come meanwhile', async () => {
    const verifier = issuer.verifier(() => time);
    const answers = Array.from({ length: 5 }, () => verifier.verify(signed(claimsOf(), key), EXPECTED));
    for (const answer of await Promise.all(answers)) expect(answer).toBeDefined();
    expect(issuer.asked).toHaveLength(2);
  });

  test('is asked once also for all who come with a key that is new', async () => {
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

test('both documents of an issuer are had within one time of three seconds', async () => {
  const signals = new Set<AbortSignal>();
  const begunAt = performance.now();
  const verifier = new OidcTokens({
    clock: Date.now,
    fetchDocument: (url, signal) => {
      signals.add(signal);
      if (!url.endsWith('/keys')) return Promise.resolve({ issuer: ISSUER, jwks_uri: `${ISSUER}/keys` });
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('too slow')));
      });
    },
  });
  await expect(verifier.verify(signed(claimsOf(), key), EXPECTED)).resolves.toBeUndefined();
  expect(signals.size).toBe(1);
  expect(performance.now() - begunAt).toBeGreaterThan(2_900);
});

describe('an account whose issuers are slow', () => {
  const hostOf = (index: number): string => `https://issuer-${index}.example.com`;
  /** Issuers that take as long as they can and then say nothing; but for one, which answers at once. */
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

  test('makes us wait three times in half a minute, however many it names', async () => {
    await tryAll(verifierOf(), 10);
    expect(asked).toHaveLength(3);
  });

  test('has its other issuers’ tokens taken for as long as it made us wait less often', async () => {
    const verifier = verifierOf();
    await tryAll(verifier, 2);
    await expect(verifier.verify(right(), EXPECTED)).resolves.toBeDefined();
  });

  test('has tokens by keys that are known taken all the while, and by others within half a minute', async () => {
    const known = verifierOf();
    await known.verify(right(), EXPECTED);
    await tryAll(known, 3);
    await expect(known.verify(right(), EXPECTED)).resolves.toBeDefined();
    const unknown = verifierOf();
    await tryAll(unknown, 3);
    await expect(unknown.verify(right(), EXPECTED)).resolves.toBeUndefined();
    time += 30_000;
    const claims = claimsOf({ exp: Math.floor(time / 1_000) + 300 });
    await expect(unknown.verify(signed(claims, key), EXPECTED)).resolves.toBeDefined();
  });

  test('keeps nobody else waiting', async () => {
    const verifier = verifierOf();
    await tryAll(verifier, 3);
    await expect(verifier.verify(right(), { ...EXPECTED, accountId: 'acc_other' })).resolves.toBeDefined();
  });
});
