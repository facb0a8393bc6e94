import { PROXY_ENV } from '../../contracts/env';
import { readEnv } from '../../adapters/read-env';
import { functionUrlExchange, type StreamingRuntime } from './function-url-host';
import { deployedGateway } from './deployed-gateway';

/** Filled by the Lambda runtime alone, so the module loads without it; the SDK leaves an empty one elsewhere. */
const { awslambda } = globalThis as { awslambda?: Partial<StreamingRuntime> };

export const handler = isStreaming(awslambda) ? streaming(awslambda) : undefined;

function isStreaming(runtime: Partial<StreamingRuntime> | undefined): runtime is StreamingRuntime {
  return runtime?.streamifyResponse !== undefined;
}

function streaming(runtime: StreamingRuntime): unknown {
  const gateway = deployedGateway(readEnv(PROXY_ENV));
  return runtime.streamifyResponse(async (event, stream, context) => {
    await (await gateway).handle(functionUrlExchange(runtime, event, stream, context));
  });
}
