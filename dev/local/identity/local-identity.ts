import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Standing } from '../../../lambdas/contracts/http/roles';
import type { Log } from '../../../lambdas/domain/log';
import type { AddressBook } from '../../../lambdas/domain/identity/address-book';
import type { VerifiedEmails } from '../../../lambdas/domain/identity/verified-emails';
import { openOnFirstUse } from '../../../lambdas/domain/open-once';
import type { DataFolder } from '../folder/data-folder';
import { logFailure } from '../log-failure';
import { LocalTokens } from './local-tokens';
import { emailsOf, type LocalUser, localUsers, removeLocalUser } from './local-users';
import { LOCAL_CLIENT_ID, LOCAL_POOL_ID } from './pool-ids';

const HOST = '127.0.0.1';

/** Nothing else is served, because the rest of cognito-local's API changes passwords without authentication. */
const OAUTH_ROUTES = ['GET /oauth2/authorize', 'POST /oauth2/authorize', 'POST /oauth2/token', 'OPTIONS /oauth2/token'];

/** cognito-local copies query parameters into its sign-in form unescaped, so no script may run there. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** In the format of RFC 6749. */
const UNAVAILABLE = {
  error: 'temporarily_unavailable',
  error_description: 'The user pool could not be opened. The cause is in the log of the gateway; try again.',
};

/**
 * Signs people in to a local run: cognito-local issues the tokens, and the deployment's verifier checks them. The port
 * is open from the start, but cognito-local is loaded at the first sign-in, because most runs never need it.
 */
export class LocalIdentity {
  private known: readonly LocalUser[];
  readonly emails: VerifiedEmails & AddressBook;
  readonly clientId = LOCAL_CLIENT_ID;
  /** The URL of the user pool, which is the issuer of its tokens. */
  readonly issuer: string;
  private readonly folder: DataFolder;
  private readonly log: Log;
  private readonly server: Server;
  private readonly tokens: LocalTokens;
  /** Opened at the first sign-in or removal, because most runs never need it. */
  private readonly pool = openOnFirstUse(async () =>
    (await import('./local-pool')).LocalPool.open(this.folder, this.known),
  );
  private signIn: (() => Promise<RequestListener>) | undefined;

  private constructor(folder: DataFolder, users: readonly LocalUser[], server: Server, log: Log) {
    this.folder = folder;
    this.known = users;
    this.emails = emailsOf(() => this.known);
    this.log = log;
    this.server = server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.answer(request, response).catch(() => response.destroy());
    });
    this.issuer = `http://${HOST}:${(server.address() as AddressInfo).port}/${LOCAL_POOL_ID}`;
    this.tokens = new LocalTokens(this.issuer);
  }

  static async start(folder: DataFolder, log: Log): Promise<LocalIdentity> {
    const users = localUsers(folder);
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, HOST, resolve));
    return new LocalIdentity(folder, users, server, log);
  }

  get users(): readonly LocalUser[] {
    return this.known;
  }

  /** Removes a user from the pool. It has no effect if there is no such user. */
  async remove(subject: string): Promise<void> {
    await (await this.pool()).remove(subject);
    this.known = removeLocalUser(this.folder, subject);
  }

  /**
   * Allows people to sign in.
   * @param consoleOrigin the origin of the console, to which people may be redirected
   */
  allowConsole(consoleOrigin: string): void {
    const { tokens, pool } = this;
    const open = async (): Promise<RequestListener> => {
      const { openSignIn } = await import('./sign-in-application');
      return openSignIn({ pool: await pool(), tokens, consoleOrigin });
    };
    this.signIn = openOnFirstUse(() => logFailure(this.log, 'USER_POOL_NOT_OPENED', open));
  }

  /** The JSON Web Key Set that verifies the tokens. */
  keySet(): Promise<object> {
    return this.tokens.keySet();
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
      await this.answerSignIn(request, response);
    } else if (route === `GET /${LOCAL_POOL_ID}/.well-known/jwks.json`) {
      sendJson(response, 200, await this.keySet());
    } else if (route === `GET /${LOCAL_POOL_ID}/.well-known/openid-configuration`) {
      sendJson(response, 200, this.metadata());
    } else {
      sendJson(response, 404, { error: 'not_found' });
    }
  }

  private async answerSignIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let application: RequestListener | undefined;
    try {
      application = await this.signIn?.();
    } catch {
      // The error has been logged, and the next request tries again.
    }
    if (application === undefined) sendJson(response, 503, UNAVAILABLE);
    else application(request, response);
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

function sendJson(response: ServerResponse, status: number, body: object): void {
  // The console is on another port, so its requests are cross-origin.
  response.writeHead(status, { 'content-type': 'application/json', 'access-control-allow-origin': '*' });
  response.end(JSON.stringify(body));
}
