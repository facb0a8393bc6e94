import { openAtStart } from '../../domain/open-once';
import { START_WAIT_MS_MAX } from '../start-wait';
import { CLIENT_BUFFER_BYTES } from '../../domain/data-plane/exchange';
import type { Gateway } from '../../domain/data-plane/gateway';
import { functionUrlExchange, type ReadCaller, type StreamingRuntime } from './function-url-host';

/**
 * Only the Lambda runtime fills this. Elsewhere it is absent, or an empty object from the SDK, and handlers must still
 * load.
 */
const { awslambda } = globalThis as { awslambda?: Partial<StreamingRuntime> };

/**
 * A function's streaming handler, once the gateway is open.
 * @param open called only in the Lambda runtime, while the function starts, and again by the next request after a
 * failure
 */
export async function serveFunctionUrl(
  open: () => Promise<Pick<Gateway, 'handle'>>,
  readCaller: ReadCaller,
): Promise<unknown> {
  if (!isStreaming(awslambda)) return undefined;
  const runtime = awslambda;
  const gateway = await openAtStart(open, START_WAIT_MS_MAX);
  return runtime.streamifyResponse(
    async (event, stream, context) => {
      const exchange = functionUrlExchange(runtime, event, stream, context, readCaller);
      await (await gateway()).handle(exchange);
      exchange.complete();
    },
    { highWaterMark: CLIENT_BUFFER_BYTES },
  );
}

function isStreaming(runtime: Partial<StreamingRuntime> | undefined): runtime is StreamingRuntime {
  return runtime?.streamifyResponse !== undefined;
}
