import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/** Reads and writes the secrets of a deployment as text. Its errors never quote a secret. */
export interface SecretStore {
  read(arn: string): Promise<string>;
  replace(arn: string, text: string): Promise<void>;
}

/** Keeps the secrets in AWS Secrets Manager. */
export class SecretsManagerStore implements SecretStore {
  readonly #client: SecretsManagerClient;

  constructor(region?: string) {
    this.#client = new SecretsManagerClient(region === undefined ? {} : { region });
  }

  async read(arn: string): Promise<string> {
    const { SecretString } = await this.#client
      .send(new GetSecretValueCommand({ SecretId: arn }))
      .catch(emptyWhenAbsent);
    return SecretString ?? '';
  }

  async replace(arn: string, text: string): Promise<void> {
    await this.#client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text }));
  }

  close(): void {
    this.#client.destroy();
  }
}

/** Secrets Manager answers "not found" for a secret that exists but has no value yet. */
function emptyWhenAbsent(error: unknown): { readonly SecretString?: string } {
  if (error instanceof ResourceNotFoundException) return {};
  throw error;
}
