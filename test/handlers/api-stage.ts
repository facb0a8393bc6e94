import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { TOP_UP_LIMITS_DEFAULT } from '../../lambdas/contracts/deployment/payment-limits';
import type { Standing } from '../../lambdas/contracts/http/roles';
import { STANDINGS } from '../../lambdas/contracts/http/roles';
import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import type { Log } from '../../lambdas/domain/log';
import type { Mail } from '../../lambdas/domain/notifications/mailer';
import { Payments } from '../../lambdas/domain/payments/payments';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import {
  type ApiOptions,
  type ApiDependencies,
  apiDependencies,
} from '../../lambdas/handlers/control-plane/api/api-dependencies';
import { serveApi } from '../../lambdas/handlers/control-plane/api/serve-api';
import { DEPLOYMENT as PAYMENTS_DEPLOYMENT, FakeProcessor } from '../simulation/payments/fake-processor';
import { Random } from '../simulation/random';
import { RecordingStore } from './recording-store';

export interface Asked {
  readonly method: string;
  /** Below /api. */
  readonly path: string;
  readonly query?: string;
  /** @default none: no token */
  readonly as?: string;
  readonly headers?: { readonly [name: string]: string };
  /** Serialised as JSON, or sent unchanged if it is a string. */
  readonly body?: unknown;
}

export interface Answered {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly text: string;
  readonly body: { readonly [member: string]: unknown };
}

export type StageOptions = Partial<ApiOptions> & {
  /** Wraps the engine that the API uses. */
  readonly wrap?: (store: TableStore) => TableStore;
};

/** Everyone has this address, unless a test says otherwise. */
const EMAIL = 'someone@example.test';
const START = Date.parse('2026-11-02T10:00:00.000Z');

/** The control plane on a store in memory, with a person for every role in one account, and another account. */
export class ApiStage {
  now = START;
  readonly store: TableStore;
  readonly parts: ApiDependencies;
  readonly processor: FakeProcessor;
  readonly logged: string[] = [];
  readonly mails: Mail[] = [];
  /** The verified email addresses of people in the user pool, by subject. @default EMAIL */
  readonly emails = new Map<string, string>();
  /** The people by their standing; `stranger` owns the other account. */
  readonly people = new Map<string, string>();
  accountId = '';
  otherAccountId = '';
  readonly #engine: EmbeddedStore;
  readonly #serve: ReturnType<typeof serveApi>;

  private constructor({ wrap, ...options }: StageOptions) {
    const clock = () => this.now;
    this.#engine = EmbeddedStore.memory({ clock });
    this.store = wrap ? wrap(this.#engine) : this.#engine;
    const line = (code: string, fields = {}): void => void this.logged.push(JSON.stringify([code, fields]));
    const log: Log = { info: line, warn: line, error: line };
    // It neither adds taxes nor refuses refunds.
    this.processor = new FakeProcessor(Object.assign(new Random(1), { chance: () => false }), clock);
    this.parts = apiDependencies({
      store: this.store,
      clock,
      log,
      pepper: 'a pepper of sixteen bytes',
      // Here a token is its subject, because the verification of tokens has its own tests.
      verifier: {
        verify: async (token) =>
          token === 'wrong' ? undefined : { subject: token, clientId: 'c', issuedAt: this.now },
      },
      payments: new Payments({
        store: this.store,
        clock,
        log,
        processor: this.processor,
        deployment: PAYMENTS_DEPLOYMENT,
        limits: TOP_UP_LIMITS_DEFAULT,
        usageRetentionDays: 90,
      }),
      federatedTokens: { verify: async () => undefined },
      emails: { of: async (subject) => this.emails.get(subject) ?? EMAIL },
      mailer: { send: async (mail) => void this.mails.push(mail) },
      ...options,
    });
    this.#serve = serveApi(this.parts);
  }

  /** A stage whose people and accounts already exist. They are created once, and copied to each stage's engine. */
  static async open(options: StageOptions = {}): Promise<ApiStage> {
    prepared ??= prepare();
    const { recorder, people, accountId, otherAccountId } = await prepared;
    const stage = new ApiStage(options);
    await recorder.repeatOn(stage.#engine);
    for (const [name, personId] of people) stage.people.set(name, personId);
    Object.assign(stage, { accountId, otherAccountId });
    return stage;
  }

  /** An engine without any people. */
  static empty(options: StageOptions = {}): ApiStage {
    return new ApiStage(options);
  }

  person(name: Standing | 'stranger'): string {
    return this.people.get(name)!;
  }

  async ask({ method, path, query = '', as, headers = {}, body }: Asked): Promise<Answered> {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const response = await this.#serve({
      rawPath: `/api${path}`,
      rawQueryString: query,
      isBase64Encoded: false,
      headers: {
        ...(as !== undefined && { authorization: `Bearer ${as}` }),
        ...(text !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(text !== undefined && { body: text }),
      requestContext: { requestId: 'r-1', http: { method } },
    });
    const responseBody = response.body ?? '';
    return {
      status: response.statusCode ?? 0,
      headers: response.headers as { [name: string]: string },
      text: responseBody,
      body: responseBody === '' ? {} : (JSON.parse(responseBody) as { [member: string]: unknown }),
    };
  }
}

let prepared: ReturnType<typeof prepare> | undefined;

async function prepare() {
  const recorders: RecordingStore[] = [];
  const stage = ApiStage.empty({ wrap: (store) => (recorders[0] = new RecordingStore(store)) });
  const { people, operators, accounts, invitations } = stage.parts;
  for (const name of [...STANDINGS, 'stranger']) {
    const { personId } = await people.ofSubject(name);
    await people.attestAdult(personId);
    stage.people.set(name, personId);
  }
  const accountId = await accounts.create({ name: 'Ours', ownerId: stage.person('owner') });
  const otherAccountId = await accounts.create({ name: 'Theirs', ownerId: stage.person('stranger') });
  for (const role of ['admin', 'developer', 'billing', 'auditor'] as const) {
    const invited = { accountId, email: EMAIL, role, actor: DEPLOYMENT };
    const { token } = await invitations.create(invited);
    await invitations.accept({ token, personId: stage.person(role) });
  }
  await operators.appoint({ personId: stage.person('operator'), actor: DEPLOYMENT });
  return { recorder: recorders[0]!, people: stage.people, accountId, otherAccountId };
}
