import type { App } from 'aws-cdk-lib';
import { Tags } from 'aws-cdk-lib';
import { EDGE_REGION } from '../lambdas/contracts/deployment/edge';
import type { Config } from './config';
import { requireDataClasses } from './compliance/data-class';
import { leaveOutOfEmulator } from './compliance/emulator-exclusions';
import { EdgeStack } from './stacks/edge-stack';
import { ServiceStack } from './stacks/service-stack';
import { StatefulStack } from './stacks/stateful-stack';

/** The stacks of one deployment. */
export interface Tollgate {
  readonly stateful: StatefulStack;
  readonly service: ServiceStack;
  readonly edge: EdgeStack;
}

/** Adds a deployment to an app. */
export function addTollgate(app: App, config: Config): Tollgate {
  const { account, region } = config;
  const elsewhere = region !== undefined && region !== EDGE_REGION;
  const name = `tollgate-${config.stage}`;

  const stateful = new StatefulStack(app, `${name}-stateful`, {
    config,
    env: { account, region },
    edgeRegion: elsewhere ? EDGE_REGION : undefined,
  });
  const service = new ServiceStack(app, `${name}-service`, { config, stateful, env: { account, region } });
  const edge = new EdgeStack(app, `${name}-edge`, {
    config,
    stateful,
    service,
    env: { account, region: region === undefined ? undefined : EDGE_REGION },
  });
  // The edge refers to the origin secret by name and to outputs, from which CDK cannot infer the dependencies.
  edge.addStackDependency(stateful);
  edge.addStackDependency(service);

  if (config.target === 'emulator') leaveOutOfEmulator(app);
  Tags.of(app).add('tollgate:stage', config.stage);
  requireDataClasses(app);
  return { stateful, service, edge };
}
