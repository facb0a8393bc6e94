import { z } from 'zod';
import { type ErasureSettings, erasureSettingsSchema } from '../../../lambdas/contracts/deployment/erasure-settings';
import { EDGE_REGION } from '../../../lambdas/contracts/deployment/edge';
import type { StackTarget } from '../commands/command';
import type { StackReader } from './stack-outputs';

/** No usable deployment has this name. The message says why in one line. */
export class DeploymentNotFound extends Error {
  override readonly name = 'DeploymentNotFound';
}

const name = z.string().min(1);

/** The outputs of the stateful stack that commands need. A test compares them with the templates. */
const statefulSchema = z
  .object({
    AccountsTable: name,
    KeysTable: name,
    WalletTable: name,
    UsageTable: name,
    RollupsTable: name,
    AuditTable: name,
    CatalogTable: name,
    ProviderKeysSecret: name,
    KeyPepperSecret: name,
    /** Only a deployment that takes payments has it. */
    StripeKeysSecret: name.optional(),
    UsageDays: z.string().regex(/^\d{1,4}$/),
    Providers: name,
  })
  .transform((outputs) => ({
    tableNames: {
      accounts: outputs.AccountsTable,
      keys: outputs.KeysTable,
      wallet: outputs.WalletTable,
      usage: outputs.UsageTable,
      rollups: outputs.RollupsTable,
      audit: outputs.AuditTable,
      catalog: outputs.CatalogTable,
    },
    providerKeysSecret: outputs.ProviderKeysSecret,
    keyPepperSecret: outputs.KeyPepperSecret,
    /** Exists only if the deployment takes payments. */
    stripeKeysSecret: outputs.StripeKeysSecret,
    usageRetentionDays: Number(outputs.UsageDays),
    /** In their configured order. */
    providerIds: outputs.Providers.split(','),
  }));

/** The physical names of a deployment's tables and secrets, and the configuration that commands need. */
export type Deployment = Readonly<z.infer<typeof statefulSchema>>;

/** @throws DeploymentNotFound when the stateful stack is missing, or too old to have all outputs */
export async function readDeployment(stacks: StackReader, { stack, region }: StackTarget): Promise<Deployment> {
  const outputs = await stacks.outputs(`${stack}-stateful`, region);
  if (outputs === undefined) {
    throw new DeploymentNotFound(
      `There is no stack ${stack}-stateful in ${region ?? "the credentials' account and region"}.`,
    );
  }
  const parsed = statefulSchema.safeParse(outputs);
  if (parsed.success) return parsed.data;
  const missing = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new DeploymentNotFound(`The stack ${stack}-stateful lacks the outputs ${missing}: deploy this version first.`);
}

const workflowsSchema = z.object({
  ExportMachine: z.string(),
  ErasureMachine: z.string(),
  ErasureSettings: z.string().transform((text) => erasureSettingsSchema.parse(JSON.parse(text))),
});

/**
 * @returns the ARNs of the state machines, and the settings of erasures that the deployment was configured with
 * @throws DeploymentNotFound when the service stack is missing, or too old to have them
 */
export async function readWorkflows(
  stacks: StackReader,
  { stack, region }: StackTarget,
): Promise<{ readonly exportMachine: string; readonly erasureMachine: string; readonly settings: ErasureSettings }> {
  const parsed = workflowsSchema.safeParse((await stacks.outputs(`${stack}-service`, region)) ?? {});
  if (!parsed.success) {
    const missing = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw new DeploymentNotFound(`The stack ${stack}-service lacks the outputs ${missing}: deploy this version first.`);
  }
  const { ExportMachine: exportMachine, ErasureMachine: erasureMachine, ErasureSettings: settings } = parsed.data;
  return { exportMachine, erasureMachine, settings };
}

/** Where clients reach the gateway. */
export interface Endpoint {
  readonly url: string;
  /** False for the function's own URL, which refuses every request without the edge's secret. */
  readonly isPublic: boolean;
  /** The function behind the edge, so that the smoke test can check that the edge cannot be bypassed. */
  readonly functionUrl?: string | undefined;
}

/** @throws DeploymentNotFound when neither the edge nor the service stack is deployed */
export async function readEndpoint(stacks: StackReader, { stack, region }: StackTarget): Promise<Endpoint> {
  const edge = (await stacks.outputs(`${stack}-edge`, EDGE_REGION)) ?? (await stacks.outputs(`${stack}-edge`, region));
  const service = await stacks.outputs(`${stack}-service`, region);
  const functionUrl = service?.['DataPlaneUrl']?.replace(/\/$/, '');
  if (edge?.['Endpoint'] !== undefined) return { url: edge['Endpoint'], isPublic: true, functionUrl };
  if (functionUrl === undefined)
    throw new DeploymentNotFound(`Neither ${stack}-service nor ${stack}-edge is deployed.`);
  return { url: functionUrl, isPublic: false };
}
