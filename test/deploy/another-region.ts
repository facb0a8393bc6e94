import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import OpenAI from 'openai';
import { ORIGIN_SECRET_HEADER } from '../../lambdas/contracts/deployment/edge';
import { originSecretSchema } from '../../lambdas/contracts/deployment/secrets';
import { type Outputs, readOutputs } from './cdk';
import type { Customer } from './deployment';
import { CREDENTIALS, REGION } from './emulator';
import { ANSWER, CHAT, dataPlaneAt, initialised, type Stage } from './stage';

const ELSEWHERE = { stage: 'elsewhere', region: 'eu-west-1' };
const DEPLOY_TIMEOUT_MS = 120_000;

/**
 * A deployment whose stores and functions are not where its edge must be. The edge itself cannot come up here: the
 * emulator looks for the outputs of another stack in the edge's own region. test/infra asserts what it asks for.
 */
export function inAnotherRegion(stage: () => Stage): void {
  describe('a deployment outside of us-east-1', () => {
    let outputs: Outputs;
    let customer: Customer;

    beforeAll(async () => {
      const { cdk, config, emulator } = stage();
      await cdk.bootstrap(ELSEWHERE.region);
      await cdk.deploy({ ...config, ...ELSEWHERE }, `tollgate-${ELSEWHERE.stage}-service`);
      outputs = readOutputs();
      customer = (await initialised(emulator, ELSEWHERE)) as Customer;
    }, DEPLOY_TIMEOUT_MS);

    const originSecretIn = async (region: string): Promise<string> => {
      const client = new SecretsManagerClient({
        endpoint: stage().emulator.endpoint,
        region,
        credentials: CREDENTIALS,
      });
      const command = new GetSecretValueCommand({ SecretId: `tollgate-${ELSEWHERE.stage}-origin` });
      const { SecretString = '' } = await client.send(command);
      client.destroy();
      return originSecretSchema.parse(SecretString).current;
    };

    test('has its functions there, and the same origin secret where the edge reads it', async () => {
      expect(outputs['DataPlaneUrl']).toContain(`.${ELSEWHERE.region}.`);
      expect(await originSecretIn(REGION)).toBe(await originSecretIn(ELSEWHERE.region));
    });

    test('answers a paid chat to who knows the secret that the edge would send', async () => {
      const { emulator } = stage();
      const { apiKey } = customer;
      const baseURL = `${dataPlaneAt(emulator, outputs['DataPlaneUrl'] ?? '')}/v1`;
      const defaultHeaders = { [ORIGIN_SECRET_HEADER]: await originSecretIn(REGION) };
      const client = new OpenAI({ apiKey, baseURL, maxRetries: 0, defaultHeaders });
      let text = '';
      for await (const { choices } of await client.chat.completions.create(CHAT))
        text += choices[0]?.delta.content ?? '';
      expect(text).toBe(ANSWER.join(''));
    });
  });
}
