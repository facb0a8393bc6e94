import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { TOP_UP_LIMITS_DEFAULT } from '../../lambdas/contracts/deployment/payment-limits';
import type { Standing } from '../../lambdas/contracts/http/roles';
import { STANDINGS } from '../../lambdas/contracts/http/roles';
import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import type { ErasureInput } from '../../lambdas/contracts/storage/erasure';
import type { ExportInput } from '../../lambdas/contracts/storage/export';
import type { Log } from '../../lambdas/domain/log';
import { MailRecipients } from '../../lambdas/domain/accounts/mail-recipients';
import { MailDelivery } from '../../lambdas/domain/notifications/delivery/mail-delivery';
import { MailLinks } from '../../lambdas/domain/notifications/delivery/mail-links';
import type { Mail } from '../../lambdas/domain/notifications/mailer';
import { Preferences } from '../../lambdas/domain/notifications/people/preferences';
import { Suppressions } from '../../lambdas/domain/notifications/people/suppressions';
import { derivedSecret, MAIL_SECRETS } from '../../lambdas/domain/secret';
import { Payments } from '../../lambdas/domain/payments/payments';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import {
  type ApiOptions,
  type ApiDependencies,
  apiDependencies,
} from '../../lambdas/handlers/control-plane/api/api-dependencies';
import { serveApi } from '../../lambdas/handlers/control-plane/api/serve-api';
import { keepingWritten } from '../domain/notifications/written';
import { DEPLOYMENT as DEPLOYMENT_ID, FakeProcessor } from '../simulation/payments/fake-processor';
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
const PEPPER = 'a pepper of sixteen bytes';
export const PUBLIC_URL = 'https://gateway.example.com';
const START = Date.parse('2026-11-02T10:00:00.000Z');

/** The control plane on a store in memory, with a person for every role in one account, and another account. */
export class ApiStage {
  now = START;
  /** The exports whose workflows were started. */
  readonly started: ExportInput[] = [];
  readonly erasuresStarted: ErasureInput[] = [];
  readonly store: TableStore;
  readonly parts: ApiDependencies;
  readonly processor: FakeProcessor;
  readonly logged: string[] = [];
  /** Everything that was ever written to the tables, as text. */
  readonly written: string[] = [];
  /** The mails that `deliver` has sent. */
  readonly mails: Mail[] = [];
  /** The verified email addresses of people in the user pool, by subject. @default EMAIL */
  readonly emails = new Map<string, string>();
  /** The people by their standing; `stranger` owns the other account. */
  readonly people = new Map<string, string>();
  /** When the people of tokens signed in. @default before they were first seen, so that nobody is told */
  signedInAt = 0;
  accountId = '';
  otherAccountId = '';
  readonly #engine: EmbeddedStore;
  readonly #verifiedEmails = { of: async (subject: string) => this.emails.get(subject) ?? EMAIL };
  readonly #serve: ReturnType<typeof serveApi>;

  private constructor({ wrap, ...options }: StageOptions) {
    const clock = () => this.now;
    this.#engine = EmbeddedStore.memory({ clock });
    const kept = keepingWritten(this.#engine, this.written);
    this.store = wrap ? wrap(kept) : kept;
    const line = (code: string, fields = {}): void => void this.logged.push(JSON.stringify([code, fields]));
    const log: Log = { info: line, warn: line, error: line };
    // It neither adds taxes nor refuses refunds.
    this.processor = new FakeProcessor(Object.assign(new Random(1), { chance: () => false }), clock);
    this.parts = apiDependencies({
      store: this.store,
      clock,
      log,
      pepper: PEPPER,
      // Here a token is its subject, because the verification of tokens has its own tests.
      verifier: {
        verify: async (token) =>
          token === 'wrong'
            ? undefined
            : { subject: token, clientId: 'c', issuedAt: this.now, signedInAt: this.signedInAt },
      },
      federatedTokens: { verify: async () => undefined },
      emails: this.#verifiedEmails,
      addressBook: { subjectOf: async (address) => [...this.emails].find(([, email]) => email === address)?.[0] },
      sendsMail: true,
      payments: this.#payments(clock, log),
      publicUrl: 'https://tollgate.example/',
      exports: {
        workflows: { startExport: async (input) => void this.started.push(input) },
        links: {
          sign: async ({ path }) => ({
            url: `https://files.example/${path}`,
            expiresAt: new Date(this.now).toISOString(),
          }),
        },
      },
      erasures: {
        workflows: { startErasure: async (input) => void this.erasuresStarted.push(input) },
        settings: { graceDays: 7, balance: 'refund' },
      },
      ...options,
    });
    this.#serve = serveApi(this.parts);
  }

  /** Payments on a processor in memory, which has one succeeded payment for each account that asks. */
  #payments(clock: () => number, log: Log): Payments {
    const limits = TOP_UP_LIMITS_DEFAULT;
    const plans = [{ id: 'demo', stripePriceId: 'price_demo' }];
    const { store, processor } = this;
    return new Payments({
      store,
      clock,
      log,
      processor,
      deployment: DEPLOYMENT_ID,
      limits,
      plans,
      usageRetentionDays: 90,
    });
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

  /** Delivers the mails of the outbox, as the functions do. @returns those to one address, or all */
  async deliver(to?: string): Promise<readonly Mail[]> {
    const { store, mails } = this;
    const clock = () => this.now;
    const secretFor = (purpose: keyof typeof MAIL_SECRETS) => derivedSecret(PEPPER, MAIL_SECRETS[purpose]);
    const delivery = new MailDelivery({
      store,
      clock,
      log: this.parts.log,
      mailer: { detectsRepeats: false, send: async (mail) => void mails.push(mail) },
      recipients: new MailRecipients({
        store,
        emails: this.#verifiedEmails,
        invitationsSecret: secretFor('invitations'),
      }),
      preferences: new Preferences({ store }),
      suppressions: new Suppressions({ store, clock, secret: secretFor('suppressions') }),
      links: new MailLinks({ publicUrl: PUBLIC_URL, secret: secretFor('unsubscribe') }),
    });
    // The first run makes one message for each person of a message to several.
    for (let run = 0; run < 2; run += 1) await delivery.sweep();
    return mails.filter((mail) => to === undefined || mail.to === to);
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
      body: isJson(response.headers?.['content-type']) && responseBody !== '' ? (JSON.parse(responseBody) as Body) : {},
    };
  }
}

type Body = Answered['body'];
const isJson = (type: unknown): boolean => /json(?!l)/.test(String(type));

let prepared: ReturnType<typeof prepare> | undefined;

async function prepare() {
  const recorders: RecordingStore[] = [];
  const stage = ApiStage.empty({ sendsMail: false, wrap: (store) => (recorders[0] = new RecordingStore(store)) });
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
