import { Aws, Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnManagedLoginBranding,
  ClientAttributes,
  FeaturePlan,
  ManagedLoginVersion,
  Mfa,
  OAuthScope,
  UserPool,
  UserPoolClient,
  UserPoolClientIdentityProvider,
  UserPoolDomain,
  UserPoolEmail,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import {
  ACCESS_TOKEN_MINUTES,
  SIGN_IN_SCOPES,
  SIGNED_IN_PATH,
  SIGNED_OUT_PATH,
} from '../../lambdas/contracts/deployment/sign-in';
import type { Config } from '../config';
import { acknowledge } from '../compliance/acknowledgements';
import { classify } from '../compliance/data-class';
import { addFederatedProvider } from './federated-providers';
import { consoleUrlOf } from './identity-config';
import { IdentityGrants } from './identity-grants';

const PASSWORD_CHARACTERS_MIN = 12;
/** How long a session lasts before a person has to sign in again. */
const SESSION_HOURS = 12;

export interface IdentityProps {
  readonly config: Config;
}

/**
 * Identifies people: a user pool, its sign-in pages, and the console's client. The pool does not decide what they may do:
 * no group, attribute or claim of it is read for that.
 */
export class Identity extends Construct {
  readonly userPool: UserPool;
  readonly client: UserPoolClient;
  /** The address of the sign-in pages. */
  readonly signInUrl: string;
  readonly grants: IdentityGrants;

  constructor(scope: Construct, id: string, { config }: IdentityProps) {
    super(scope, id);
    this.userPool = this.#createPool(config);
    this.client = this.#createClient(config);
    const domain = new UserPoolDomain(this, 'SignIn', {
      userPool: this.userPool,
      cognitoDomain: { domainPrefix: config.identity.signInPrefix ?? ownPrefix(config.stage) },
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    });
    // Managed login shows an error page to a client without a style.
    new CfnManagedLoginBranding(this, 'Style', {
      userPoolId: this.userPool.userPoolId,
      clientId: this.client.userPoolClientId,
      useCognitoProvidedValues: true,
    });
    this.signInUrl = domain.baseUrl();
    this.grants = new IdentityGrants(this.userPool);
  }

  #createPool({ stage, identity: { selfSignUp, mailFrom } }: Config): UserPool {
    const userPool = new UserPool(this, 'UserPool', {
      userPoolName: `tollgate-${stage}`,
      featurePlan: FeaturePlan.ESSENTIALS,
      selfSignUpEnabled: selfSignUp,
      // People sign in with their email address; their user name is an opaque ID.
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      // An attacker with a stolen session cannot replace the address before the new one is verified.
      keepOriginal: { email: true },
      standardAttributes: { email: { required: true, mutable: true } },
      signInPolicy: { allowedFirstAuthFactors: { password: true, emailOtp: true, passkey: true } },
      passwordPolicy: {
        minLength: PASSWORD_CHARACTERS_MIN,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      ...(mailFrom !== undefined && { email: this.#mail(mailFrom) }),
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    classify(userPool, { dataClass: 'personal', retention: 'life of the user' });
    acknowledge(
      userPool,
      {
        decision: 'essentials-sign-in',
        rules: ['AwsSolutions-COG2'],
        control: 'People can add a TOTP app, and can sign in with a passkey or a code by email instead of a password.',
        consequence: 'A person who adds none of these is authenticated by a password alone.',
        test: 'promise-16 people sign in with a password, a code by email or a passkey, and may add an authenticator app',
      },
      {
        decision: 'essentials-sign-in',
        rules: ['AwsSolutions-COG8'],
        control:
          'Cognito locks a user out temporarily after failed attempts, and no answer reveals whether a user exists.',
        consequence: "Addresses and devices are not checked at sign-in, as Cognito's Plus tier would.",
        test: 'the client is public, uses the code flow only, and does not reveal which users exist',
      },
    );
    return userPool;
  }

  #mail(address: string): UserPoolEmail {
    return UserPoolEmail.withSES({
      fromEmail: address,
      fromName: 'Tollgate',
      sesVerifiedDomain: address.slice(address.lastIndexOf('@') + 1),
      sesRegion: Stack.of(this).region,
    });
  }

  #createClient({ domain, identity }: Config): UserPoolClient {
    const consoleUrl = consoleUrlOf({ domain, identity });
    const email = new ClientAttributes().withStandardAttributes({ email: true });
    const providers = identity.providers.map((provider) => addFederatedProvider(this, this.userPool, provider));
    const client = new UserPoolClient(this, 'Console', {
      userPool: this.userPool,
      // The client runs in browsers, which cannot keep a secret; PKCE replaces it.
      generateSecret: false,
      authFlows: { user: true },
      ...(consoleUrl === undefined
        ? { disableOAuth: true }
        : {
            oAuth: {
              flows: { authorizationCodeGrant: true, implicitCodeGrant: false, clientCredentials: false },
              scopes: SIGN_IN_SCOPES.map((scope) => OAuthScope.custom(scope)),
              callbackUrls: [`${consoleUrl}${SIGNED_IN_PATH}`],
              logoutUrls: [`${consoleUrl}${SIGNED_OUT_PATH}`],
            },
          }),
      supportedIdentityProviders: [
        UserPoolClientIdentityProvider.COGNITO,
        ...identity.providers.map(({ name }) => UserPoolClientIdentityProvider.custom(name)),
      ],
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.minutes(ACCESS_TOKEN_MINUTES),
      idTokenValidity: Duration.minutes(ACCESS_TOKEN_MINUTES),
      refreshTokenValidity: Duration.hours(SESSION_HOURS),
      // A refresh token works once, so that either the stolen copy or the original stops working.
      refreshTokenRotationGracePeriod: Duration.seconds(10),
      readAttributes: email.withStandardAttributes({ emailVerified: true }),
      // Cognito writes the address of a federated user through the client.
      writeAttributes: email,
    });
    client.node.addDependency(...providers);
    return client;
  }
}

/** Takes the last part of the stack's ID, which is unique and does not reveal the AWS account's number. */
function ownPrefix(stage: string): string {
  const stackUuid = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  return Fn.join('-', ['tollgate', stage, Fn.select(4, Fn.split('-', stackUuid))]);
}
