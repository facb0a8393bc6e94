import { setTimeout as delay } from 'node:timers/promises';
import { AdminGetUserCommand, CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import type { APIError } from 'openai';
import {
  attestAdult,
  createAccount,
  createErasure,
  createExport,
  createKey,
  createMyErasure,
  getErasureCertificate,
  getExport,
  revealExportPassphrase,
} from '../../web/src/api/generated/sdk.gen';
import { unzip } from '../domain/privacy/export-stage';
import { until } from '../e2e/until';
import { apiClient } from './api-client';
import { CREDENTIALS, REGION } from './emulator';
import { signedIn } from './signed-in';
import { CHAT, openaiOf, type Stage } from './stage';
import { tollgate } from './tollgate-command';

/** A minute for the last requests, and the emulator's delays on a busy machine. */
const WORKFLOW_TIMEOUT_MS = 600_000;
const POLL_MS = 1_000;
const OWNER = 'owner-of-rights@example.test';
const PERSON = 'person-with-rights@example.test';

interface Erased {
  readonly accountId: string;
  readonly apiKey: string;
  readonly erasureIds: { readonly account: string; readonly person: string };
}

/**
 * Tests the workflows of exports and erasures with their functions, roles, bucket and user pool.
 * @returns declares the test that the erasures end, which take minutes, so other tests come in between
 */
export function testRights(stage: () => Stage): () => void {
  let erased: Erased | undefined;

  test('promise-10 an owner exports an account of a deployment, opens the archive, and requests its erasure', async () => {
    const client = apiClient(stage(), (await signedIn(stage(), OWNER)).access);
    await attestAdult({ client, body: { adult: true }, throwOnError: true });
    const { data: account } = await createAccount({ client, body: { name: 'Ada and sons' }, throwOnError: true });
    const path = { accountId: account.accountId };
    const { data: key } = await createKey({ client, path, body: { label: 'ci' }, throwOnError: true });

    const { data: begun } = await createExport({ client, path, throwOnError: true });
    const ready = await until(
      'the export',
      async () => {
        await delay(POLL_MS);
        const { data } = await getExport({ client, path: { ...path, exportId: begun.exportId }, throwOnError: true });
        return data.state === 'ready' && data;
      },
      WORKFLOW_TIMEOUT_MS,
    );
    const [file] = ready.files;
    const revealed = await revealExportPassphrase({
      client,
      path: { ...path, exportId: begun.exportId },
      throwOnError: true,
    });
    const archive = new Uint8Array(await (await fetch(file?.url ?? '')).arrayBuffer());
    const contents = new Map(await unzip(archive, revealed.data.passphrase));
    expect(contents.get('account.json')).toContain('Ada and sons');
    expect(contents.get('key.json')).toContain(key.keyId);
    expect([...contents.values()].join()).not.toContain(key.key);

    const ofAccount = await createErasure({ client, path, throwOnError: true });
    const person = apiClient(stage(), (await signedIn(stage(), PERSON)).access);
    const ofPerson = await createMyErasure({ client: person, throwOnError: true });
    expect(ofAccount.data.state).toBe('grace');
    erased = {
      accountId: account.accountId,
      apiKey: key.key,
      erasureIds: { account: ofAccount.data.erasureId, person: ofPerson.data.erasureId },
    };
  });

  return () =>
    test('promise-09 the account and a person are erased, with certificates that name neither', async () => {
      if (erased === undefined) throw new Error('The erasure was not requested.');
      const { accountId, apiKey, erasureIds } = erased;
      for (const [subject, erasureId] of Object.entries(erasureIds)) {
        const signed = await until(
          `the certificate of the ${subject}`,
          async () => {
            await delay(POLL_MS);
            return (await getErasureCertificate({ client: apiClient(stage()), path: { erasureId } })).data;
          },
          WORKFLOW_TIMEOUT_MS,
        );
        expect(signed).toMatchObject({ certificate: { erasureId, subject } });
        expect(JSON.stringify(signed)).not.toMatch(new RegExp(`${accountId}|${PERSON}`));
      }
      const refused: unknown = await openaiOf(stage(), { apiKey })
        .chat.completions.create(CHAT)
        .catch((error: unknown) => error);
      expect((refused as APIError).status).toBe(401);
      const { endpoint } = stage().emulator;
      const client = { endpoint, region: REGION, credentials: CREDENTIALS };
      const cognito = new CognitoIdentityProviderClient(client);
      const UserPoolId = stage().deployment.output('UserPoolId');
      await expect(cognito.send(new AdminGetUserCommand({ UserPoolId, Username: PERSON }))).rejects.toMatchObject({
        name: 'UserNotFoundException',
      });
      cognito.destroy();
      expect(await tollgate(endpoint, ['erasures', 'certificate', erasureIds.account])).toMatchObject({
        certificate: { subject: 'account' },
      });
      expect(await tollgate(endpoint, ['ledger', 'verify'])).toMatchObject({ verified: true, differences: [] });
    });
}
