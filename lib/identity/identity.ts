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

const PASSWORD_CHARACTERS_MIN = 12;
/** How long nobody has to sign in again, while they come back. */
const SESSION_HOURS = 12;

export interface IdentityProps {
  readonly config: Config;
}

/**
 * Who people are: a user pool, its sign-in pages, and the console's client. What they may do is no matter of the pool's:
 * no group, no attribute and no claim of it is read for that.
 */
export class Identity extends Construct {
  readonly userPool: UserPool;
  readonly client: UserPoolClient;
  /** Where the sign-in pages are. */
  readonly signInUrl: string;

  constructor(scope: Construct, id: string, { config }: IdentityProps) {
    super(scope, id);
    this.userPool = this.#createPool(config);
    this.client = this.#createClient(config);
    const domain = new UserPoolDomain(this, 'SignIn', {
      userPool: this.userPool,
      cognitoDomain: { domainPrefix: config.identity.signInPrefix ?? ownPrefix(config.stage) },
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    });
    // The newer pages show nothing to a client without a style.
    new CfnManagedLoginBranding(this, 'Style', {
      userPoolId: this.userPool.userPoolId,
      clientId: this.client.userPoolClientId,
      useCognitoProvidedValues: true,
    });
    this.signInUrl = domain.baseUrl();
  }

  #createPool({ stage, identity: { selfSignUp, mailFrom } }: Config): UserPool {
    const userPool = new UserPool(this, 'UserPool', {
      userPoolName: `tollgate-${stage}`,
      featurePlan: FeaturePlan.ESSENTIALS,
      selfSignUpEnabled: selfSignUp,
      // The mail address is how people are found; their user name is an id that says nothing.
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      // Whoever takes over a session cannot move the user to an address of theirs unseen.
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
        control: 'People can add a TOTP app; a passkey and a code by mail take the place of a password.',
        consequence: 'Whoever adds nothing is known by a password alone.',
        test: 'people sign in with a password, a code by mail or a passkey, and may add an authenticator app',
      },
      {
        decision: 'essentials-sign-in',
        rules: ['AwsSolutions-COG8'],
        control: 'Cognito locks a user out for a time after failed attempts, and nothing tells whether a user exists.',
        consequence: "No look at addresses and devices at sign-in, which Cognito's Plus tier would have.",
        test: 'the client is public, uses the code flow only, and says nothing about who exists',
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
    const consoleUrl = identity.consoleUrl ?? (domain && `https://${domain.name}`);
    const email = new ClientAttributes().withStandardAttributes({ email: true });
    const providers = identity.providers.map((provider) => addFederatedProvider(this, this.userPool, provider));
    const client = new UserPoolClient(this, 'Console', {
      userPool: this.userPool,
      // Public: it runs in browsers, which keep no secret. What stands for one is PKCE.
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
      // A refresh token is good for once, so that of a stolen one and its original one ceases to work.
      refreshTokenRotationGracePeriod: Duration.seconds(10),
      readAttributes: email.withStandardAttributes({ emailVerified: true }),
      // A federated address is written through the client too.
      writeAttributes: email,
    });
    client.node.addDependency(...providers);
    return client;
  }
}

/** Unique without telling the account's number: the end of the stack's own id. */
function ownPrefix(stage: string): string {
  const stackUuid = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  return Fn.join('-', ['tollgate', stage, Fn.select(4, Fn.split('-', stackUuid))]);
}
