import { readEnv } from '../../adapters/read-env';
import { PROXY_ENV } from '../../contracts/deployment/environment';
import { deployedGateway } from './deployed-gateway';
import { clientsEntrance } from './entrances';
import { callerBehindEdge } from './function-url-callers';
import { serveFunctionUrl } from './serve-function-url';

export const handler = await serveFunctionUrl(() => {
  const env = readEnv(PROXY_ENV);
  return deployedGateway(env, clientsEntrance(env));
}, callerBehindEdge);
