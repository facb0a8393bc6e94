import { resolve } from 'node:path';
import { type Options, expectArguments } from './arguments';
import { UsageError } from './usage';

const CHANGES_SHOWN = '20';
const CHANGE_OPTIONS = ['from', 'version'] as const;
const NONE = 'none';

/**
 * @param words the words after `catalog`
 * @returns undefined when there is no such command
 * @throws UsageError when its arguments or options are wrong
 */
export function parseCatalogCommand(words: readonly string[], options: Options): object | undefined {
  const [verb = '', ...others] = words;
  switch (verb) {
    case 'show':
      expectArguments(others, 0, options);
      return { name: 'catalog-show' };
    case 'changes':
      expectArguments(others, 0, options, ['limit']);
      return { name: 'catalog-changes', limit: options.limit ?? CHANGES_SHOWN };
    case 'diff':
    case 'propose':
      return { name: `catalog-${verb}`, ...parsePriceList(others, options) };
    case 'approve': {
      const [proposalId] = expectArguments(others, 1, options, ['model', ...CHANGE_OPTIONS]);
      return { name: 'catalog-approve', proposalId, models: options.model, ...parseChangeOptions(options) };
    }
    default: {
      const setting = parseSetting(verb, others, options);
      return setting && { name: 'catalog-set', setting, ...parseChangeOptions(options) };
    }
  }
}

/** The compiled list is always complete; a file counts as complete only with `--complete`. */
function parsePriceList(words: readonly string[], options: Options): object {
  const [file] = expectArguments(words, Math.min(words.length, 1), options, ['complete']);
  return file === undefined ? { complete: true } : { file: resolve(file), complete: options.complete ?? false };
}

function parseSetting(verb: string, words: readonly string[], options: Options): object | undefined {
  const expectTwo = (): readonly string[] => expectArguments(words, 2, options, CHANGE_OPTIONS);
  switch (verb) {
    case 'provider': {
      const [provider, state = ''] = expectTwo();
      if (!['on', 'off'].includes(state)) throw new UsageError('Say "on" or "off" after the provider.');
      return { kind: 'provider', provider, enabled: state === 'on' };
    }
    case 'hide':
    case 'unhide': {
      const [model] = expectArguments(words, 1, options, CHANGE_OPTIONS);
      return { kind: 'hidden', model, hidden: verb === 'hide' };
    }
    case 'alias': {
      const [alias, model = ''] = expectTwo();
      return { kind: 'alias', alias, model: model === NONE ? null : model };
    }
    case 'route': {
      const [model, providers = ''] = expectArguments(words, 2, options, ['endpoints', ...CHANGE_OPTIONS]);
      const endpoints = options.endpoints === undefined ? {} : { endpoints: options.endpoints.split(',') };
      return {
        kind: 'route',
        model,
        route: providers === NONE ? null : { providers: providers.split(','), ...endpoints },
      };
    }
    case 'markup': {
      const [on, basisPoints = ''] = expectTwo();
      if (basisPoints !== NONE && !/^\d{1,6}$/.test(basisPoints))
        throw new UsageError('The markup must be a whole number of basis points (250 is 2.5%) or "none".');
      return { kind: 'markup', on, basisPoints: basisPoints === NONE ? null : Number(basisPoints) };
    }
    default:
      return undefined;
  }
}

const parseChangeOptions = ({ from, version }: Options): object => ({ from, version });
