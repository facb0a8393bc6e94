import { readKeyRules } from './rules-file';
import { type Options, expectArguments } from './arguments';
import { UsageError } from './usage';

/**
 * @param words the words after `keys`
 * @returns undefined when there is no such command
 * @throws UsageError when its arguments, options or rules are wrong
 */
export function parseKeysCommand(words: readonly string[], options: Options): object | undefined {
  const [verb, ...others] = words;
  switch (verb) {
    case 'create': {
      const [accountId] = expectArguments(others, 1, options, ['rules', 'role', 'payer']);
      const { role, payer } = options;
      const rules = options.rules === undefined ? undefined : readKeyRules(options.rules);
      if (role === undefined) return { name: 'create-key', accountId, payer, rules };
      return { name: 'create-role-key', accountId, payer, rules, role };
    }
    case 'list':
      return { name: 'list-keys', accountId: expectArguments(others, 1, options)[0] };
    case 'change': {
      const [accountId, keyId] = expectArguments(others, 2, options, ['rules']);
      if (options.rules === undefined) throw new UsageError('Give the new rules with --rules <file>.');
      return { name: 'change-key', accountId, keyId, rules: readKeyRules(options.rules) };
    }
    case 'rotate': {
      const [accountId, keyId] = expectArguments(others, 2, options, ['grace']);
      return { name: 'rotate-key', accountId, keyId, graceSeconds: options.grace ?? '0' };
    }
    case 'revoke': {
      const [accountId, keyId] = expectArguments(others, 2, options);
      return { name: 'revoke-key', accountId, keyId };
    }
    default:
      return undefined;
  }
}
