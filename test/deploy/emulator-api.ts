import { REGION } from './emulator';

/**
 * Calls a service that this repository otherwise needs no client for. The emulator checks no signature, but reads the
 * service's name from it.
 */
async function call(
  endpoint: string,
  service: string,
  request: { headers?: Record<string, string>; body: URLSearchParams | string },
): Promise<string> {
  const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/${service}/aws4_request`;
  const headers = { authorization, ...request.headers };
  const response = await fetch(endpoint, { method: 'POST', headers, body: request.body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${service} answered ${response.status}: ${text}`);
  return text;
}

/** Switches off termination protection, without which a protected stack cannot be deleted. */
export async function allowDeletion(endpoint: string, stackName: string): Promise<void> {
  const query = { Action: 'UpdateTerminationProtection', Version: '2010-05-15', StackName: stackName };
  await call(endpoint, 'cloudformation', {
    body: new URLSearchParams({ ...query, EnableTerminationProtection: 'false' }),
  });
}

/** Reads every line of every log group. */
export async function logLines(endpoint: string): Promise<string[]> {
  const ask = async (action: string, input: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${action}` };
    return JSON.parse(await call(endpoint, 'logs', { headers, body: JSON.stringify(input) }));
  };
  const { logGroups } = (await ask('DescribeLogGroups', {})) as {
    readonly logGroups: { readonly logGroupName: string }[];
  };
  const lines = logGroups.map(async ({ logGroupName }) => {
    const found = (await ask('FilterLogEvents', { logGroupName })) as {
      readonly events: { readonly message: string }[];
    };
    return found.events.map(({ message }) => message);
  });
  return (await Promise.all(lines)).flat();
}
