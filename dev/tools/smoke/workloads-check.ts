import { AwsClient } from 'aws4fetch';
import { ulid } from 'ulid';
import { failed, type Finding, verdict, reasonOf, skipped } from './finding';

const CHECK = 'workloads are recognised by their IAM role';
const TIMEOUT_MS = 30_000;
const PATH = '/v1/models';

/** The function for workloads, and a key for the role that the credentials belong to. */
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

/** Makes three requests: one unsigned, and two signed that name the role's key and a key of another role. */
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
    const ownKey = await statusOf(signed, target.url, target.keyId);
    const otherKey = await statusOf(signed, target.url, ulid());
    const measured = `${unsigned} unsigned, ${ownKey} signed, ${otherKey} signed but naming another role's key`;
    return verdict(CHECK, unsigned === 403 && ownKey === 200 && otherKey === 401, measured);
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

/** A function URL contains its region. Any region works with another host, such as an emulator. */
const regionOf = (url: string): string =>
  /\.lambda-url\.([a-z0-9-]+)\.on\.aws$/.exec(new URL(url).hostname)?.[1] ?? 'us-east-1';
