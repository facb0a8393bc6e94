import { SecretValue } from 'aws-cdk-lib';
import type { AttributeMapping, IUserPool } from 'aws-cdk-lib/aws-cognito';
import {
  ProviderAttribute,
  SigningAlgorithm,
  UserPoolIdentityProviderOidc,
  UserPoolIdentityProviderSaml,
  UserPoolIdentityProviderSamlMetadata,
} from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import type { FederatedProvider } from './identity-config';

/** As SAML providers call it. */
const SAML_EMAIL = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress';

/** The mail address and nothing else: no name, no group, no role comes from outside. */
const mapping = (email: string): AttributeMapping => ({ email: ProviderAttribute.other(email) });

/** Lets people sign in at their organisation's. The client must depend on what this returns. */
export function addFederatedProvider(scope: Construct, userPool: IUserPool, provider: FederatedProvider): Construct {
  const id = `Provider-${provider.name}`;
  const { name } = provider;
  switch (provider.type) {
    case 'oidc':
      return new UserPoolIdentityProviderOidc(scope, id, {
        userPool,
        name,
        issuerUrl: provider.issuerUrl,
        clientId: provider.clientId,
        // Resolved by CloudFormation while deploying, so that no template shows it.
        clientSecret: SecretValue.secretsManager(provider.clientSecretName).unsafeUnwrap(),
        scopes: ['openid', 'email'],
        attributeMapping: mapping('email'),
      });
    case 'saml':
      return new UserPoolIdentityProviderSaml(scope, id, {
        userPool,
        name,
        metadata: UserPoolIdentityProviderSamlMetadata.url(provider.metadataUrl),
        requestSigningAlgorithm: SigningAlgorithm.RSA_SHA256,
        attributeMapping: mapping(SAML_EMAIL),
      });
  }
}
