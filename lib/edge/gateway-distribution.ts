import { Duration, Fn } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { BehaviorOptions, DistributionProps, IOrigin } from 'aws-cdk-lib/aws-cloudfront';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  FunctionEventType,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestHeaderBehavior,
  OriginRequestPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ORIGIN_SECRET_HEADER } from '../../lambdas/contracts/deployment/edge';
import type { Config } from '../config';
import { acknowledge } from '../compliance/acknowledgements';
import { currentOriginSecret } from '../constructs/origin-secret';
import { ApiResponseHeaders, ConsoleResponseHeaders } from './response-headers';
import { RefuseOlderTls, VIEWER_TLS_HEADER } from './viewer-function';

/** How long an origin may be silent; the data plane sends a comment every 10 s. */
const ORIGIN_SILENCE = Duration.seconds(60);

export interface GatewayDistributionProps {
  readonly config: Config;
  /** `https://….lambda-url.….on.aws/` */
  readonly dataPlaneUrl: string;
  /** `https://….execute-api.….amazonaws.com` */
  readonly controlPlaneUrl: string;
  readonly consoleFiles: IBucket;
  readonly webAclArn: string;
}

/** The one domain: `/v1/*` and `/healthz` to the data plane, `/api/*` to the control plane, the rest to the console. */
export class GatewayDistribution extends Construct {
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, props: GatewayDistributionProps) {
    super(scope, id);
    const { config } = props;
    // With a domain too: CloudFront's own name goes on answering, and takes older handshakes.
    const viewer = this.#tlsGuard();
    const planes = {
      ...viewer,
      // Not a redirect: a request over plain HTTP has already shown its key.
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      responseHeadersPolicy: new ApiResponseHeaders(this, 'PlaneHeaders'),
      // Compression would hold back a stream's small events.
      compress: false,
    } satisfies Omit<BehaviorOptions, 'origin'>;
    const dataPlane = { ...planes, origin: planeOrigin(config.stage, props.dataPlaneUrl) };
    const controlPlane = { ...planes, origin: planeOrigin(config.stage, props.controlPlaneUrl) };

    this.distribution = new Distribution(this, 'Distribution', {
      // The generation is here so that CloudFormation updates the distribution, and so resolves the secret anew.
      comment: `Tollgate ${config.stage}, origin secret generation ${config.originSecretGeneration}`,
      httpVersion: HttpVersion.HTTP2_AND_3,
      webAclId: props.webAclArn,
      ...this.#domain(config),
      defaultRootObject: 'index.html',
      defaultBehavior: {
        ...viewer,
        origin: S3BucketOrigin.withOriginAccessControl(props.consoleFiles),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy: new ConsoleResponseHeaders(this, 'ConsoleHeaders'),
        originRequestPolicy: this.#tellViewerTls(),
      },
      additionalBehaviors: { '/v1/*': dataPlane, '/healthz': dataPlane, '/api/*': controlPlane },
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

  #tlsGuard(): Pick<BehaviorOptions, 'functionAssociations'> {
    return {
      functionAssociations: [
        { function: new RefuseOlderTls(this, 'RefuseOlderTls'), eventType: FunctionEventType.VIEWER_REQUEST },
      ],
    };
  }

  // The planes' policy includes the header already; the console's files need no other.
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
        control: 'Keys, rate rules and the reputation list decide who is served.',
        consequence: 'Reachable from everywhere: where its callers are is for the organisation that deploys it.',
        test: 'the firewall is attached, limits every path by address, and samples nothing',
      },
      {
        decision: 'no-second-record-of-requests',
        rules: ['AwsSolutions-CFR3', 'CT.CLOUDFRONT.PR.5'],
        control:
          'Refused requests are in the firewall log for seven days; each served one has its usage record, without an address.',
        consequence: 'No access log: it would hold the address, agent and path of every caller.',
        test: "the firewall's log shows no credential and keeps only refusals",
      },
      {
        decision: 'one-region',
        rules: ['CT.CLOUDFRONT.PR.4'],
        control: 'Each plane is regional services only, which AWS runs in several of the zones of a region.',
        consequence:
          'While its region is down the deployment is too: a second one would carry data to another jurisdiction.',
        test: 'there is no table beside those of the contract',
      },
    );
    if (config.domain) return;
    acknowledge(this.distribution, {
      decision: 'tls-without-domain',
      rules: ['AwsSolutions-CFR4', 'CT.CLOUDFRONT.PR.6', 'CT.CLOUDFRONT.PR.7', 'CT.CLOUDFRONT.PR.9'],
      control: 'A viewer function refuses what is older than TLS 1.3.',
      consequence:
        "On CloudFront's own domain an older handshake succeeds and is refused afterwards; a domain of one's own ends that.",
      test: 'every behaviour asks the viewer function, with a domain and without',
    });
  }
}

/** The host is cut from an address that is only known once deployed. */
function planeOrigin(stage: string, url: string): IOrigin {
  return new HttpOrigin(Fn.select(2, Fn.split('/', url)), {
    protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
    originSslProtocols: [OriginSslPolicy.TLS_V1_2],
    readTimeout: ORIGIN_SILENCE,
    keepaliveTimeout: ORIGIN_SILENCE,
    customHeaders: { [ORIGIN_SECRET_HEADER]: currentOriginSecret(stage) },
  });
}
