import type { Trust } from '../../contracts/http/federation';
import { trustSchema } from '../../contracts/http/federation';
import { trustKey } from '../../contracts/storage/table-keys/accounts';
import { decodeRules, encodeRules } from '../keys/key-item';
import type { Item } from '../table/value';

export function encodeTrust(accountId: string, trust: Trust): Item {
  const {
    trustId,
    name,
    issuer,
    audience,
    subject,
    claims,
    singleUse,
    keySeconds,
    createdAt,
    createdBy,
    payer,
    rules,
  } = trust;
  return {
    ...trustKey(accountId, trustId),
    trustId,
    name,
    issuer,
    audience,
    subject,
    claims,
    singleUse,
    keySeconds,
    createdAt,
    ...(createdBy !== undefined && { createdBy }),
    ...(payer !== undefined && { payer }),
    ...(rules !== undefined && { rules: encodeRules(rules) }),
  };
}

export function decodeTrust(item: Item): Trust {
  const { keySeconds, rules } = item;
  return trustSchema.parse({
    ...item,
    keySeconds: Number(keySeconds),
    ...(typeof rules === 'string' && { rules: decodeRules(rules) }),
  });
}
