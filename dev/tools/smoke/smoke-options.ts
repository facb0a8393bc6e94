import { parseArgs } from 'node:util';
import { keyIdSchema } from '../../../lambdas/contracts/storage/ids';
import { parseKey } from '../../../lambdas/domain/keys/key-format';
import { UsageError } from '../../cli/commands/usage';

export const SMOKE_USAGE = `Usage: npm run smoke -- --endpoint <url> [options]

Checks a deployment from outside, with a few paid requests of a fraction of a cent each.

  --endpoint <url>      where clients find the gateway, with or without /v1
  --function-url <url>  the function behind the edge, which must refuse whoever comes past the edge
  --workloads-url <url> the function for workloads in AWS, asked with the credentials that the AWS command line would
                        use: those of a role, for which --role-key names a key
  --role-key <keyId>
  --model <name>        the model to ask. Default: the cheapest that this command knows
  --json                one JSON object in place of lines

The API key is read from TOLLGATE_KEY or else from standard input. --key <key> works too, but every process on
the machine can read the arguments of a command. Exit code 1 when a check fails.`;

export interface SmokeOptions {
  /** An origin: no path. */
  readonly endpoint: string;
  readonly functionUrl?: string;
  readonly workloads?: { readonly url: string; readonly keyId: string };
  readonly model?: string;
  readonly key?: string;
  readonly isJson: boolean;
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  endpoint: { type: 'string' },
  'function-url': { type: 'string' },
  'workloads-url': { type: 'string' },
  'role-key': { type: 'string' },
  model: { type: 'string' },
  key: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/**
 * @returns undefined when help was asked for
 * @throws UsageError
 */
export function parseSmokeOptions(args: readonly string[]): SmokeOptions | undefined {
  const values = parse(args);
  if (values.help === true) return undefined;
  const { endpoint, 'function-url': functionUrl, model, key, json } = values;
  if (endpoint === undefined) throw new UsageError('--endpoint says which deployment.');
  return {
    endpoint: originOf('--endpoint', endpoint),
    functionUrl: functionUrl === undefined ? undefined : functionUrlOf('--function-url', functionUrl),
    workloads: workloadsOf(values['workloads-url'], values['role-key']),
    model,
    key: key === undefined ? undefined : requireKey(key),
    isJson: json === true,
  };
}

/** @throws UsageError, which does not repeat the text */
export function requireKey(text: string): string {
  const key = text.trim();
  if (parseKey(key) === undefined) throw new UsageError('TOLLGATE_KEY, or standard input, must be a key: tg_….');
  return key;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch {
    // Its message would quote the argument, and that may be a key.
    throw new UsageError('The options are wrong.');
  }
}

function urlOf(option: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url && url.username + url.password + url.search + url.hash === '';
  if (!isPlain || !/^https?:$/.test(url.protocol)) throw new UsageError(`${option} must be an http or https URL.`);
  return url;
}

function originOf(option: string, text: string): string {
  const url = urlOf(option, text);
  if (!/^\/(v1\/?)?$/.test(url.pathname)) throw new UsageError(`${option} has no path but /v1.`);
  return url.origin;
}

/** May have a path: an emulator's has. */
function functionUrlOf(option: string, text: string): string {
  return urlOf(option, text).href.replace(/\/+$/, '');
}

function workloadsOf(url: string | undefined, keyId: string | undefined): SmokeOptions['workloads'] {
  if (url === undefined && keyId === undefined) return undefined;
  if (url === undefined || !keyIdSchema.safeParse(keyId).success || keyId === undefined)
    throw new UsageError('--workloads-url and --role-key go together: a URL, and the id of a key for an IAM role.');
  return { url: functionUrlOf('--workloads-url', url), keyId };
}
