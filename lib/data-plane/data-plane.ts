import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { FunctionUrl } from 'aws-cdk-lib/aws-lambda';
import { FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { writeBrowserOrigins } from '../../lambdas/contracts/deployment/browser-origins';
import { PROXY_ENV, WORKLOADS_ENV } from '../../lambdas/contracts/deployment/environment';
import { acknowledge, inEveryStandard } from '../compliance/acknowledgements';
import { HarmAlarm } from '../constructs/harm-alarm';
import { logCodeMetric } from '../constructs/log-code-metric';
import { ServiceFunction } from '../constructs/service-function';
import type { ServiceSecret } from '../secrets/service-secret';
import { watchAnswers, watchPool, watchReservation } from './data-plane-alarms';
import { type GatewayFunctionProps, gatewayFunctionProps, grantServing } from './gateway-function';
import { watchMemory } from './memory-alarm';
import { admitAccounts } from './workload-accounts';

export interface DataPlaneProps extends GatewayFunctionProps {
  /** The pepper of the keys' verifiers. */
  readonly keyPepper: ServiceSecret;
  /** Proves that a request came through the edge. */
  readonly originSecret: ServiceSecret;
  readonly alarmTopic: ITopic;
}

/** The metered functions and their streaming URLs: one for clients with API keys, one for workloads in AWS. */
export class DataPlane extends Construct {
  readonly proxy: ServiceFunction<typeof PROXY_ENV>;
  readonly url: FunctionUrl;
  readonly workloads: ServiceFunction<typeof WORKLOADS_ENV>;
  readonly workloadsUrl: FunctionUrl;

  constructor(scope: Construct, id: string, props: DataPlaneProps) {
    super(scope, id);
    this.proxy = this.#createProxy(props);
    // AWS does not authenticate these requests: clients bring their own key, which a signature would overwrite. The
    // call adds both permissions of a URL, lambda:InvokeFunctionUrl and lambda:InvokeFunction through the URL only. It has
    // no CORS settings of its own, because with them Lambda would answer browsers before the edge's secret is checked.
    this.url = this.proxy.function.addFunctionUrl({
      authType: FunctionUrlAuthType.NONE,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    });
    acknowledge(this.proxy, {
      decision: 'open-to-callers',
      rules: [...inEveryStandard('LambdaFunctionPublicAccessProhibited'), 'CT.LAMBDA.PR.2', 'CT.LAMBDA.PR.5'],
      control: "Without CloudFront's secret header the function answers 403 before it reads any store.",
      consequence:
        "A caller who knows the URL's address can make it refuse requests, past the firewall and at our cost.",
      test: "the data plane's URL has both permissions, and the second holds through the URL only",
    });

    this.workloads = this.#createWorkloads(props);
    // In the deployment's own AWS account the callers' IAM policies decide who may call this URL.
    this.workloadsUrl = this.workloads.function.addFunctionUrl({
      authType: FunctionUrlAuthType.AWS_IAM,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    });
    admitAccounts(this.workloads, props.config.dataPlane.workloadAccounts);

    this.#alarm(props);
  }

  #createProxy(props: DataPlaneProps): ServiceFunction<typeof PROXY_ENV> {
    const { config, keyPepper, originSecret } = props;
    const { environment, ...shared } = gatewayFunctionProps(props);
    const proxy = new ServiceFunction(this, 'Proxy', {
      ...shared,
      entry: 'lambdas/handlers/data-plane/gateway.lambda.ts',
      description: 'Authenticates, reserves, streams from a provider, settles',
      reservedConcurrency: config.dataPlane.reservedConcurrency,
      logGroupName: `/tollgate/${config.stage}/data-plane`,
      environmentNames: PROXY_ENV,
      environment: {
        ...environment,
        KEY_PEPPER_SECRET: keyPepper.secretArn,
        ORIGIN_SECRET: originSecret.secretArn,
        BROWSER_ORIGINS: writeBrowserOrigins(config.dataPlane.browserOrigins),
      },
    });
    grantServing(props, proxy);
    keyPepper.grants.read(proxy);
    originSecret.grants.read(proxy);
    return proxy;
  }

  /** Neither the pepper nor the origin secret is granted: no request with a key and none from the edge arrives here. */
  #createWorkloads(props: DataPlaneProps): ServiceFunction<typeof WORKLOADS_ENV> {
    const workloads = new ServiceFunction(this, 'Workloads', {
      ...gatewayFunctionProps(props),
      entry: 'lambdas/handlers/data-plane/workloads.lambda.ts',
      description: 'Serves workloads whose IAM role AWS has authenticated',
      logGroupName: `/tollgate/${props.config.stage}/workloads`,
      environmentNames: WORKLOADS_ENV,
    });
    grantServing(props, workloads);
    return workloads;
  }

  #alarm({ alarmTopic: topic, config }: DataPlaneProps): void {
    const sum = { statistic: Stats.SUM, period: Duration.minutes(5) };
    for (const [name, { function: lambda }, callers] of [
      ['DataPlane', this.proxy, 'clients'],
      ['Workloads', this.workloads, 'workloads in AWS'],
    ] as const) {
      new HarmAlarm(this, `${name}Errors`, {
        topic,
        metric: lambda.metricErrors(sum),
        alarm: {
          impact: `Requests of ${callers} break off, and money of those that crash is held until the sweeper runs`,
        },
      });
      new HarmAlarm(this, `${name}Throttles`, {
        topic,
        metric: lambda.metricThrottles(sum),
        alarm: { impact: `Requests of ${callers} are rejected with 429, because all concurrency is in use` },
      });
      watchAnswers(this, `${name}Failing`, { lambda, callers, topic });
    }
    const { lambdaConcurrency: quota } = config;
    if (quota !== undefined) watchPool(this, { quota, topic });
    const { reservedConcurrency: reserved } = config.dataPlane;
    if (reserved !== undefined) watchReservation(this, { lambda: this.proxy.function, reserved, topic });
    const logGroups = { Proxy: this.proxy.logGroup, Workloads: this.workloads.logGroup };
    watchMemory(this, { logGroups, memoryMb: config.dataPlane.memoryMb, topic });
    new HarmAlarm(this, 'UsageMalformed', {
      topic,
      metric: logCodeMetric(this, 'USAGE_MALFORMED', logGroups),
      alarm: { impact: 'A provider reports impossible usage, so charges are clamped or estimated' },
    });
    new HarmAlarm(this, 'BedrockRefused', {
      topic,
      metric: logCodeMetric(this, 'BEDROCK_REFUSED', logGroups),
      alarm: { impact: 'Bedrock gets no requests, because its account may log prompts and answers' },
    });
    new HarmAlarm(this, 'RateExceeded', {
      topic,
      metric: logCodeMetric(this, 'RATE_EXCEEDED', logGroups),
      alarm: {
        impact: 'Requests cost more than their holds, which the operator pays, or are refused for want of money',
      },
    });
  }
}
