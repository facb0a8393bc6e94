import type { Assembly } from './assembly';

/** Shortens `WalletTable35D2D3A1` to `WalletTable`: the hash only encodes the construct's path. */
export const plainName = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '');

/** Renders a value of a template for a reader: resources by name, joins as text. */
export function rendered(value: unknown, { exports, outputs }: Pick<Assembly, 'exports' | 'outputs'>): string {
  const render = (inner: unknown): string => {
    if (Array.isArray(inner)) return inner.map(render).join(', ');
    if (typeof inner !== 'object' || inner === null) return String(inner);
    const [[name, argument] = ['', undefined]] = Object.entries(inner);
    if (name === 'Fn::ImportValue') return render(exports.get(String(argument)) ?? argument);
    if (name === 'Fn::GetStackOutput') {
      const { OutputName } = argument as { readonly OutputName: string };
      return render(outputs.get(OutputName) ?? OutputName);
    }
    if (name === 'Ref') return plainName(String(argument).replace(/^AWS::(.*)$/, '<$1>'));
    if (name === 'Fn::GetAtt') return attribute(argument as readonly [string, string]);
    if (name === 'Fn::Join') return (argument as [string, unknown[]])[1].map(render).join('');
    return JSON.stringify(inner);
  };
  return render(value);
}

// A policy refers to a resource by its ARN, so the attribute is left out.
function attribute([logicalId, name]: readonly [string, string]): string {
  return name === 'Arn' ? plainName(logicalId) : `${plainName(logicalId)}.${name}`;
}
