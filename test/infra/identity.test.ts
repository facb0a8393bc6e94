import { DATA_CLASS_TAG, RETENTION_TAG } from '../../lib/compliance/data-class';
import { ConfigInvalid, parseConfig } from '../../lib/config';
import type { Resource, Synthesis } from './synthesis';
import { at, ofType, synthesize } from './synthesis';

const DOMAIN = { name: 'gateway.example.com', certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/a' };
const OIDC = {
  type: 'oidc',
  name: 'Workplace',
  issuerUrl: 'https://login.example.com',
  clientId: 'tollgate',
  clientSecretName: 'workplace/client-secret',
};
const SAML = { type: 'saml', name: 'Directory', metadataUrl: 'https://directory.example.com/metadata.xml' };

const plain = synthesize({});
const whole = synthesize({
  domain: DOMAIN,
  identity: { mailFrom: 'tollgate@mail.example.com', selfSignUp: true, providers: [OIDC, SAML] },
});

/** The only one of its type. */
function only(synthesis: Synthesis, type: string): Resource {
  const [first, ...others] = ofType(synthesis, type);
  if (first === undefined || others.length > 0) throw new Error(`there is not one ${type}`);
  return first[1];
}

const poolOf = (synthesis: Synthesis) => only(synthesis, 'AWS::Cognito::UserPool').Properties;
const clientOf = (synthesis: Synthesis) => only(synthesis, 'AWS::Cognito::UserPoolClient').Properties;

describe('the user pool', () => {
  test('is of the Essentials tier, outlives its stack and is protected', () => {
    const pool = only(plain, 'AWS::Cognito::UserPool');
    expect(pool).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(pool.Properties).toMatchObject({ UserPoolTier: 'ESSENTIALS', DeletionProtection: 'ACTIVE' });
    expect(Object.keys(plain.templates.stateful.findResources('AWS::Cognito::UserPool'))).toHaveLength(1);
  });

  test('declares that it holds personal data, and when it ends', () => {
    expect(poolOf(plain)['UserPoolTags']).toMatchObject({
      [DATA_CLASS_TAG]: 'personal',
      [RETENTION_TAG]: expect.any(String) as unknown,
    });
  });

  test('people sign in with a password, a code by mail or a passkey, and may add an authenticator app', () => {
    expect(at(poolOf(plain), 'Policies', 'SignInPolicy', 'AllowedFirstAuthFactors')).toEqual([
      'PASSWORD',
      'EMAIL_OTP',
      'WEB_AUTHN',
    ]);
    expect(poolOf(plain)).toMatchObject({ MfaConfiguration: 'OPTIONAL', EnabledMfas: ['SOFTWARE_TOKEN_MFA'] });
  });

  test('a password is long and mixed, and an invitation ends', () => {
    const { MinimumLength, TemporaryPasswordValidityDays, ...mixed } = at(
      poolOf(plain),
      'Policies',
      'PasswordPolicy',
    ) as Record<string, number | boolean>;
    expect(MinimumLength).toBeGreaterThanOrEqual(12);
    expect(TemporaryPasswordValidityDays).toBeLessThanOrEqual(3);
    expect(Object.values(mixed)).toEqual([true, true, true, true]);
  });

  test('a mail address is a sign-in name, is verified before it replaces another, and never a user name', () => {
    expect(poolOf(plain)).toMatchObject({
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      AutoVerifiedAttributes: ['email'],
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
    });
  });

  test('knows nothing of a role: no group, no attribute of ours, no function that writes claims', () => {
    expect(at(poolOf(whole), 'Schema')).toEqual([{ Name: 'email', Mutable: true, Required: true }]);
    expect(poolOf(whole)['LambdaConfig']).toBeUndefined();
    expect(ofType(whole, 'AWS::Cognito::UserPoolGroup', 'AWS::Cognito::IdentityPool')).toEqual([]);
  });

  test('takes new users from an operator only, unless the configuration opens it', () => {
    expect(at(poolOf(plain), 'AdminCreateUserConfig', 'AllowAdminCreateUserOnly')).toBe(true);
    expect(at(poolOf(whole), 'AdminCreateUserConfig', 'AllowAdminCreateUserOnly')).toBe(false);
  });

  test("sends mail from Cognito's address, or from the deployment's own", () => {
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
  test('the client is public, uses the code flow only, and says nothing about who exists', () => {
    expect(clientOf(whole)).toMatchObject({
      GenerateSecret: false,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email'],
      ExplicitAuthFlows: ['ALLOW_USER_AUTH'],
      PreventUserExistenceErrors: 'ENABLED',
    });
  });

  test('its tokens can be revoked, an access token ends soon, and a refresh token is good for once', () => {
    expect(clientOf(whole)).toMatchObject({
      EnableTokenRevocation: true,
      RefreshTokenRotation: { Feature: 'ENABLED' },
      TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes' },
    });
    expect(clientOf(whole)['AccessTokenValidity']).toBeLessThanOrEqual(15);
  });

  test('may write a mail address and nothing else', () => {
    expect(clientOf(whole)['WriteAttributes']).toEqual(['email']);
    expect(clientOf(whole)['ReadAttributes']).toEqual(['email', 'email_verified']);
  });

  test('sends people back to the domain, or to the address that the configuration names, and to no other', () => {
    expect(clientOf(whole)).toMatchObject({
      CallbackURLs: ['https://gateway.example.com/signed-in'],
      LogoutURLs: ['https://gateway.example.com/'],
    });
    const consoleUrl = 'https://d111111abcdef8.cloudfront.net';
    expect(clientOf(synthesize({ identity: { consoleUrl } }))['CallbackURLs']).toEqual([`${consoleUrl}/signed-in`]);
  });

  test('sends nobody anywhere while there is no such address', () => {
    expect(clientOf(plain)['AllowedOAuthFlowsUserPoolClient']).toBe(false);
    expect(clientOf(plain)['AllowedOAuthFlows']).toBeUndefined();
    expect(clientOf(plain)['CallbackURLs']).toBeUndefined();
  });
});

describe('the sign-in pages', () => {
  test('are those of managed login, with a style, without which they show nothing', () => {
    expect(only(plain, 'AWS::Cognito::UserPoolDomain').Properties['ManagedLoginVersion']).toBe(2);
    expect(only(plain, 'AWS::Cognito::ManagedLoginBranding').Properties).toMatchObject({
      ClientId: { Ref: ofType(plain, 'AWS::Cognito::UserPoolClient')[0]?.[0] },
      UseCognitoProvidedValues: true,
    });
  });

  test("have an address that no other deployment has, and that does not tell the account's number", () => {
    const address = JSON.stringify(only(plain, 'AWS::Cognito::UserPoolDomain').Properties['Domain']);
    expect(address).toContain('tollgate-prod');
    expect(address).toContain('AWS::StackId');
    expect(address).not.toContain('AWS::AccountId');
    const named = synthesize({ identity: { signInPrefix: 'gateway-example' } });
    expect(only(named, 'AWS::Cognito::UserPoolDomain').Properties['Domain']).toBe('gateway-example');
  });
});

describe('an identity provider of the organisation', () => {
  const [oidc, saml] = ['OIDC', 'SAML'].map((type) =>
    ofType(whole, 'AWS::Cognito::UserPoolIdentityProvider').find(
      ([, { Properties }]) => Properties['ProviderType'] === type,
    ),
  );

  test('gives a mail address and nothing else', () => {
    expect(Object.keys(at(oidc, 1, 'Properties', 'AttributeMapping') as object)).toEqual(['email']);
    expect(Object.keys(at(saml, 1, 'Properties', 'AttributeMapping') as object)).toEqual(['email']);
  });

  test('has its secret read from Secrets Manager while deploying: no template shows it', () => {
    expect(at(oidc, 1, 'Properties', 'ProviderDetails', 'client_secret')).toBe(
      '{{resolve:secretsmanager:workplace/client-secret:SecretString:::}}',
    );
  });

  test('that speaks SAML gets signed requests', () => {
    expect(at(saml, 1, 'Properties', 'ProviderDetails')).toMatchObject({
      MetadataURL: SAML.metadataUrl,
      RequestSigningAlgorithm: 'rsa-sha256',
    });
  });

  test('is one that the client knows, beside the pool itself', () => {
    expect(clientOf(whole)['SupportedIdentityProviders']).toEqual(['COGNITO', 'Workplace', 'Directory']);
    expect(clientOf(plain)['SupportedIdentityProviders']).toEqual(['COGNITO']);
    expect(only(whole, 'AWS::Cognito::UserPoolClient')).toMatchObject({
      DependsOn: expect.arrayContaining([oidc?.[0], saml?.[0]]) as unknown,
    });
  });
});

test.each([
  [{ providers: [{ ...OIDC, clientSecret: 'x' }] }, 'tollgate.identity.providers.0: no such setting: clientSecret.'],
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
])('%j is refused with one sentence', (identity, message) => {
  expect(() => parseConfig({ identity })).toThrow(new ConfigInvalid(message));
});

test('a stage that Cognito would refuse in a sign-in address needs one of its own', () => {
  expect(() => parseConfig({ stage: 'aws-prod' })).toThrow('tollgate.identity.signInPrefix: must be given');
  expect(parseConfig({ stage: 'aws-prod', identity: { signInPrefix: 'gateway' } }).stage).toBe('aws-prod');
});

describe('the management API', () => {
  /** What its role may do at a service. */
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
  const arnOf = (resource: unknown): string =>
    (at(resource, 'Fn::Join', 1) as readonly unknown[]).map(String).join('*');

  test('sends mails from the one configured address, and from no other', () => {
    const [statement, ...others] = allowedAt(whole, 'ses');
    expect(others).toEqual([]);
    expect(statement).toMatchObject({
      Action: 'ses:SendEmail',
      Condition: { StringEquals: { 'ses:FromAddress': 'tollgate@mail.example.com' } },
      Effect: 'Allow',
    });
    const resources = at(statement, 'Resource') as readonly unknown[];
    expect(resources.map((resource) => /:identity\/.*$/.exec(arnOf(resource))?.[0])).toEqual([
      ':identity/mail.example.com',
      ':identity/tollgate@mail.example.com',
    ]);
    expect(environmentOf(whole)).toMatchObject({ MAIL_FROM: 'tollgate@mail.example.com' });
  });

  test('sends none where no address is configured', () => {
    expect(allowedAt(plain, 'ses')).toEqual([]);
    expect(environmentOf(plain)).toMatchObject({ MAIL_FROM: 'none' });
  });

  test('may ask the user pool by which factors somebody signs in, and nothing else of it', () => {
    const [statement, ...others] = allowedAt(plain, 'cognito-idp');
    expect(others).toEqual([]);
    expect(statement).toMatchObject({ Action: 'cognito-idp:AdminGetUserAuthFactors', Effect: 'Allow' });
    expect(JSON.stringify(at(statement, 'Resource'))).toMatch(/IdentityUserPool\w+Arn/);
    expect(environmentOf(plain)).toMatchObject({ OPERATOR_MFA: 'required' });
  });

  test('asks nothing of it where operators need no second factor', () => {
    const lax = synthesize({ identity: { operatorMfa: 'optional' } });
    expect(allowedAt(lax, 'cognito-idp')).toEqual([]);
    expect(environmentOf(lax)).toMatchObject({ OPERATOR_MFA: 'optional' });
    expect(() => parseConfig({ identity: { operatorMfa: 'off' } })).toThrow(
      'tollgate.identity.operatorMfa: must be required or optional.',
    );
  });
});
