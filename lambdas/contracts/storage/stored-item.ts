import type { z } from 'zod';
import type { Erasure, SubjectKind } from './erasure-rule';
import type { Key } from './table-keys/key-parts';
import type { DataClass, TableSpec } from './tables';

/**
 * A right that people have about a field.
 * - `exported`: it is in the export of its account or person.
 * - `erasable`: erasure removes it.
 * - `correctable`: people can change it themselves.
 */
export type Right = 'exported' | 'erasable' | 'correctable';

/** The class of a field, and the rights about it. */
export interface FieldRule {
  readonly dataClass: DataClass;
  readonly rights: readonly Right[];
}

const rule =
  (dataClass: DataClass) =>
  (...rights: readonly Right[]): FieldRule => ({ dataClass, rights });

export const personal = rule('personal');
export const financial = rule('financial');
export const usage = rule('usage');
export const audit = rule('audit');
export const secret = rule('secret');
/** Facts about no account and no person. */
export const ofNobody = rule('public');
/** A count, a version or a mark that the code needs. It tells nothing by itself, and ends with its item. */
export const BOOKKEEPING: FieldRule = rule('public')('erasable');
/** The same in an item that erasure keeps. */
export const KEPT_BOOKKEEPING: FieldRule = rule('public')();

/** The IDs by which the items of a person are found. */
export interface PersonIds {
  readonly personId: string;
  /** The user pool's ID of the person. */
  readonly subject: string;
  /** The accounts that the person is a member of. */
  readonly accountIds: readonly string[];
  /** The keyed hash of the person's address. */
  readonly addressHash?: string | undefined;
}

/** Where items are: a partition, or a range of it. The items that `is` does not accept are of other kinds. */
export interface Place {
  readonly partition: string;
  readonly sort?: { readonly beginsWith: string } | { readonly from: string; readonly to: string };
}

type Attributes = { readonly [name: string]: unknown };

/** Items that are found only through an item of another kind. */
export interface Through {
  /** The kind of the other item. */
  readonly kind: string;
  /** The subjects whose erasure finds them this way. @default both */
  readonly of?: SubjectKind;
  /** Where the items are that belong to an item of that kind. */
  readonly places: (item: Attributes) => readonly Place[];
}

/** The attributes that every item may have. They contain only IDs, times and hashes. */
export const KEY_ATTRIBUTES = ['pk', 'sk', 'expiresAt'] as const;
type KeyAttribute = (typeof KEY_ATTRIBUTES)[number];

/** One kind of stored item. Every item of every table is of exactly one kind. */
export interface StoredItem {
  /** The name of the kind, and of its file in an export: kebab-case. */
  readonly kind: string;
  /** Describes an item in the data map: a noun phrase. */
  readonly about: string;
  readonly table: TableSpec;
  /** When items of this kind end: a phrase. */
  readonly ends: string;
  /** The effect of erasure on items of this kind. */
  readonly erasure: Erasure;
  /** The item as it is read, without its key. */
  readonly schema: z.ZodObject;
  readonly fields: { readonly [name: string]: FieldRule };
  /** Reads an item. @default by the schema */
  readonly decode?: (item: Attributes) => Attributes;
  /** Tests the names of attributes that `decode` collects in one field, because the names themselves are data. */
  readonly collects?: (attribute: string) => boolean;
  readonly is: (key: Key) => boolean;
  /**
   * Where the items of an account are. @default none are kept by account
   * @param memberIds the members of an account that is being erased
   */
  readonly ofAccount?: (accountId: string, memberIds: readonly string[]) => readonly Place[];
  /** Where the items of a person are. @default none are kept by person */
  readonly ofPerson?: (ids: PersonIds) => readonly Place[];
  /** Which of the items of those places belong to an account or a person. @default all of this kind */
  readonly belongs?: (item: Attributes, owner: string) => boolean;
  /** The kinds whose items lead to the items of this kind. @default none */
  readonly through?: readonly Through[];
  /** Why neither `ofAccount` nor `ofPerson` nor `through` leads to the items of this kind: a sentence. */
  readonly notFound?: string;
}

/** Declares a kind of item. A field of the schema without a rule does not compile. */
export const storedItem = <Shape extends z.ZodRawShape>(
  item: Omit<StoredItem, 'schema' | 'fields'> & {
    readonly schema: z.ZodObject<Shape>;
    readonly fields: { readonly [name in Exclude<keyof Shape, KeyAttribute>]: FieldRule };
  },
): StoredItem => item;

/**
 * Accepts all items of an account, and of a person those that name the person in one of these fields.
 */
export const namedIn =
  (...fields: readonly string[]) =>
  (item: Attributes, owner: string): boolean =>
    owner.startsWith('acc_') || fields.some((field) => item[field] === owner);

/** The place of one item. */
export const at = ({ pk, sk }: Key): Place => ({ partition: pk, sort: { from: sk, to: sk } });

/** Tests the keys of items by their two parts. @param sk a text for exactly this key, or a pattern */
export const keyed =
  (pk: RegExp | string, sk: RegExp | string) =>
  (key: Key): boolean =>
    fits(pk, key.pk) && fits(sk, key.sk);

const fits = (pattern: RegExp | string, text: string): boolean =>
  typeof pattern === 'string' ? pattern === text : pattern.test(text);

export const IN_ACCOUNT = /^acc_\w{26}$/;
/** A partition of an account, or one of its shards. */
export const IN_ACCOUNT_SHARD = /^acc_\w{26}(#\d\d)?$/;
export const OF_PERSON = /^per_\w{26}$/;
