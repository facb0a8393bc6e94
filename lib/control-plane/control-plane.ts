import { Duration } from 'aws-cdk-lib';
import {
  CfnStage,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { HEALTH_ENV, NOT_FOUND_ENV } from '../../lambdas/contracts/deployment/environment';
import { acknowledge } from '../compliance/acknowledgements';
import { reservedFor } from '../constructs/concurrency';
import { HarmAlarm } from '../constructs/harm-alarm';
import { logCodeMetric } from '../constructs/log-code-metric';
import { ServiceFunction } from '../constructs/service-function';
import { ServiceLogGroup, VENDED_LOGS } from '../constructs/service-log-group';
import { API_REPORTS_ERRORS, ManagementFunction, type ManagementFunctionProps } from './management-function';

/** Limits of the whole API, over all accounts. */
const REQUESTS_PER_SECOND_MAX = 100;
const BURST_REQUESTS_MAX = 200;

/** An exchange may wait for an issuer that an account has configured, so it may use only a part of the API's limit. */
const EXCHANGES_PER_SECOND_MAX = 10;
const BURST_EXCHANGES_MAX = 20;
const EXCHANGE = { path: '/api/v1/token', method: HttpMethod.POST } as const;

/** Contains no address, agent or path: the audit log records who acted, and the route tells what was called. */
const ACCESS_LOG_FORMAT = JSON.stringify({
  requestId: '$context.requestId',
  routeKey: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
});

export interface ControlPlaneProps extends ManagementFunctionProps {
  readonly alarmTopic: ITopic;
  /** The logs of the functions that send mails. @default none: the deployment sends no mail */
  readonly mailLogs?: Readonly<Record<string, ILogGroup>> | undefined;
}

/** The management API under `/api`. */
export class ControlPlane extends Construct {
  readonly api: HttpApi;
  /** Serves the management API. */
  readonly management: ManagementFunction;

  constructor(scope: Construct, id: string, props: ControlPlaneProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', { apiName: `tollgate-${props.config.stage}`, createDefaultStage: false });
    const stage = this.#createStage(props);
    this.#routeHealth(props);
    this.management = this.#routeManagement(props, stage);
    this.#routeEverythingElse(props);
    this.#alarm(props, this.management.logGroup);
  }

  #createStage({ config, encryptionKey }: ControlPlaneProps): HttpStage {
    const accessLogs = new ServiceLogGroup(this, 'AccessLogs', {
      logGroupName: `${VENDED_LOGS}/tollgate/${config.stage}/control-plane-access`,
      logDays: config.logDays,
      encryptionKey,
    });
    return new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: REQUESTS_PER_SECOND_MAX, burstLimit: BURST_REQUESTS_MAX },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLogs),
        format: AccessLogFormat.custom(ACCESS_LOG_FORMAT),
      },
    });
  }

  #routeHealth({ config, encryptionKey }: ControlPlaneProps): void {
    const health = new ServiceFunction(this, 'Health', {
      entry: 'lambdas/handlers/control-plane/health.lambda.ts',
      description: 'Reports that the control plane answers',
      memoryMb: 128,
      timeout: Duration.seconds(5),
      logGroupName: `/tollgate/${config.stage}/health`,
      logDays: config.logDays,
      encryptionKey,
      losesEventsBecause: API_REPORTS_ERRORS,
      reservedConcurrency: reservedFor('health', config),
      environmentNames: HEALTH_ENV,
      environment: { STAGE: config.stage },
    });
    const [route] = this.api.addRoutes({
      path: '/api/health',
      methods: [HttpMethod.GET],
      integration: new HttpLambdaIntegration('HealthIntegration', health.function),
    });
    if (route === undefined) return;
    acknowledge(route, {
      decision: 'open-to-callers',
      rules: ['AwsSolutions-APIG4', 'CT.APIGATEWAY.PR.5'],
      control: 'The route reads nothing and answers a constant; throttling and rate rules apply.',
      consequence: 'Anyone can find out that the deployment is up.',
      test: 'the sweeper reads no secret, and the health route reads nothing at all',
    });
  }

  #routeManagement(props: ControlPlaneProps, stage: HttpStage): ManagementFunction {
    const management = new ManagementFunction(this, 'Management', props);
    const integration = new HttpLambdaIntegration('ManagementIntegration', management.function);
    const exchange = this.api.addRoutes({ path: EXCHANGE.path, methods: [EXCHANGE.method], integration });
    throttleExchange(stage, exchange);
    const others = this.api.addRoutes({ path: '/api/v1/{proxy+}', methods: [HttpMethod.ANY], integration });
    for (const route of [...exchange, ...others]) {
      acknowledge(route, {
        decision: 'open-to-callers',
        rules: ['AwsSolutions-APIG4', 'CT.APIGATEWAY.PR.5'],
        control:
          "Without CloudFront's secret header the function answers 403, and without an access token of the user pool 401.",
        consequence: 'A request without a token still invokes the function and costs money.',
        test: 'every route of the control plane but health is served by a function that checks the origin secret',
      });
    }
    return management;
  }

  // API Gateway's own 404 would look the same with and without the origin secret.
  #routeEverythingElse({ config, encryptionKey, originSecret }: ControlPlaneProps): void {
    const notFound = new ServiceFunction(this, 'NotFound', {
      entry: 'lambdas/handlers/control-plane/not-found.lambda.ts',
      description: 'Answers requests from the edge that match no other route',
      memoryMb: 128,
      timeout: Duration.seconds(10),
      logGroupName: `/tollgate/${config.stage}/not-found`,
      logDays: config.logDays,
      encryptionKey,
      losesEventsBecause: API_REPORTS_ERRORS,
      environmentNames: NOT_FOUND_ENV,
      environment: { ORIGIN_SECRET: originSecret.secretArn },
    });
    originSecret.grants.read(notFound);
    const route = new HttpRoute(this, 'Everything', {
      httpApi: this.api,
      routeKey: HttpRouteKey.DEFAULT,
      integration: new HttpLambdaIntegration('NotFoundIntegration', notFound.function),
    });
    acknowledge(route, {
      decision: 'open-to-callers',
      rules: ['AwsSolutions-APIG4', 'CT.APIGATEWAY.PR.5'],
      control: "Without CloudFront's secret header the function answers 403, and with it 404.",
      consequence:
        "A caller who knows the API's own address can make it refuse requests, past the firewall and at our cost.",
      test: 'every route of the control plane but health is served by a function that checks the origin secret',
    });
  }

  #alarm({ mailLogs, alarmTopic: topic }: ControlPlaneProps, managementLogs: ILogGroup): void {
    new HarmAlarm(this, 'ControlPlaneFailing', {
      topic,
      metric: this.api.metricServerError({ statistic: Stats.SUM, period: Duration.minutes(5) }),
      alarm: { impact: 'Accounts cannot manage keys, members or money' },
    });
    new HarmAlarm(this, 'AccountsPerHourReached', {
      topic,
      metric: logCodeMetric(this, 'ACCOUNTS_PER_HOUR_REACHED', { Management: managementLogs }),
      alarm: { impact: 'No account can be created for the rest of the hour' },
    });
    new HarmAlarm(this, 'ChildReported', {
      topic,
      metric: logCodeMetric(this, 'CHILD_REPORTED', { Management: managementLogs }),
      alarm: { impact: 'A child may be using the service until an operator has decided' },
    });
    if (mailLogs === undefined) return;
    // It is here and not with the other alarms about mails, because earlier releases had it here.
    new HarmAlarm(this, 'MailNotTaken', {
      topic,
      metric: logCodeMetric(this, 'MAIL_NOT_TAKEN', mailLogs),
      alarm: { impact: 'Mails are late, and invitations among them, because SES rejects them' },
    });
  }
}

/** Limits the exchange route. CloudFormation must create the routes before the stage, which refers to them by name. */
function throttleExchange(stage: HttpStage, routes: readonly HttpRoute[]): void {
  const { defaultChild, path } = stage.node;
  if (!(defaultChild instanceof CfnStage)) throw new Error(`${path} has no CfnStage as its default child.`);
  defaultChild.routeSettings = {
    [`${EXCHANGE.method} ${EXCHANGE.path}`]: {
      ThrottlingRateLimit: EXCHANGES_PER_SECOND_MAX,
      ThrottlingBurstLimit: BURST_EXCHANGES_MAX,
    },
  };
  stage.node.addDependency(...routes);
}
