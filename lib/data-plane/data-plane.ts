import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { FunctionUrl } from 'aws-cdk-lib/aws-lambda';
import { FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { PROXY_ENV } from '../../lambdas/contracts/env';
import type { Config } from '../config';
import { acknowledge, inEveryStandard } from '../shared/acknowledgements';
import { HarmAlarm } from '../shared/alarm';
import { logCodeMetric } from '../shared/log-code-metric';
import { ServiceFunction } from '../shared/service-function';
import type { StatefulStack } from '../stacks/stateful-stack';

export interface DataPlaneProps {
  readonly config: Config;
  readonly stateful: StatefulStack;
  readonly alarmTopic: ITopic;
}

/** The metered proxy behind its streaming function URL. */
export class DataPlane extends Construct {
  readonly proxy: ServiceFunction<typeof PROXY_ENV>;
  readonly url: FunctionUrl;

  constructor(scope: Construct, id: string, props: DataPlaneProps) {
    super(scope, id);
    const { config, stateful } = props;
    const { wallet, keys, usage, catalog, secrets } = stateful;

    this.proxy = new ServiceFunction(this, 'Proxy', {
      entry: 'lambdas/handlers/data-plane/proxy.lambda.ts',
      description: 'Authenticates, reserves, streams a provider through, settles',
      memoryMb: config.dataPlane.memoryMb,
      // What Lambda allows at most: a hold's deadline lies behind it.
      timeout: Duration.minutes(15),
      reservedConcurrency: config.dataPlane.reservedConcurrency,
      logGroupName: `/tollgate/${config.stage}/data-plane`,
      logDays: config.logDays,
      encryptionKey: stateful.encryptionKey,
      failedInvocations: {
        needNoQueueBecause:
          'It is only called over its URL, where the caller gets the error and the sweeper ends the hold.',
      },
      environmentNames: PROXY_ENV,
      environment: {
        WALLET_TABLE: wallet.table.tableName,
        KEYS_TABLE: keys.table.tableName,
        USAGE_TABLE: usage.table.tableName,
        CATALOG_TABLE: catalog.table.tableName,
        PROVIDER_KEYS_SECRET: secrets.providerKeys.secretArn,
        KEY_PEPPER_SECRET: secrets.keyPepper.secretArn,
        ORIGIN_SECRET: secrets.origin.secretArn,
        PROVIDERS: JSON.stringify(config.providers),
        USAGE_RETENTION_DAYS: String(config.usageDays),
      },
    });
    // No authentication by AWS: clients bring their own key, and signing would overwrite it. Adds both
    // permissions that a URL needs, lambda:InvokeFunctionUrl and lambda:InvokeFunction through a URL only.
    this.url = this.proxy.function.addFunctionUrl({
      authType: FunctionUrlAuthType.NONE,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    });
    acknowledge(this.proxy, {
      decision: 'open-to-callers',
      rules: [...inEveryStandard('LambdaFunctionPublicAccessProhibited'), 'CT.LAMBDA.PR.2', 'CT.LAMBDA.PR.5'],
      control: "Without CloudFront's secret header the function answers 403 before it touches any store.",
      consequence: 'Whoever learns the address of the URL can make it refuse, past the firewall and at our cost.',
      test: 'its URL has both permissions, and the second holds through the URL only',
    });

    keys.grants.verify(this.proxy);
    keys.grants.count(this.proxy);
    wallet.grants.reserve(this.proxy);
    wallet.grants.settle(this.proxy);
    usage.grants.record(this.proxy);
    usage.grants.find(this.proxy);
    usage.grants.cancel(this.proxy);
    usage.grants.readReceipts(this.proxy);
    catalog.grants.serve(this.proxy);
    secrets.grants.readProviderKeys(this.proxy);
    secrets.grants.readKeyPepper(this.proxy);
    secrets.grants.readOrigin(this.proxy);

    this.#alarm(props.alarmTopic);
  }

  #alarm(topic: ITopic): void {
    const sum = { statistic: Stats.SUM, period: Duration.minutes(5) };
    const lambda = this.proxy.function;
    const logs = { Proxy: this.proxy.logGroup };
    new HarmAlarm(this, 'DataPlaneErrors', {
      topic,
      metric: lambda.metricErrors(sum),
      alarm: { impact: 'Requests of clients break off, and their holds wait for the sweeper' },
    });
    new HarmAlarm(this, 'DataPlaneThrottles', {
      topic,
      metric: lambda.metricThrottles(sum),
      alarm: { impact: 'Clients are turned away because all concurrency is in use' },
    });
    new HarmAlarm(this, 'UsageMalformed', {
      topic,
      metric: logCodeMetric(this, 'USAGE_MALFORMED', logs),
      alarm: { impact: 'A provider reports usage that cannot be true, so charges are clamped or estimated' },
    });
  }
}
