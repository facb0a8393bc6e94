import { readRules } from './rules-file';
import { type Options, take } from './take';
import { UsageError } from './usage';

/** What follows the word `keys`; undefined where there is no such command. Throws UsageError. */
export function readKeysCommand(words: readonly string[], options: Options): object | undefined {
  const [verb, ...others] = words;
  switch (verb) {
    case 'create': {
      const [accountId] = take(others, 1, options, ['rules', 'role']);
      const { role } = options;
      const rules = options.rules === undefined ? undefined : readRules(options.rules);
      if (role === undefined) return { name: 'create-key', accountId, rules };
      return { name: 'create-role-key', accountId, rules, role };
    }
    case 'list':
      return { name: 'list-keys', accountId: take(others, 1, options)[0] };
    case 'change': {
      const [accountId, keyId] = take(others, 2, options, ['rules']);
      if (options.rules === undefined) throw new UsageError('Name the rules: --rules <file>.');
      return { name: 'change-key', accountId, keyId, rules: readRules(options.rules) };
    }
    case 'rotate': {
      const [accountId, keyId] = take(others, 2, options, ['grace']);
      return { name: 'rotate-key', accountId, keyId, graceSeconds: options.grace ?? '0' };
    }
    case 'revoke': {
      const [accountId, keyId] = take(others, 2, options);
      return { name: 'revoke-key', accountId, keyId };
    }
    default:
      return undefined;
  }
}
