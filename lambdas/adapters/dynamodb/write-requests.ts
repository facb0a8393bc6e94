import type {
  AttributeValue,
  DeleteItemInput,
  PutItemInput,
  TransactWriteItem,
  UpdateItemInput,
} from '@aws-sdk/client-dynamodb';
import type { Condition } from '../../domain/table/condition';
import type { Check, Delete, Put, Update, Write } from '../../domain/table/table-store';
import { encodeItem, encodeKey } from '../attribute-values';
import { Expressions } from './expressions';

// These builders serve both single writes and the writes of a transaction.

/** Returns the stored item when a condition fails, so that the caller can tell which refusal applies. */
const OLD_ITEM_ON_FAILURE = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

export function putRequest(name: string, { put, when }: Put): PutItemInput {
  const expressions = new Expressions();
  return { TableName: name, Item: encodeItem(put), ...guard(expressions, when), ...expressions.placeholders() };
}

export function updateRequest(
  name: string,
  { update, change, when }: Update,
): UpdateItemInput & { UpdateExpression: string } {
  const expressions = new Expressions();
  return {
    TableName: name,
    Key: encodeKey(update),
    UpdateExpression: expressions.change(change),
    ...guard(expressions, when),
    ...expressions.placeholders(),
  };
}

export function deleteRequest(name: string, { delete: key, when }: Delete): DeleteItemInput {
  const expressions = new Expressions();
  return { TableName: name, Key: encodeKey(key), ...guard(expressions, when), ...expressions.placeholders() };
}

function checkRequest(name: string, { check, when }: Check): TransactWriteItem['ConditionCheck'] {
  const expressions = new Expressions();
  const key: Record<string, AttributeValue> = encodeKey(check);
  return {
    TableName: name,
    Key: key,
    ConditionExpression: expressions.condition(when),
    ...OLD_ITEM_ON_FAILURE,
    ...expressions.placeholders(),
  };
}

export function transactionRequest(name: string, write: Write | Check): TransactWriteItem {
  if ('put' in write) return { Put: putRequest(name, write) };
  if ('update' in write) return { Update: updateRequest(name, write) };
  if ('delete' in write) return { Delete: deleteRequest(name, write) };
  return { ConditionCheck: checkRequest(name, write) };
}

function guard(expressions: Expressions, when: Condition | undefined) {
  return when === undefined ? {} : { ConditionExpression: expressions.condition(when), ...OLD_ITEM_ON_FAILURE };
}
