import { Duration } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { BehaviorOptions, DistributionProps, IOrigin } from 'aws-cdk-lib/aws-cloudfront';
import {
  AllowedMethods,
  CachePolicy,
  CfnOriginAccessControl,
  Distribution,
  FunctionEventType,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestHeaderBehavior,
  OriginRequestPolicy,
  OriginSslPolicy,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ORIGIN_SECRET_HEADER } from '../../lambdas/contracts/deployment/edge';
import type { Config } from '../config';
import { acknowledge } from '../compliance/acknowledgements';
import { CONSOLE_PATHS } from '../console/console-paths';
import { currentOriginSecret } from '../secrets/origin-secret';
import { ApiResponseHeaders, ConsoleResponseHeaders } from './response-headers';
import { RefuseOlderTls, VIEWER_TLS_HEADER } from './viewer-function';

/** How long an origin may be silent. The data plane sends a comment every 10 s. */
const ORIGIN_SILENCE = Duration.seconds(60);

export interface GatewayDistributionProps {
  readonly config: Config;
  /** The host of the data plane's function, `….lambda-url.….on.aws`. */
  readonly dataPlaneHost: string;
  /** The host of the management API, `….execute-api.….amazonaws.com`. */
  readonly controlPlaneHost: string;
  /** The host of the bucket with the console's built files. */
  readonly consoleHost: string;
  readonly webAclArn: string;
}

/**
 * The one domain. It routes `/api/*` to the control plane, the paths of the console to its files, and everything else to
 * the data plane, which answers a path that it does not know in the format of an API.
 */
export class GatewayDistribution extends Construct {
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, props: GatewayDistributionProps) {
    super(scope, id);
    const { config } = props;
    // It is needed with a domain too: CloudFront's own name still answers, and accepts older handshakes.
    const viewer = this.#tlsGuard();
    const planes = {
      ...viewer,
      // Plain HTTP is not redirected, because such a request has already exposed its key.
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      responseHeadersPolicy: new ApiResponseHeaders(this, 'PlaneHeaders'),
      // Compression would delay the small events of a stream.
      compress: false,
    } satisfies Omit<BehaviorOptions, 'origin'>;
    const dataPlane = { ...planes, origin: planeOrigin(config.stage, props.dataPlaneHost) };
    const controlPlane = { ...planes, origin: planeOrigin(config.stage, props.controlPlaneHost) };

    const console: BehaviorOptions = {
      ...viewer,
      origin: this.#consoleOrigin(props.consoleHost),
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      cachePolicy: CachePolicy.CACHING_OPTIMIZED,
      responseHeadersPolicy: new ConsoleResponseHeaders(this, 'ConsoleHeaders'),
      originRequestPolicy: this.#tellViewerTls(),
    };

    this.distribution = new Distribution(this, 'Distribution', {
      // A new generation changes the comment, so that CloudFormation updates the distribution and resolves the secret again.
      comment: `Tollgate ${config.stage}, origin secret generation ${config.originSecretGeneration}`,
      httpVersion: HttpVersion.HTTP2_AND_3,
      webAclId: props.webAclArn,
      ...this.#domain(config),
      defaultRootObject: 'index.html',
      defaultBehavior: dataPlane,
      additionalBehaviors: {
        '/v1/*': dataPlane,
        '/healthz': dataPlane,
        '/api/*': controlPlane,
        ...Object.fromEntries(CONSOLE_PATHS.map((path) => [path, console])),
      },
    });
    this.#acknowledge(config);
  }

  #domain({ domain }: Config): Partial<DistributionProps> {
    if (domain === undefined) return {};
    return {
      domainNames: [domain.name],
      certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_3_2025,
    };
  }

  #consoleOrigin(bucketRegionalDomainName: string): IOrigin {
    const access = new S3OriginAccessControl(this, 'ConsoleAccess');
    const { defaultChild } = access.node;
    if (!(defaultChild instanceof CfnOriginAccessControl)) throw new Error(`${access.node.path} has no resource.`);
    // The ID that CDK gave it while the console was the default, because a new ID would replace it.
    defaultChild.overrideLogicalId('GatewayDistributionOrigin1S3OriginAccessControlBA571533');
    // Only the host name is used. The bucket's own stack lets CloudFront read it.
    const bucket = Bucket.fromBucketAttributes(this, 'ConsoleFiles', {
      bucketName: 'console',
      bucketRegionalDomainName,
    });
    return S3BucketOrigin.withBucketDefaults(bucket, { originAccessControlId: access.originAccessControlId });
  }

  #tlsGuard(): Pick<BehaviorOptions, 'functionAssociations'> {
    return {
      functionAssociations: [
        { function: new RefuseOlderTls(this, 'RefuseOlderTls'), eventType: FunctionEventType.VIEWER_REQUEST },
      ],
    };
  }

  // The planes' policy includes this header; the console's files need no other.
  #tellViewerTls(): OriginRequestPolicy {
    return new OriginRequestPolicy(this, 'TellViewerTls', {
      headerBehavior: OriginRequestHeaderBehavior.allowList(VIEWER_TLS_HEADER),
    });
  }

  #acknowledge(config: Config): void {
    acknowledge(
      this.distribution,
      {
        decision: 'open-to-callers',
        rules: ['AwsSolutions-CFR1'],
        control: 'Keys, rate rules and the IP reputation list decide who is served.',
        consequence:
          'The deployment is reachable from every country; the organisation that deploys it decides who uses it.',
        test: 'the firewall is attached, limits every path by address, and samples nothing',
      },
      {
        decision: 'no-second-record-of-requests',
        rules: ['AwsSolutions-CFR3', 'CT.CLOUDFRONT.PR.5'],
        control: 'Each served request has a usage record, without an address, and CloudWatch counts the others.',
        consequence:
          'There is no access log, under any policy for addresses; it would have the agent and path of every caller.',
        test: 'promise-04 no template has a log with an address that its policy forbids, and every log and bucket of records ends',
      },
      {
        decision: 'one-region',
        rules: ['CT.CLOUDFRONT.PR.4'],
        control: 'Each plane uses regional services only, which AWS runs in several zones of a region.',
        consequence:
          'The deployment is down while its region is: a second region would carry data into another jurisdiction.',
        test: 'the only tables are those of the contract',
      },
    );
    if (config.domain) return;
    acknowledge(this.distribution, {
      decision: 'tls-without-domain',
      rules: ['AwsSolutions-CFR4', 'CT.CLOUDFRONT.PR.6', 'CT.CLOUDFRONT.PR.7', 'CT.CLOUDFRONT.PR.9'],
      control: 'A viewer function refuses requests over TLS versions older than 1.3.',
      consequence:
        "On CloudFront's own domain an older handshake succeeds before the request is refused; configure a domain to prevent it.",
      test: 'every behaviour runs the viewer function, with a domain and without',
    });
  }
}

function planeOrigin(stage: string, host: string): IOrigin {
  return new HttpOrigin(host, {
    protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
    originSslProtocols: [OriginSslPolicy.TLS_V1_2],
    readTimeout: ORIGIN_SILENCE,
    keepaliveTimeout: ORIGIN_SILENCE,
    customHeaders: { [ORIGIN_SECRET_HEADER]: currentOriginSecret(stage) },
  });
}
