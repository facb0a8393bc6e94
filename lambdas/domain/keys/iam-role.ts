const ROLE = /^arn:([a-z-]+):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/;
const ASSUMED_ROLE = /^arn:([a-z-]+):sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/;

/**
 * A role without its path, which those who have assumed it do not tell: a name is given once in an AWS account, whatever
 * the path.
 */
export const roleNamed = (roleArn: string): string | undefined => named(ROLE.exec(roleArn));

/**
 * The role that a caller has assumed, without the name of the session, which may be a person's. Nothing for whoever is no
 * role: a user, the root of an account.
 */
export const roleAssumedBy = (principalArn: string): string | undefined => named(ASSUMED_ROLE.exec(principalArn));

function named(match: RegExpExecArray | null): string | undefined {
  return match === null ? undefined : match.slice(1).join(':');
}
