import { keyLabelSchema } from '../../contracts/http/api-keys';
import type { KeyRules } from '../../contracts/http/key-rules';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import type { Actor } from '../access/actor';
import { DEPLOYMENT, personOf } from '../access/actor';
import { keyCreated } from '../notifications/outbox/messages';
import type { KeysDependencies } from './keys-dependencies';
import type { NewKey } from './new-key';
import { payerOf } from './payers/payer';
import { newKeyPreconditions } from './preconditions';
import { parseRules, recordedRules } from './rule-changes';

export interface KeyRequest {
  readonly accountId: string;
  readonly label?: string;
  /** Epoch milliseconds at which the key ends. @default never */
  readonly validUntil?: number;
  /** @default everything is allowed */
  readonly rules?: KeyRules | undefined;
  /** The member whom the key's requests count for. @default the acting member */
  readonly payer?: string | undefined;
  /** @default a command of the deployment */
  readonly actor?: Actor;
}

/** Creates and stores a key. @param request.role the IAM role that the key is for */
export async function createKey(
  { store, clock, audit, notify, make }: KeysDependencies,
  request: KeyRequest & { readonly role?: string },
): Promise<NewKey> {
  const { accountId, role, actor = DEPLOYMENT } = request;
  const label = keyLabelSchema.optional().parse(request.label);
  const rules = parseRules(request.rules);
  const validUntil = request.validUntil === undefined ? undefined : isoTime(request.validUntil);
  const { payer, isOpen, isPayer } = await payerOf(store, accountId, { named: request.payer, actor });
  const newKey = make({ accountId, label, rules, role, validUntil, payer, createdBy: personOf(actor) });
  const after = { ...(validUntil !== undefined && { validUntil }), ...recordedRules(rules) };
  await audit.record({
    // The event does not record the role, whose name may be a person's; the account's list of keys shows it.
    chain: accountId,
    actor,
    action: 'key.create',
    target: newKey.shown.keyId,
    ...(Object.keys(after).length > 0 && { after }),
    writes: [
      ...newKey.writes.map((write) => ({ write })),
      ...newKeyPreconditions(accountId, actor, clock(), isOpen),
      ...isPayer,
      ...notify(keyCreated({ accountId, keyId: newKey.shown.keyId, at: newKey.info.createdAt, by: personOf(actor) })),
    ],
  });
  return newKey;
}
