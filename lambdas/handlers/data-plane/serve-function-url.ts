import { openOnce } from '../../domain/open-once';
import { CLIENT_BUFFER_BYTES } from '../../domain/data-plane/exchange';
import type { Gateway } from '../../domain/data-plane/gateway';
import { functionUrlExchange, type ReadCaller, type StreamingRuntime } from './function-url-host';

/** Filled by the Lambda runtime alone, so a module that serves loads without it; the SDK leaves an empty one elsewhere. */
const { awslambda } = globalThis as { awslambda?: Partial<StreamingRuntime> };

/**
 * A function's handler, which streams.
 * @param open is called where the Lambda runtime is, before the first request, and after a failure by the next one
 */
export function serveFunctionUrl(open: () => Promise<Pick<Gateway, 'handle'>>, readCaller: ReadCaller): unknown {
  if (!isStreaming(awslambda)) return undefined;
  const runtime = awslambda;
  const gateway = openOnce(open);
  return runtime.streamifyResponse(
    async (event, stream, context) => {
      await (await gateway()).handle(functionUrlExchange(runtime, event, stream, context, readCaller));
    },
    { highWaterMark: CLIENT_BUFFER_BYTES },
  );
}

function isStreaming(runtime: Partial<StreamingRuntime> | undefined): runtime is StreamingRuntime {
  return runtime?.streamifyResponse !== undefined;
}
