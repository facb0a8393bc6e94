import { PROXY_ENV } from '../../contracts/env';
import { readEnv } from '../../adapters/read-env';
import { functionUrlExchange, type StreamingRuntime } from './function-url-host';
import { deployedGateway } from './deployed-gateway';

/** Defined by the Lambda runtime alone, so the module loads without it. */
const { awslambda } = globalThis as { awslambda?: StreamingRuntime };

export const handler = awslambda && streaming(awslambda);

function streaming(runtime: StreamingRuntime): unknown {
  const gateway = deployedGateway(readEnv(PROXY_ENV));
  return runtime.streamifyResponse(async (event, stream, context) => {
    await (await gateway).handle(functionUrlExchange(runtime, event, stream, context));
  });
}
