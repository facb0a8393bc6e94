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

/** The claim in which SAML providers send the email address. */
const SAML_EMAIL = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress';

/** Maps the email address only: no name, group or role is taken from a provider. */
const mapping = (email: string): AttributeMapping => ({ email: ProviderAttribute.other(email) });

/** Lets people sign in at an identity provider. The user pool's client must depend on the returned construct. */
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
        // CloudFormation resolves it during the deployment, so that no template contains it.
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
