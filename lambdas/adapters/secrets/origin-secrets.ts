import { originSecretSchema } from '../../contracts/deployment/secrets';
import { CachedSecret, type CachedSecretOptions } from './cached-secret';

/** Reads the valid origin secrets: the current one and, during a rotation, the previous one. */
export function originSecrets(options: Omit<CachedSecretOptions<unknown>, 'schema'>): () => Promise<readonly string[]> {
  const secret = new CachedSecret({ ...options, schema: originSecretSchema });
  return async () => Object.values(await secret.get());
}
