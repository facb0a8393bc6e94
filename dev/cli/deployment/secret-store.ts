import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/** The secrets of a deployment, as text. No error of theirs quotes one. */
export interface SecretStore {
  read(arn: string): Promise<string>;
  replace(arn: string, text: string): Promise<void>;
}

/** Those in Secrets Manager. */
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

/** A secret may be there without a value. */
function emptyWhenAbsent(error: unknown): { readonly SecretString?: string } {
  if (error instanceof ResourceNotFoundException) return {};
  throw error;
}
