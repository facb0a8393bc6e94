import { RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge, inHipaaAndNist } from '../compliance/acknowledgements';
import { classify } from '../compliance/data-class';
import { originSecretName } from './origin-secret';

export interface DeploymentSecretsProps {
  readonly stage: string;
  readonly encryptionKey: IKey;
  /** Where the edge reads the origin secret from, when that is not the region of the stack. */
  readonly edgeRegion?: string | undefined;
}

/**
 * The secrets of a deployment. Their first values are constants of the template: a template that changes
 * one would overwrite what an operator has put in, or end every key at once.
 */
export class DeploymentSecrets extends Construct {
  /** JSON, a provider's key by the provider's id. An operator fills it; a configured provider without one fails the start. */
  readonly providerKeys: Secret;
  /** The key that every verifier is made with: 64 letters and digits. Changing it ends every API key. */
  readonly keyPepper: Secret;
  /** JSON, `current` and, from the first rotation on, `previous`. Both are valid. */
  readonly origin: Secret;

  constructor(scope: Construct, id: string, props: DeploymentSecretsProps) {
    super(scope, id);
    const { stage, encryptionKey, edgeRegion } = props;
    const shared = { encryptionKey, removalPolicy: RemovalPolicy.RETAIN };
    this.providerKeys = new Secret(this, 'ProviderKeys', {
      ...shared,
      description: `Tollgate ${stage}: JSON, each provider's key by its id`,
      // Not one empty place per provider: adding a provider would then overwrite the keys of all.
      secretStringValue: SecretValue.unsafePlainText('{}'),
    });
    this.keyPepper = new Secret(this, 'KeyPepper', {
      ...shared,
      description: `Tollgate ${stage}: the pepper of the key verifiers`,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    this.origin = new Secret(this, 'Origin', {
      ...shared,
      secretName: originSecretName(stage),
      description: `Tollgate ${stage}: JSON, by which functions know CloudFront: current and previous`,
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'current',
        passwordLength: 48,
        excludePunctuation: true,
      },
      ...(edgeRegion !== undefined && { replicaRegions: [{ region: edgeRegion }] }),
    });
    for (const secret of [this.providerKeys, this.keyPepper, this.origin]) {
      classify(secret, { dataClass: 'secret', retention: 'until replaced by its operator' });
    }
    acknowledge(this, {
      decision: 'operator-rotates-secrets',
      rules: ['AwsSolutions-SMG4', ...inHipaaAndNist('SecretsManagerRotationEnabled')],
      control:
        'docs/runbook.md says how each is replaced: providers issue their own keys, two origin secrets are valid at once.',
      consequence: 'None rotates by itself; a rotating pepper would end every key.',
      test: 'the first value of a secret never depends on the configuration',
    });
  }
}
