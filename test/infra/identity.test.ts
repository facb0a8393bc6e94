import { DATA_CLASS_TAG, RETENTION_TAG } from '../../lib/compliance/data-class';
import { ConfigInvalid, parseConfig } from '../../lib/config';
import { CONFIGURATIONS, OIDC, SAML } from './configurations';
import type { Resource, Synthesis } from './synthesis';
import { at, ofType, synthesize } from './synthesis';

const plain = synthesize('default');
const whole = synthesize('identity');
/** Has the settings of sign-in that `whole` leaves at their defaults. */
const signIn = synthesize('signIn');

/** Returns the only resource of a type. */
function only(synthesis: Synthesis, type: string): Resource {
  const [first, ...others] = ofType(synthesis, type);
  if (first === undefined || others.length > 0) throw new Error(`There is not exactly one ${type}.`);
  return first[1];
}

const poolOf = (synthesis: Synthesis) => only(synthesis, 'AWS::Cognito::UserPool').Properties;
const clientOf = (synthesis: Synthesis) => only(synthesis, 'AWS::Cognito::UserPoolClient').Properties;

describe('the user pool', () => {
  test('the user pool has the Essentials tier, outlives its stack and is protected', () => {
    const pool = only(plain, 'AWS::Cognito::UserPool');
    expect(pool).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(pool.Properties).toMatchObject({ UserPoolTier: 'ESSENTIALS', DeletionProtection: 'ACTIVE' });
  });

  test('the user pool declares that it holds personal data, and its retention', () => {
    expect(poolOf(plain)['UserPoolTags']).toMatchObject({
      [DATA_CLASS_TAG]: 'personal',
      [RETENTION_TAG]: expect.any(String) as unknown,
    });
  });

  test('promise-16 people sign in with a password, a code by email or a passkey, and may add an authenticator app', () => {
    expect(at(poolOf(plain), 'Policies', 'SignInPolicy', 'AllowedFirstAuthFactors')).toEqual([
      'PASSWORD',
      'EMAIL_OTP',
      'WEB_AUTHN',
    ]);
    expect(poolOf(plain)).toMatchObject({ MfaConfiguration: 'OPTIONAL', EnabledMfas: ['SOFTWARE_TOKEN_MFA'] });
  });

  test('a password must be long and mixed, and a temporary password expires', () => {
    const { MinimumLength, TemporaryPasswordValidityDays, ...mixed } = at(
      poolOf(plain),
      'Policies',
      'PasswordPolicy',
    ) as Record<string, number | boolean>;
    expect(MinimumLength).toBeGreaterThanOrEqual(12);
    expect(TemporaryPasswordValidityDays).toBeLessThanOrEqual(3);
    expect(Object.values(mixed)).toEqual([true, true, true, true]);
  });

  test('an email address is a sign-in name but not a user name, and is verified before it replaces another', () => {
    expect(poolOf(plain)).toMatchObject({
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      AutoVerifiedAttributes: ['email'],
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
    });
  });

  test('the user pool has no groups, no custom attributes and no function that writes claims', () => {
    expect(at(poolOf(whole), 'Schema')).toEqual([{ Name: 'email', Mutable: true, Required: true }]);
    expect(poolOf(whole)['LambdaConfig']).toBeUndefined();
    expect(ofType(whole, 'AWS::Cognito::UserPoolGroup', 'AWS::Cognito::IdentityPool')).toEqual([]);
  });

  test('only an operator can create users, unless self sign-up is configured', () => {
    expect(at(poolOf(plain), 'AdminCreateUserConfig', 'AllowAdminCreateUserOnly')).toBe(true);
    expect(at(poolOf(whole), 'AdminCreateUserConfig', 'AllowAdminCreateUserOnly')).toBe(false);
  });

  test("the user pool sends email from Cognito's address, or from the configured one", () => {
    expect(poolOf(plain)['EmailConfiguration']).toBeUndefined();
    expect(poolOf(whole)['EmailConfiguration']).toMatchObject({
      EmailSendingAccount: 'DEVELOPER',
      From: 'Tollgate <tollgate@mail.example.com>',
    });
    expect(JSON.stringify(at(poolOf(whole), 'EmailConfiguration', 'SourceArn'))).toContain(
      ':identity/mail.example.com',
    );
  });
});

describe('the client', () => {
  test('the client is public, uses the code flow only, and does not reveal which users exist', () => {
    expect(clientOf(whole)).toMatchObject({
      GenerateSecret: false,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email'],
      ExplicitAuthFlows: ['ALLOW_USER_AUTH'],
      PreventUserExistenceErrors: 'ENABLED',
    });
  });

  test("the client's tokens can be revoked, access tokens are short-lived, and a refresh token works once", () => {
    expect(clientOf(whole)).toMatchObject({
      EnableTokenRevocation: true,
      RefreshTokenRotation: { Feature: 'ENABLED' },
      TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes' },
    });
    expect(clientOf(whole)['AccessTokenValidity']).toBeLessThanOrEqual(15);
  });

  test('the client may write an email address and nothing else', () => {
    expect(clientOf(whole)['WriteAttributes']).toEqual(['email']);
    expect(clientOf(whole)['ReadAttributes']).toEqual(['email', 'email_verified']);
  });

  test('people return to the domain or to the configured address, and to no other', () => {
    expect(clientOf(whole)).toMatchObject({
      CallbackURLs: ['https://gateway.example.com/signed-in'],
      LogoutURLs: ['https://gateway.example.com/'],
    });
    const { consoleUrl } = CONFIGURATIONS.signIn.identity;
    expect(clientOf(signIn)['CallbackURLs']).toEqual([`${consoleUrl}/signed-in`]);
  });

  test('the code flow is off without a domain and a configured address', () => {
    expect(clientOf(plain)['AllowedOAuthFlowsUserPoolClient']).toBe(false);
    expect(clientOf(plain)['AllowedOAuthFlows']).toBeUndefined();
    expect(clientOf(plain)['CallbackURLs']).toBeUndefined();
  });
});

describe('the sign-in pages', () => {
  test('the sign-in pages are those of managed login, with the style that they require', () => {
    expect(only(plain, 'AWS::Cognito::UserPoolDomain').Properties['ManagedLoginVersion']).toBe(2);
    expect(only(plain, 'AWS::Cognito::ManagedLoginBranding').Properties).toMatchObject({
      ClientId: { Ref: ofType(plain, 'AWS::Cognito::UserPoolClient')[0]?.[0] },
      UseCognitoProvidedValues: true,
    });
  });

  test("the sign-in address is unique and does not reveal the AWS account's number", () => {
    const address = JSON.stringify(only(plain, 'AWS::Cognito::UserPoolDomain').Properties['Domain']);
    expect(address).toContain('tollgate-prod');
    expect(address).toContain('AWS::StackId');
    expect(address).not.toContain('AWS::AccountId');
    expect(only(signIn, 'AWS::Cognito::UserPoolDomain').Properties['Domain']).toBe('gateway-example');
  });
});

describe('external identity providers', () => {
  const [oidc, saml] = ['OIDC', 'SAML'].map((type) =>
    ofType(whole, 'AWS::Cognito::UserPoolIdentityProvider').find(
      ([, { Properties }]) => Properties['ProviderType'] === type,
    ),
  );

  test('an identity provider supplies an email address and nothing else', () => {
    expect(Object.keys(at(oidc, 1, 'Properties', 'AttributeMapping') as object)).toEqual(['email']);
    expect(Object.keys(at(saml, 1, 'Properties', 'AttributeMapping') as object)).toEqual(['email']);
  });

  test('the client secret of an identity provider is read from Secrets Manager and is in no template', () => {
    expect(at(oidc, 1, 'Properties', 'ProviderDetails', 'client_secret')).toBe(
      '{{resolve:secretsmanager:workplace/client-secret:SecretString:::}}',
    );
  });

  test('a SAML provider receives signed requests', () => {
    expect(at(saml, 1, 'Properties', 'ProviderDetails')).toMatchObject({
      MetadataURL: SAML.metadataUrl,
      RequestSigningAlgorithm: 'rsa-sha256',
    });
  });

  test('the client supports the identity providers in addition to the user pool itself', () => {
    expect(clientOf(whole)['SupportedIdentityProviders']).toEqual(['COGNITO', 'Workplace', 'Directory']);
    expect(clientOf(plain)['SupportedIdentityProviders']).toEqual(['COGNITO']);
    expect(only(whole, 'AWS::Cognito::UserPoolClient')).toMatchObject({
      DependsOn: expect.arrayContaining([oidc?.[0], saml?.[0]]) as unknown,
    });
  });
});

test.each([
  [{ providers: [{ ...OIDC, clientSecret: 'x' }] }, 'tollgate.identity.providers.0: unknown setting clientSecret.'],
  [
    { providers: [{ ...SAML, metadataUrl: 'http://directory.example.com' }] },
    'tollgate.identity.providers.0.metadataUrl: must be an https:// address.',
  ],
  [
    { providers: [OIDC, { ...SAML, name: 'workplace' }] },
    'tollgate.identity.providers: must not name a provider twice.',
  ],
  [{ signInPrefix: 'my-aws-login' }, 'tollgate.identity.signInPrefix: must not contain aws, amazon or cognito.'],
  [
    { consoleUrl: 'http://gateway.example.com' },
    'tollgate.identity.consoleUrl: must be an https:// address without a path.',
  ],
])('the identity settings %j are rejected with one sentence', (identity, message) => {
  expect(() => parseConfig({ identity })).toThrow(new ConfigInvalid(message));
});

test('a stage whose name Cognito refuses in a sign-in address needs a configured one', () => {
  expect(() => parseConfig({ stage: 'aws-prod' })).toThrow('tollgate.identity.signInPrefix: must be given');
  expect(parseConfig({ stage: 'aws-prod', identity: { signInPrefix: 'gateway' } }).stage).toBe('aws-prod');
});

describe('the management API', () => {
  /** The statements of the function's role about one AWS service. */
  const allowedAt = (synthesis: Synthesis, service: string) => {
    const [policy] = ofType(synthesis, 'AWS::IAM::ManagedPolicy').filter(([id]) =>
      id.startsWith('ControlPlaneManagementPolicy'),
    );
    const statements = at(policy, 1, 'Properties', 'PolicyDocument', 'Statement') as readonly object[];
    return statements.filter((statement) => JSON.stringify(at(statement, 'Action')).includes(`"${service}:`));
  };
  const environmentOf = (synthesis: Synthesis) => {
    const [management] = ofType(synthesis, 'AWS::Lambda::Function').filter(([id]) =>
      id.startsWith('ControlPlaneManagement'),
    );
    return at(management, 1, 'Properties', 'Environment', 'Variables');
  };

  test('the management API sends no email itself, and knows whether the deployment does', () => {
    for (const [synthesis, from] of [
      [whole, 'tollgate@mail.example.com'],
      [plain, 'none'],
    ] as const) {
      expect(allowedAt(synthesis, 'ses')).toEqual([]);
      expect(environmentOf(synthesis)).toMatchObject({ MAIL_FROM: from });
    }
  });

  test("the management API may read a user's sign-in factors and address, and nothing else of the user pool", () => {
    const statements = allowedAt(plain, 'cognito-idp');
    const actions = statements.flatMap((statement) => at(statement, 'Action'));
    expect(actions.toSorted()).toEqual(['cognito-idp:AdminGetUserAuthFactors', 'cognito-idp:ListUsers']);
    for (const statement of statements)
      expect(JSON.stringify(at(statement, 'Resource'))).toMatch(/:userpool\/.+RefIdentityUserPool/);
    expect(environmentOf(plain)).toMatchObject({ OPERATOR_MFA: 'required' });
  });

  test('the management API may read no factors if operators need no second factor', () => {
    const actions = allowedAt(signIn, 'cognito-idp').flatMap((statement) => at(statement, 'Action'));
    expect(actions).toEqual(['cognito-idp:ListUsers']);
    expect(environmentOf(signIn)).toMatchObject({ OPERATOR_MFA: 'optional' });
    expect(() => parseConfig({ identity: { operatorMfa: 'off' } })).toThrow(
      'tollgate.identity.operatorMfa: must be required or optional.',
    );
  });
});
