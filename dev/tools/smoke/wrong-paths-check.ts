import { type Finding, verdict } from './finding';
import { type GatewayClient, jsonOf } from './gateway-client';

/** Paths of clients with a wrong base URL: without the version, with a second slash, or in capitals. */
const WRONG_PATHS = ['/chat/completions', '//v1/models', '/V1/models'];

/** Checks that a client with a wrong base URL gets an error in JSON, which it can show, and never a page. */
export async function checkWrongPaths(client: GatewayClient): Promise<Finding> {
  const answers = await Promise.all(WRONG_PATHS.map(async (path) => ({ path, ...(await client.get(path)) })));
  const wrong = answers.filter(({ status, text }) => status < 400 || jsonOf(text) === undefined);
  const measured = (wrong.length > 0 ? wrong : answers).map(({ path, status }) => `${status} at ${path}`).join(', ');
  return verdict('a wrong path gets an error in JSON', wrong.length === 0, measured);
}
