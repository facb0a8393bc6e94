const ROLE = /^arn:([a-z-]+):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/;
const ASSUMED_ROLE = /^arn:([a-z-]+):sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/;

/**
 * A role without its path, because the ARN of an assumed role has none. Role names are unique within an AWS account,
 * whatever their path.
 */
export const roleFromArn = (roleArn: string | undefined): string | undefined => named(roleArn?.match(ROLE));

/**
 * The role that a caller has assumed, without the session name, which may be a person's.
 * @returns undefined for a principal that is not a role, such as a user or the root of an account
 */
export const roleAssumedBy = (principalArn: string): string | undefined => named(principalArn.match(ASSUMED_ROLE));

function named(match: RegExpMatchArray | null | undefined): string | undefined {
  if (!match) return undefined;
  const [, partition, awsAccountId, roleName] = match;
  return `${partition}:${awsAccountId}:${roleName}`;
}
