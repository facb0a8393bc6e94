import type { Actor } from './actor';
import type { ShownKey } from './intents';
import { accountIdOf } from './intents';
import { CLOCK_STEP_MS_MAX } from './actions';
import { expectKept } from './violation';

export async function createKey(actor: Actor, account: number, lifeMs: number): Promise<void> {
  const { world, keys, process } = actor;
  const accountId = accountIdOf(account);
  const validUntil = lifeMs === Infinity ? undefined : process.clock() + lifeMs;
  const result = await actor.outcome(keys.create({ accountId, ...(validUntil !== undefined && { validUntil }) }));
  if (!('answer' in result)) return;
  const { keyId } = result.answer;
  const isStored = world.stored.keys.has(keyId) && world.stored.keyListings.has(keyId);
  expectKept('keys', isStored, 'a key was shown but is not stored');
  world.intents.keys.push({ ...result.answer, accountId, validUntil });
}

/** A client presents a key, or an attacker guesses one. */
export async function useKey(actor: Actor, index: number, isGuessed: boolean): Promise<void> {
  const { world, process } = actor;
  const shown = keyAt(actor, index);
  if (!shown) return;
  const [startedAt, clockAtStart] = [world.scheduler.now, process.clock()];
  const presented = isGuessed ? `${shown.key.slice(0, -1)}${shown.key.endsWith('a') ? 'b' : 'a'}` : shown.key;
  const result = await actor.outcome(actor.keys.verify(presented));
  if (!('answer' in result)) return;
  const owner = result.answer;
  actor.note(() => `key ${index % world.intents.keys.length}: ${owner ? 'accepted' : 'refused'}`);
  const revokedAt = world.intents.revoked.get(shown.keyId) ?? Infinity;
  const { validUntil = Infinity } = shown;
  if (owner) {
    expectKept('keys', !isGuessed, 'a guess was accepted');
    expectKept('keys', owner.accountId === shown.accountId, 'a key authenticated another account');
    expectKept('keys', revokedAt >= startedAt, 'a key was accepted after its revocation');
    expectKept('keys', clockAtStart < validUntil + CLOCK_STEP_MS_MAX, 'a key was accepted after its expiry');
    return;
  }
  const isOver = revokedAt <= world.scheduler.now || process.clock() >= validUntil - CLOCK_STEP_MS_MAX;
  expectKept('keys', isGuessed || isOver, 'a live key was refused');
}

export async function revokeKey(actor: Actor, index: number): Promise<void> {
  const shown = keyAt(actor, index);
  if (!shown) return;
  const result = await actor.outcome(actor.keys.revoke(shown.keyId));
  if (!('answer' in result)) return;
  expectKept('keys', actor.world.intents.revoked.has(shown.keyId), 'a key was reported revoked but is not');
}

function keyAt({ world: { intents } }: Actor, index: number): ShownKey | undefined {
  return intents.keys[index % Math.max(1, intents.keys.length)];
}
