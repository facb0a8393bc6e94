import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startDynamodbLocal } from './dynamodb-local';

const OFFER = 'TOLLGATE_TEST_DYNAMODB_OFFER';
/**
 * Where jest's own process keeps the function that ends the offer, because setup and teardown are loaded separately.
 */
const KEY = Symbol.for('tollgate.shared-dynamodb-local');

/**
 * One DynamoDB Local for a whole test run: it takes seconds to start, and a dozen test files use it. Jest's own process
 * starts it when a test first requests it.
 */
export class SharedDynamodbLocal {
  readonly #server: Server;
  #engine: ReturnType<typeof startDynamodbLocal> | undefined;

  private constructor() {
    this.#server = createServer((_request, response) => {
      this.#engine ??= startDynamodbLocal();
      this.#engine.then(
        ({ endpoint }) => response.end(endpoint),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  }

  /** For jest's own process: from now on, tests can request the engine. */
  static async offer(): Promise<void> {
    const shared = new SharedDynamodbLocal();
    // The offer must not keep jest from exiting.
    shared.#server.listen(0, '127.0.0.1').unref();
    await once(shared.#server, 'listening');
    process.env[OFFER] = `http://127.0.0.1:${(shared.#server.address() as AddressInfo).port}`;
    Reflect.set(globalThis, KEY, shared);
  }

  /** For jest's own process: ends the engine if a test started it. */
  static async withdraw(): Promise<void> {
    const shared = Reflect.get(globalThis, KEY) as SharedDynamodbLocal;
    shared.#server.close();
    const engine = await shared.#engine?.catch(() => undefined);
    await engine?.stop();
  }

  /** For tests: the engine's address. All files share it, so each test names its own tables. */
  static async endpoint(): Promise<string> {
    const offer = process.env[OFFER];
    if (offer === undefined) throw new Error('DynamoDB Local is shared by the global setup of jest.config.js');
    const response = await fetch(offer);
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text;
  }
}
