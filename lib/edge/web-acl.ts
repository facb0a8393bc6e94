import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';

/** Requests from one address in five minutes. An office of a hundred developers may share an address. */
const REQUESTS_PER_ADDRESS_MAX = 20_000;
const CONTROL_PLANE_REQUESTS_PER_ADDRESS_MAX = 2_000;

const TOO_MANY_REQUESTS = 'too-many-requests';
/** In the format of the APIs. Without it the answer would be a page of CloudFront's. */
const TOO_MANY_REQUESTS_BODY = JSON.stringify({
  error: {
    message: 'Too many requests from this address. Retry after a minute.',
    type: 'rate_limit_error',
    code: 'too_many_requests',
    param: null,
  },
});

/**
 * Headers that may appear neither in the log nor in the details of a match: headers with credentials, including those
 * that clients of other APIs send, and headers that identify a person. The firewall can only redact named headers.
 */
export const REDACTED_HEADERS: readonly string[] = [
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
 * Managed rules that read bodies apply to `/api/` only. A prompt about an attack looks like an attack and would be
 * blocked, and a match copies the matching text into the log, where no prompt may appear; a client with a wrong base URL
 * sends its prompts to any other path. Sampling is off everywhere because samples show headers. The common rules block
 * bodies above 8 KB; that rule only counts here, because a price list or a workload's token may be longer and the control
 * plane has its own limits.
 */
export class EdgeWebAcl extends CfnWebACL {
  /** The name under which CloudWatch counts the requests that it allows and blocks. */
  readonly metricName: string;

  constructor(scope: Construct, id: string, props: { readonly stage: string }) {
    const name = `tollgate-${props.stage}`;
    super(scope, id, {
      name,
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      customResponseBodies: {
        [TOO_MANY_REQUESTS]: { contentType: 'APPLICATION_JSON', content: TOO_MANY_REQUESTS_BODY },
      },
      // The firewall reserves the names All and Default_Action, whatever their case.
      visibilityConfig: visibility(name),
      rules: [
        managed(0, 'AWSManagedRulesAmazonIpReputationList'),
        // Applies to every path, so that no unusual spelling of a path bypasses it.
        rateLimit(1, 'rate-all', REQUESTS_PER_ADDRESS_MAX),
        rateLimit(2, 'rate-api', CONTROL_PLANE_REQUESTS_PER_ADDRESS_MAX, pathStartsWith('/api/')),
        managed(3, 'AWSManagedRulesKnownBadInputsRuleSet', pathStartsWith('/api/')),
        managed(4, 'AWSManagedRulesCommonRuleSet', pathStartsWith('/api/'), ['SizeRestrictions_BODY']),
      ],
      dataProtectionConfig: {
        dataProtections: [
          { field: { fieldType: 'BODY' }, action: 'SUBSTITUTION' },
          { field: { fieldType: 'QUERY_STRING' }, action: 'SUBSTITUTION' },
          { field: { fieldType: 'SINGLE_HEADER', fieldKeys: [...REDACTED_HEADERS] }, action: 'SUBSTITUTION' },
        ],
      },
    });
    this.metricName = name;
  }
}

/** @param countedOnly rules of the group that count matches instead of blocking them */
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
      block: {
        customResponse: {
          responseCode: 429,
          responseHeaders: [{ name: 'retry-after', value: '60' }],
          customResponseBodyKey: TOO_MANY_REQUESTS,
        },
      },
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

// Decodes and normalises the path as CloudFront does before it chooses an origin, so that both see the same path.
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

function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, metricName, sampledRequestsEnabled: false };
}
