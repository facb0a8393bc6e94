import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';

/** Requests of one address in five minutes. An office behind one address is a hundred developers. */
const REQUESTS_PER_ADDRESS_MAX = 20_000;
const CONTROL_PLANE_REQUESTS_PER_ADDRESS_MAX = 2_000;

/**
 * Headers that neither a log nor a rule's details may show: those that carry a credential, also of a client that is set
 * up for somebody else's API, and those that tell who a person is. The firewall can leave out headers that are named
 * and no others.
 */
export const UNKEPT_HEADERS: readonly string[] = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'openai-organization',
  'openai-project',
  'user-agent',
  'accept-language',
  'referer',
  'from',
  'forwarded',
  'x-forwarded-for',
];

/**
 * The firewall of the edge.
 *
 * Managed rules that read bodies never see `/v1/`: a prompt about an attack looks like one and would be
 * blocked, and a match puts a piece of what matched into the log, where no prompt may be. Sampled requests
 * are off everywhere, because samples show headers. The common rules refuse a body above 8 KB: a price list and a
 * workload's token may be longer, and the control plane has limits of its own.
 */
export class EdgeWebAcl extends CfnWebACL {
  constructor(scope: Construct, id: string, props: { readonly stage: string }) {
    super(scope, id, {
      name: `tollgate-${props.stage}`,
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visibility('all'),
      rules: [
        managed(0, 'AWSManagedRulesAmazonIpReputationList'),
        // Of any path: a spelling that CloudFront routes and a prefix does not match must not get around it.
        rateLimit(1, 'rate-all', REQUESTS_PER_ADDRESS_MAX),
        rateLimit(2, 'rate-api', CONTROL_PLANE_REQUESTS_PER_ADDRESS_MAX, pathStartsWith('/api/')),
        managed(3, 'AWSManagedRulesKnownBadInputsRuleSet', not(pathStartsWith('/v1/'))),
        managed(4, 'AWSManagedRulesCommonRuleSet', not(pathStartsWith('/v1/')), ['SizeRestrictions_BODY']),
      ],
      dataProtectionConfig: {
        dataProtections: [
          { field: { fieldType: 'BODY' }, action: 'SUBSTITUTION' },
          { field: { fieldType: 'QUERY_STRING' }, action: 'SUBSTITUTION' },
          { field: { fieldType: 'SINGLE_HEADER', fieldKeys: [...UNKEPT_HEADERS] }, action: 'SUBSTITUTION' },
        ],
      },
    });
  }
}

/** @param countedOnly those of its rules that refuse nobody */
function managed(
  priority: number,
  name: string,
  scopeDownStatement?: CfnWebACL.StatementProperty,
  countedOnly: readonly string[] = [],
): CfnWebACL.RuleProperty {
  const ruleActionOverrides = countedOnly.map((rule) => ({ name: rule, actionToUse: { count: {} } }));
  return {
    name,
    priority,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ...(scopeDownStatement && { scopeDownStatement }),
        ...(ruleActionOverrides.length > 0 && { ruleActionOverrides }),
      },
    },
    visibilityConfig: visibility(name),
  };
}

function rateLimit(
  priority: number,
  name: string,
  limit: number,
  scopeDownStatement?: CfnWebACL.StatementProperty,
): CfnWebACL.RuleProperty {
  return {
    name,
    priority,
    action: {
      block: { customResponse: { responseCode: 429, responseHeaders: [{ name: 'retry-after', value: '60' }] } },
    },
    statement: {
      rateBasedStatement: {
        aggregateKeyType: 'IP',
        evaluationWindowSec: 300,
        limit,
        ...(scopeDownStatement && { scopeDownStatement }),
      },
    },
    visibilityConfig: visibility(name),
  };
}

// Decoded and normalised as CloudFront does before it chooses an origin, so that both see the same path.
function pathStartsWith(searchString: string): CfnWebACL.StatementProperty {
  return {
    byteMatchStatement: {
      fieldToMatch: { uriPath: {} },
      positionalConstraint: 'STARTS_WITH',
      searchString,
      textTransformations: [
        { priority: 0, type: 'URL_DECODE' },
        { priority: 1, type: 'NORMALIZE_PATH' },
      ],
    },
  };
}

function not(statement: CfnWebACL.StatementProperty): CfnWebACL.StatementProperty {
  return { notStatement: { statement } };
}

function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, metricName, sampledRequestsEnabled: false };
}
