import { originSecretSchema } from '../../contracts/deployment/secrets';
import { AgedSecret, type AgedSecretOptions } from './aged-secret';

/** Reads the values by which a function knows the edge: the current one and, while it rotates, the one before. */
export function originSecrets(options: Omit<AgedSecretOptions<unknown>, 'schema'>): () => Promise<readonly string[]> {
  const secret = new AgedSecret({ ...options, schema: originSecretSchema });
  return async () => Object.values(await secret.get());
}
