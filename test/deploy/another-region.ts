import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import OpenAI from 'openai';
import { ORIGIN_SECRET_HEADER } from '../../lambdas/contracts/deployment/edge';
import { originSecretSchema } from '../../lambdas/contracts/deployment/secrets';
import { type Outputs, readOutputs } from './cdk';
import type { TestAccount } from './deployment';
import { CREDENTIALS, REGION } from './emulator';
import { ANSWER, CHAT, dataPlaneAt, initialise, type Stage } from './stage';

const ELSEWHERE = { stage: 'elsewhere', region: 'eu-west-1' };

/**
 * Tests a deployment whose stores and functions are outside the edge's region. The edge itself cannot be deployed here,
 * because the emulator looks for the outputs of another stack in the edge's region. test/infra covers its template.
 */
export function testAnotherRegion(stage: () => Stage): void {
  describe('a deployment outside of us-east-1', () => {
    let outputs: Outputs;
    let account: TestAccount;

    beforeAll(async () => {
      const { cdk, config, emulator } = stage();
      await cdk.bootstrap(ELSEWHERE.region);
      await cdk.deploy({ ...config, ...ELSEWHERE }, `tollgate-${ELSEWHERE.stage}-service`);
      outputs = readOutputs();
      account = (await initialise(emulator, ELSEWHERE)) as TestAccount;
    });

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

    test('a deployment in another region has its functions there, and a replica of the origin secret in us-east-1', async () => {
      expect(outputs['DataPlaneUrl']).toContain(`.${ELSEWHERE.region}.`);
      expect(await originSecretIn(REGION)).toBe(await originSecretIn(ELSEWHERE.region));
    });

    test('a deployment in another region answers a paid chat that carries the origin secret', async () => {
      const { emulator } = stage();
      const { apiKey } = account;
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
