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
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { API_ENV, HEALTH_ENV, NOT_FOUND_ENV } from '../../lambdas/contracts/deployment/environment';
import type { Config } from '../config';
import { acknowledge } from '../compliance/acknowledgements';
import { HarmAlarm } from '../constructs/harm-alarm';
import { logCodeMetric } from '../constructs/log-code-metric';
import { ServiceFunction } from '../constructs/service-function';
import { ServiceLogGroup } from '../constructs/service-log-group';
import type { StatefulStack } from '../stacks/stateful-stack';

/** For the whole API, all accounts together. */
const REQUESTS_PER_SECOND_MAX = 100;
const BURST_REQUESTS_MAX = 200;

/** An exchange may wait for an issuer that some account has named: it takes no more than a part of the whole. */
const EXCHANGES_PER_SECOND_MAX = 10;
const BURST_EXCHANGES_MAX = 20;
const EXCHANGE = { path: '/api/v1/token', method: HttpMethod.POST } as const;

/** No address, agent or path: who called is the audit log's matter, what was called is the route. */
const ACCESS_LOG_FORMAT = JSON.stringify({
  requestId: '$context.requestId',
  routeKey: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
});

export interface ControlPlaneProps {
  readonly config: Config;
  readonly stateful: StatefulStack;
  readonly alarmTopic: ITopic;
}

/** The management API behind `/api`. */
export class ControlPlane extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: ControlPlaneProps) {
    super(scope, id);
    const { config, stateful } = props;
    const { encryptionKey } = stateful;
    this.api = new HttpApi(this, 'Api', { apiName: `tollgate-${config.stage}`, createDefaultStage: false });
    const accessLogs = new ServiceLogGroup(this, 'AccessLogs', {
      logGroupName: `/tollgate/${config.stage}/control-plane-access`,
      logDays: config.logDays,
      encryptionKey,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: REQUESTS_PER_SECOND_MAX, burstLimit: BURST_REQUESTS_MAX },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLogs),
        format: AccessLogFormat.custom(ACCESS_LOG_FORMAT),
      },
    });
    this.#routeHealth(config, stateful);
    const management = this.#routeManagement(config, stateful, stage);
    this.#routeEverythingElse(config, stateful);
    new HarmAlarm(this, 'ControlPlaneFailing', {
      topic: props.alarmTopic,
      metric: this.api.metricServerError({ statistic: Stats.SUM, period: Duration.minutes(5) }),
      alarm: { impact: 'Customers cannot manage keys, members or money' },
    });
    new HarmAlarm(this, 'AccountsPerHourReached', {
      topic: props.alarmTopic,
      metric: logCodeMetric(this, 'ACCOUNTS_PER_HOUR_REACHED', { Management: management.logGroup }),
      alarm: { impact: 'Nobody can create an account for the rest of the hour' },
    });
    if (config.identity.mailFrom !== undefined) {
      new HarmAlarm(this, 'MailNotTaken', {
        topic: props.alarmTopic,
        metric: logCodeMetric(this, 'MAIL_NOT_TAKEN', { Management: management.logGroup }),
        alarm: { impact: 'Nobody can be invited, because no mail leaves' },
      });
    }
  }

  #routeHealth(config: Config, { encryptionKey }: StatefulStack): void {
    const health = new ServiceFunction(this, 'Health', {
      entry: 'lambdas/handlers/control-plane/health.lambda.ts',
      description: 'Says that the control plane answers',
      memoryMb: 128,
      timeout: Duration.seconds(5),
      logGroupName: `/tollgate/${config.stage}/health`,
      logDays: config.logDays,
      encryptionKey,
      failedInvocations: { needNoQueueBecause: 'It is only called by the API, which hands the error to the caller.' },
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
      consequence: 'Anyone can learn that the deployment is up.',
      test: 'the sweeper reads no secret, and the health route nothing at all',
    });
  }

  // It takes the token itself: API Gateway would take id tokens too, and answer in words of its own.
  #routeManagement(
    config: Config,
    { encryptionKey, ...stateful }: StatefulStack,
    stage: HttpStage,
  ): ServiceFunction<typeof API_ENV> {
    const { accounts, keys, audit, wallet, catalog, secrets, identity } = stateful;
    const { mailFrom, operatorMfa } = config.identity;
    const management = new ServiceFunction(this, 'Management', {
      entry: 'lambdas/handlers/control-plane/api.lambda.ts',
      description: 'Accounts, people, keys, the catalog and the audit log, for whoever is signed in',
      memoryMb: 512,
      // API Gateway waits a second longer.
      timeout: Duration.seconds(29),
      logGroupName: `/tollgate/${config.stage}/control-plane`,
      logDays: config.logDays,
      encryptionKey,
      failedInvocations: { needNoQueueBecause: 'It is only called by the API, which hands the error to the caller.' },
      environmentNames: API_ENV,
      environment: {
        ACCOUNTS_TABLE: accounts.table.tableName,
        KEYS_TABLE: keys.table.tableName,
        AUDIT_TABLE: audit.table.tableName,
        WALLET_TABLE: wallet.table.tableName,
        CATALOG_TABLE: catalog.table.tableName,
        KEY_PEPPER_SECRET: secrets.keyPepper.secretArn,
        ORIGIN_SECRET: secrets.origin.secretArn,
        USER_POOL_ID: identity.userPool.userPoolId,
        USER_POOL_CLIENT_ID: identity.client.userPoolClientId,
        PROVIDER_IDS: config.providers.map(({ id }) => id).join(','),
        MAIL_FROM: mailFrom ?? 'none',
        OPERATOR_MFA: operatorMfa,
        ADDRESS_POLICY: config.audit.addresses,
      },
    });
    accounts.grants.administer(management);
    keys.grants.administer(management);
    audit.grants.record(management);
    audit.grants.read(management);
    wallet.grants.open(management);
    wallet.grants.suspend(management);
    catalog.grants.administer(management);
    secrets.grants.readKeyPepper(management);
    secrets.grants.readOrigin(management);
    if (operatorMfa === 'required') identity.grants.readFactors(management);
    if (mailFrom !== undefined) identity.grants.sendMail(management, mailFrom);
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
        consequence: 'Requests without a token reach the function and are paid for.',
        test: 'every route of the control plane but health is served by a function that knows the edge',
      });
    }
    return management;
  }

  // The API's own answer would be the same for who comes past the edge.
  #routeEverythingElse(config: Config, { encryptionKey, secrets }: StatefulStack): void {
    const notFound = new ServiceFunction(this, 'NotFound', {
      entry: 'lambdas/handlers/control-plane/not-found.lambda.ts',
      description: 'Answers where there is no other route, to the edge only',
      memoryMb: 128,
      timeout: Duration.seconds(10),
      logGroupName: `/tollgate/${config.stage}/not-found`,
      logDays: config.logDays,
      encryptionKey,
      failedInvocations: { needNoQueueBecause: 'It is only called by the API, which hands the error to the caller.' },
      environmentNames: NOT_FOUND_ENV,
      environment: { ORIGIN_SECRET: secrets.origin.secretArn },
    });
    secrets.grants.readOrigin(notFound);
    const route = new HttpRoute(this, 'Everything', {
      httpApi: this.api,
      routeKey: HttpRouteKey.DEFAULT,
      integration: new HttpLambdaIntegration('NotFoundIntegration', notFound.function),
    });
    acknowledge(route, {
      decision: 'open-to-callers',
      rules: ['AwsSolutions-APIG4', 'CT.APIGATEWAY.PR.5'],
      control: "Without CloudFront's secret header the function answers 403, and with it that there is nothing.",
      consequence: "Whoever learns the API's own address can make it refuse, past the firewall and at our cost.",
      test: 'every route of the control plane but health is served by a function that knows the edge',
    });
  }
}

/** A stage cannot name a route that is not there yet. */
function throttleExchange(stage: HttpStage, routes: readonly HttpRoute[]): void {
  const { defaultChild } = stage.node;
  if (!(defaultChild instanceof CfnStage)) throw new Error('the stage is not as CDK made it');
  defaultChild.routeSettings = {
    [`${EXCHANGE.method} ${EXCHANGE.path}`]: {
      ThrottlingRateLimit: EXCHANGES_PER_SECOND_MAX,
      ThrottlingBurstLimit: BURST_EXCHANGES_MAX,
    },
  };
  stage.node.addDependency(...routes);
}
