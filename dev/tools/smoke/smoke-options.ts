import { parseArgs } from 'node:util';
import { keyIdSchema } from '../../../lambdas/contracts/storage/ids';
import { parseKey } from '../../../lambdas/domain/keys/key-format';
import { UsageError } from '../../cli/commands/usage';

export const SMOKE_USAGE = `Usage: npm run smoke -- --endpoint <url> [options]

Checks a deployment from outside, as a client sees it. It makes a few paid requests, each for a fraction of a cent.

  --endpoint <url>      the URL that clients use, with or without /v1
  --function-url <url>  the function behind the edge; checks that it refuses requests that bypass the edge
  --workloads-url <url> the function for workloads in AWS; checks that it recognises the IAM role of the credentials
                        that the AWS command line would use. Needs --role-key
  --role-key <keyId>    a key for that role
  --model <name>        the model to use. Default: the cheapest of the example models that is served
  --json                print one JSON object instead of lines

The API key is read from TOLLGATE_KEY or, if that is not set, from standard input. --key <key> works too, but every
process on the machine can read the arguments of a command. The exit code is 1 when a check fails.`;

export interface SmokeOptions {
  /** An origin, without a path. */
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
 * @returns undefined when `--help` was given
 * @throws UsageError when the options are wrong
 */
export function parseSmokeOptions(args: readonly string[]): SmokeOptions | undefined {
  const values = parse(args);
  if (values.help === true) return undefined;
  const { endpoint, 'function-url': functionUrl, model, key, json } = values;
  if (endpoint === undefined) throw new UsageError('Give the deployment with --endpoint <url>.');
  return {
    endpoint: originOf('--endpoint', endpoint),
    functionUrl: functionUrl === undefined ? undefined : functionUrlOf('--function-url', functionUrl),
    workloads: workloadsOf(values['workloads-url'], values['role-key']),
    model,
    key: key === undefined ? undefined : requireKey(key),
    isJson: json === true,
  };
}

/** @throws UsageError when the text is not an API key; the message does not repeat it */
export function requireKey(text: string): string {
  const key = text.trim();
  if (parseKey(key) === undefined)
    throw new UsageError('The API key is invalid: it must have the form tg_<keyId>_<secret>.');
  return key;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch {
    // Node's message would quote the argument, which may be a key.
    throw new UsageError('There is an unknown option, or one without its value.');
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
  if (!/^\/(v1\/?)?$/.test(url.pathname)) throw new UsageError(`${option} must have no path other than /v1.`);
  return url.origin;
}

/** A function URL may have a path, because an emulator's does. */
function functionUrlOf(option: string, text: string): string {
  return urlOf(option, text).href.replace(/\/+$/, '');
}

function workloadsOf(url: string | undefined, keyId: string | undefined): SmokeOptions['workloads'] {
  if (url === undefined && keyId === undefined) return undefined;
  if (url === undefined || !keyIdSchema.safeParse(keyId).success || keyId === undefined)
    throw new UsageError('Give --workloads-url and --role-key together: a URL, and the ID of a key for an IAM role.');
  return { url: functionUrlOf('--workloads-url', url), keyId };
}
