import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { FunctionUrl } from 'aws-cdk-lib/aws-lambda';
import { FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { PROXY_ENV, WORKLOADS_ENV } from '../../lambdas/contracts/deployment/environment';
import type { Config } from '../config';
import { acknowledge, inEveryStandard } from '../compliance/acknowledgements';
import { HarmAlarm } from '../constructs/harm-alarm';
import { logCodeMetric } from '../constructs/log-code-metric';
import { ServiceFunction } from '../constructs/service-function';
import type { StatefulStack } from '../stacks/stateful-stack';
import { gatewayFunctionProps, grantServing } from './gateway-function';
import { admitAccounts } from './workload-accounts';

export interface DataPlaneProps {
  readonly config: Config;
  readonly stateful: StatefulStack;
  readonly alarmTopic: ITopic;
}

/** The metered proxy behind its streaming function URLs: one for clients with keys, one for workloads of AWS. */
export class DataPlane extends Construct {
  readonly proxy: ServiceFunction<typeof PROXY_ENV>;
  readonly url: FunctionUrl;
  readonly workloads: ServiceFunction<typeof WORKLOADS_ENV>;
  readonly workloadsUrl: FunctionUrl;

  constructor(scope: Construct, id: string, props: DataPlaneProps) {
    super(scope, id);
    this.proxy = this.#createProxy(props);
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

    this.workloads = this.#createWorkloads(props);
    // In the deployment's own account IAM policies of callers decide, and nothing is open to anybody by itself.
    this.workloadsUrl = this.workloads.function.addFunctionUrl({
      authType: FunctionUrlAuthType.AWS_IAM,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    });
    admitAccounts(this.workloads, props.config.dataPlane.workloadAccounts);

    this.#alarm(props.alarmTopic);
  }

  #createProxy({ config, stateful }: DataPlaneProps): ServiceFunction<typeof PROXY_ENV> {
    const { environment, ...shared } = gatewayFunctionProps(config, stateful);
    const { keyPepper, origin } = stateful.secrets;
    const proxy = new ServiceFunction(this, 'Proxy', {
      ...shared,
      entry: 'lambdas/handlers/data-plane/gateway.lambda.ts',
      description: 'Authenticates, reserves, streams a provider through, settles',
      reservedConcurrency: config.dataPlane.reservedConcurrency,
      logGroupName: `/tollgate/${config.stage}/data-plane`,
      environmentNames: PROXY_ENV,
      environment: { ...environment, KEY_PEPPER_SECRET: keyPepper.secretArn, ORIGIN_SECRET: origin.secretArn },
    });
    grantServing(stateful, proxy);
    stateful.secrets.grants.readKeyPepper(proxy);
    stateful.secrets.grants.readOrigin(proxy);
    return proxy;
  }

  /** Reads neither secret: it can verify no key, and nobody comes to it through the edge. */
  #createWorkloads({ config, stateful }: DataPlaneProps): ServiceFunction<typeof WORKLOADS_ENV> {
    const workloads = new ServiceFunction(this, 'Workloads', {
      ...gatewayFunctionProps(config, stateful),
      entry: 'lambdas/handlers/data-plane/workloads.lambda.ts',
      description: 'Does as the proxy for callers whose IAM role AWS has checked',
      logGroupName: `/tollgate/${config.stage}/workloads`,
      environmentNames: WORKLOADS_ENV,
    });
    grantServing(stateful, workloads);
    return workloads;
  }

  #alarm(topic: ITopic): void {
    const sum = { statistic: Stats.SUM, period: Duration.minutes(5) };
    for (const [name, { function: lambda }, whose] of [
      ['DataPlane', this.proxy, 'clients'],
      ['Workloads', this.workloads, 'workloads in AWS'],
    ] as const) {
      new HarmAlarm(this, `${name}Errors`, {
        topic,
        metric: lambda.metricErrors(sum),
        alarm: { impact: `Requests of ${whose} break off, and their holds wait for the sweeper` },
      });
      new HarmAlarm(this, `${name}Throttles`, {
        topic,
        metric: lambda.metricThrottles(sum),
        alarm: { impact: `Requests of ${whose} are turned away because all concurrency is in use` },
      });
    }
    new HarmAlarm(this, 'UsageMalformed', {
      topic,
      metric: logCodeMetric(this, 'USAGE_MALFORMED', {
        Proxy: this.proxy.logGroup,
        Workloads: this.workloads.logGroup,
      }),
      alarm: { impact: 'A provider reports usage that cannot be true, so charges are clamped or estimated' },
    });
  }
}
