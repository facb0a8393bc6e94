import { AwsClient } from 'aws4fetch';
import { ulid } from 'ulid';
import { failed, type Finding, verdict, reasonOf, skipped } from './finding';

const CHECK = 'workloads are known by their IAM role';
const TIMEOUT_MS = 30_000;
const PATH = '/v1/models';

/** Where workloads call, and the key that is for the role of the credentials. */
export interface WorkloadsTarget {
  readonly url: string;
  readonly keyId: string;
  readonly credentials: () => Promise<Credentials>;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Asks three times: without a signature, with one that names the role's key, and with one that names no key of it. */
export async function checkWorkloads(target: WorkloadsTarget | undefined): Promise<Finding> {
  if (target === undefined) return skipped(CHECK, 'no --workloads-url was given');
  try {
    const { accessKeyId, secretAccessKey, sessionToken } = await target.credentials();
    const aws = new AwsClient({
      accessKeyId,
      secretAccessKey,
      service: 'lambda',
      region: regionOf(target.url),
      retries: 0,
      ...(sessionToken !== undefined && { sessionToken }),
    });
    const unsigned = await statusOf(fetch, target.url, target.keyId);
    const signed = (url: string, init: RequestInit): Promise<Response> => aws.fetch(url, init);
    const named = await statusOf(signed, target.url, target.keyId);
    const stranger = await statusOf(signed, target.url, ulid());
    const measured = `${unsigned} without a signature, ${named} with it, ${stranger} naming a key that is not the role's`;
    return verdict(CHECK, unsigned === 403 && named === 200 && stranger === 401, measured);
  } catch (error) {
    return failed(CHECK, reasonOf(error));
  }
}

async function statusOf(
  send: (url: string, init: RequestInit) => Promise<Response>,
  url: string,
  keyId: string,
): Promise<number> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await send(`${url}${PATH}`, { headers: { 'x-api-key': keyId }, redirect: 'manual', signal });
  await response.arrayBuffer();
  return response.status;
}

/** A function URL's host says it. Where another host answers, as an emulator does, any region will do. */
const regionOf = (url: string): string =>
  /\.lambda-url\.([a-z0-9-]+)\.on\.aws$/.exec(new URL(url).hostname)?.[1] ?? 'us-east-1';
