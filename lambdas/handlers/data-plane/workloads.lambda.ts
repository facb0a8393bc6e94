import { readEnv } from '../../adapters/read-env';
import { WORKLOADS_ENV } from '../../contracts/deployment/environment';
import { deployedGateway } from './deployed-gateway';
import { workloadsEntrance } from './entrances';
import { callerFromIam } from './function-url-callers';
import { serveFunctionUrl } from './serve-function-url';

export const handler = await serveFunctionUrl(
  () => deployedGateway(readEnv(WORKLOADS_ENV), workloadsEntrance),
  callerFromIam,
);
