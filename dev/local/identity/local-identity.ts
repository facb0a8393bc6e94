import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Services } from 'cognito-local/lib/services/index.js';
import { CognitoTokenVerifier } from '../../../lambdas/adapters/cognito/cognito-token-verifier';
import type { Standing } from '../../../lambdas/contracts/http/roles';
import type { Clock } from '../../../lambdas/domain/clock';
import type { TokenVerifier } from '../../../lambdas/domain/identity/token-verifier';
import type { VerifiedEmails } from '../../../lambdas/domain/identity/verified-emails';
import type { DataFolder } from '../folder/data-folder';
import { LOCAL_CLIENT_ID, LOCAL_POOL_ID, LocalPool, SILENT } from './local-pool';
import { LocalTokens } from './local-tokens';
import { emailsOf, type LocalUser, localUsers } from './local-users';

const HOST = '127.0.0.1';

/** Nothing else is served, because the rest of cognito-local's API changes passwords without authentication. */
const OAUTH_ROUTES = ['GET /oauth2/authorize', 'POST /oauth2/authorize', 'POST /oauth2/token', 'OPTIONS /oauth2/token'];

/** cognito-local copies query parameters into its sign-in form unescaped, so no script may run there. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Signs people in to a local run: cognito-local issues the tokens, and the deployment's verifier checks them. */
export class LocalIdentity {
  readonly users: readonly LocalUser[];
  readonly emails: VerifiedEmails;
  readonly clientId = LOCAL_CLIENT_ID;
  /** The URL of the user pool, which is the issuer of its tokens. */
  readonly issuer: string;
  private readonly server: Server;
  private readonly pool: LocalPool;
  private readonly tokens: LocalTokens;
  private application: Promise<RequestListener> | undefined;

  private constructor(server: Server, users: readonly LocalUser[], pool: LocalPool) {
    this.server = server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.answer(request, response).catch(() => response.destroy());
    });
    this.users = users;
    this.emails = emailsOf(users);
    this.pool = pool;
    this.issuer = `http://${HOST}:${(server.address() as AddressInfo).port}/${LOCAL_POOL_ID}`;
    this.tokens = new LocalTokens(this.issuer);
  }

  static async start(folder: DataFolder): Promise<LocalIdentity> {
    const users = localUsers(folder);
    const pool = await LocalPool.open(folder, users);
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, HOST, resolve));
    return new LocalIdentity(server, users, pool);
  }

  verifier(clock: Clock): TokenVerifier {
    const fetchKeys = (): Promise<object> => this.tokens.keySet();
    return new CognitoTokenVerifier({ issuer: this.issuer, clientIds: [this.clientId], clock, fetchKeys });
  }

  /** @param origin the origin of the console, to which people may be redirected */
  allowConsole(origin: string): Promise<void> {
    return this.pool.allowConsole(origin);
  }

  /** Issues the token that the console would get, for scripts. */
  accessToken(role: Standing): Promise<string> {
    const user = this.users.find((candidate) => candidate.role === role);
    if (user === undefined) throw new Error(`This data folder has no user with the role ${role}.`);
    return this.tokens.accessToken({ subject: user.subject, clientId: this.clientId });
  }

  stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    return closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?');
    const route = `${request.method ?? ''} ${path}`;
    response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY);
    if (OAUTH_ROUTES.includes(route)) {
      this.application ??= this.loadApplication();
      (await this.application)(request, response);
    } else if (route === `GET /${LOCAL_POOL_ID}/.well-known/jwks.json`) {
      sendJson(response, 200, await this.tokens.keySet());
    } else if (route === `GET /${LOCAL_POOL_ID}/.well-known/openid-configuration`) {
      sendJson(response, 200, this.metadata());
    } else {
      sendJson(response, 404, { error: 'not_found' });
    }
  }

  /** Called at the first sign-in only, because loading takes a tenth of a second. */
  private async loadApplication(): Promise<RequestListener> {
    const { createServer: createApplication } = await import('cognito-local/lib/server/server.js');
    // The OAuth routes use only these two services and the logger.
    const services = { cognito: this.pool.cognito, tokenGenerator: this.tokens } as unknown as Services;
    return createApplication(refuseTargets, SILENT.logger as never, {}, services).application as RequestListener;
  }

  private metadata(): object {
    const origin = new URL(this.issuer).origin;
    return {
      issuer: this.issuer,
      jwks_uri: `${this.issuer}/.well-known/jwks.json`,
      authorization_endpoint: `${origin}/oauth2/authorize`,
      token_endpoint: `${origin}/oauth2/token`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
    };
  }
}

const refuseTargets = () => (): Promise<never> => Promise.reject(new Error('Only the OAuth routes are served.'));

function sendJson(response: ServerResponse, status: number, body: object): void {
  // The console is on another port, so its requests are cross-origin.
  response.writeHead(status, { 'content-type': 'application/json', 'access-control-allow-origin': '*' });
  response.end(JSON.stringify(body));
}
