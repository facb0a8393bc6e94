import { verifiedEvent } from '../../lambdas/adapters/stripe/stripe-events';
import { signatureHeader } from '../../dev/local/stripe/webhooks/signature';

const SECRET = 'whsec_Zt6hJ4pWq9Vb3Xk8Ls2Rn7Dy';
const BODY = JSON.stringify({ id: 'evt_1', type: 'charge.succeeded', data: { object: { id: 'ch_1' } } });
const NOW = Date.parse('2026-11-20T10:00:00.000Z');
const SECONDS = NOW / 1_000;

const verify = (header: string) => verifiedEvent(BODY, header, [SECRET], NOW);

test('an event that is signed now is accepted', () => {
  expect(verify(signatureHeader(BODY, SECRET, SECONDS))).toEqual({
    eventId: 'evt_1',
    type: 'charge.succeeded',
    objectId: 'ch_1',
  });
});

test.each([-301, 301])('an event whose signature is %d seconds from now is refused', (offset) => {
  expect(() => verify(signatureHeader(BODY, SECRET, SECONDS + offset))).toThrow('invalid');
});

test.each([
  ['before', (old: string) => `t=${SECONDS},${old}`],
  ['after', (old: string) => `${old},t=${SECONDS}`],
])('a captured event is not made recent by a second time %s its own', (_, forged) => {
  const old = signatureHeader(BODY, SECRET, SECONDS - 86_400);
  expect(() => verify(forged(old))).toThrow('invalid');
});
