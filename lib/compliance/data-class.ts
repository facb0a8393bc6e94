import type { CfnResource } from 'aws-cdk-lib';
import { TagManager, Tags } from 'aws-cdk-lib';
import { CfnUserPool } from 'aws-cdk-lib/aws-cognito';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import type { DataClass } from '../../lambdas/contracts/storage/tables';

export const DATA_CLASS_TAG = 'tollgate:data-class';
export const RETENTION_TAG = 'tollgate:retention';

/** Which data a store may hold, and for how long. */
export interface Classification {
  readonly dataClass: DataClass;
  /** How long data is kept, as a phrase. It becomes a tag value: letters, digits, spaces and `+-=._:/@`, at most 256. */
  readonly retention: string;
}

/** A store declares no retention, or one with characters that a tag may not contain. */
export class RetentionMissing extends Error {
  override readonly name = 'RetentionMissing';
}

/**
 * Declares which data a store holds, as tags on the resource, where the data is.
 *
 * @throws RetentionMissing
 */
export function classify(store: IConstruct, { dataClass, retention }: Classification): void {
  if (!/^[\w\s+\-=.:/@]{1,256}$/.test(retention) || retention.trim() === '') {
    throw new RetentionMissing(
      `${store.node.path} holds ${dataClass} data and needs a retention: letters, digits, spaces and +-=._:/@, at most 256.`,
    );
  }
  Tags.of(store).add(DATA_CLASS_TAG, dataClass);
  Tags.of(store).add(RETENTION_TAG, retention);
}

/** Fails the synthesis for every table, bucket, log group, secret and user pool without a classification. */
export function requireDataClasses(root: IConstruct): void {
  root.node.addValidation({
    validate: () => {
      const stores = root.node.findAll().filter(isStore);
      return stores
        .filter((store) => {
          const tags = TagManager.of(store)?.tagValues() ?? {};
          return tags[DATA_CLASS_TAG] === undefined || tags[RETENTION_TAG] === undefined;
        })
        .map((store) => `${store.node.path} declares no data class and retention.`);
    },
  });
}

function isStore(construct: IConstruct): construct is CfnResource {
  return (
    construct instanceof CfnTable ||
    construct instanceof CfnBucket ||
    construct instanceof CfnLogGroup ||
    construct instanceof CfnSecret ||
    construct instanceof CfnUserPool
  );
}
