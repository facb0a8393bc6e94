import { resolve } from 'node:path';
import { type Options, expectArguments } from './arguments';
import { UsageError } from './usage';

const CHANGES_SHOWN = '20';
const CHANGE_OPTIONS = ['from', 'version'] as const;
const NONE = 'none';

/** What follows the word `catalog`; undefined where there is no such command. Throws UsageError. */
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

/** The compiled list has every model there is; a file says so of itself. */
function parsePriceList(words: readonly string[], options: Options): object {
  const [file] = expectArguments(words, Math.min(words.length, 1), options, ['complete']);
  return file === undefined ? { complete: true } : { file: resolve(file), complete: options.complete ?? false };
}

function parseSetting(verb: string, words: readonly string[], options: Options): object | undefined {
  const two = (): readonly string[] => expectArguments(words, 2, options, CHANGE_OPTIONS);
  switch (verb) {
    case 'provider': {
      const [provider, state = ''] = two();
      if (!['on', 'off'].includes(state)) throw new UsageError('A provider is on or off.');
      return { kind: 'provider', provider, enabled: state === 'on' };
    }
    case 'hide':
    case 'unhide': {
      const [model] = expectArguments(words, 1, options, CHANGE_OPTIONS);
      return { kind: 'hidden', model, hidden: verb === 'hide' };
    }
    case 'alias': {
      const [alias, model = ''] = two();
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
      const [on, basisPoints = ''] = two();
      if (basisPoints !== NONE && !/^\d{1,6}$/.test(basisPoints))
        throw new UsageError('A markup is a whole number of basis points: 250 is 2.5 %.');
      return { kind: 'markup', on, basisPoints: basisPoints === NONE ? null : Number(basisPoints) };
    }
    default:
      return undefined;
  }
}

const parseChangeOptions = ({ from, version }: Options): object => ({ from, version });
