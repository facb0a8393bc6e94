import type { Assembly } from './assembly';

/** `WalletTable35D2D3A1` is written `WalletTable`: the hash says where it stands in the code. */
export const plainName = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '');

/** Writes a value of a template for a reader: resources by name, what CloudFormation joins joined. */
export function written(value: unknown, { exports }: Pick<Assembly, 'exports'>): string {
  const write = (inner: unknown): string => {
    if (Array.isArray(inner)) return inner.map(write).join(', ');
    if (typeof inner !== 'object' || inner === null) return String(inner);
    const [[name, argument] = ['', undefined]] = Object.entries(inner);
    if (name === 'Fn::ImportValue') return write(exports.get(String(argument)) ?? argument);
    if (name === 'Ref') return plainName(String(argument).replace(/^AWS::(.*)$/, '<$1>'));
    if (name === 'Fn::GetAtt') return attribute(argument as readonly [string, string]);
    if (name === 'Fn::Join') return (argument as [string, unknown[]])[1].map(write).join('');
    return JSON.stringify(inner);
  };
  return write(value);
}

// The ARN of a resource is what a policy means by it, so it goes without saying.
function attribute([logicalId, name]: readonly [string, string]): string {
  return name === 'Arn' ? plainName(logicalId) : `${plainName(logicalId)}.${name}`;
}
