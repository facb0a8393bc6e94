import { request } from 'undici';
import { z } from 'zod';
import type { ProviderSettings } from '../../contracts/storage/catalog';
import type { Clock } from '../../domain/clock';
import type { ProviderRefusal } from '../../domain/data-plane/provider/provider-client';
import { errorName, type Log } from '../../domain/log';

/** For so long at most, prompts reach a log that someone has switched on. */
const OFF_FOR_MS = 60_000;
/** After a refusal the state is read again soon, so that requests are served once the log is off. */
const REFUSED_FOR_MS = 10_000;
const ANSWER_TIMEOUT_MS = 3_000;

const answerSchema = z.object({ loggingConfig: z.unknown().optional() });

/** Bedrock answered with an error. */
class StatusRefused extends Error {
  constructor(status: number) {
    super();
    this.name = `http_${status}`;
  }
}

export interface BedrockLoggingOptions {
  readonly apiKey: (providerId: string) => string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** The URL of Bedrock's control plane in a region. @default AWS's own */
  readonly controlUrl?: (region: string) => string;
}

interface Known {
  readonly refusal: Promise<ProviderRefusal | undefined>;
  /** Epoch milliseconds. */
  until: number;
}

/**
 * Reads whether Amazon Bedrock logs prompts and answers. Its model invocation logging is a setting of an AWS account and
 * region, outside of this deployment, and stores whole requests. The provider's own key asks, because the account that
 * would log is the key's. Without a clear answer, Bedrock counts as logging.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetModelInvocationLoggingConfiguration.html
 */
export class BedrockLogging {
  readonly #options: BedrockLoggingOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: BedrockLoggingOptions) {
    this.#options = options;
  }

  /** Says why Bedrock may get no content at present; undefined for any other provider. Never rejects. */
  readonly refusal = (provider: ProviderSettings): Promise<ProviderRefusal | undefined> | undefined => {
    const region = bedrockRegion(provider.baseUrl);
    if (region === undefined) return undefined;
    const { clock } = this.#options;
    const known = this.#known.get(provider.id);
    if (known !== undefined && clock() < known.until) return known.refusal;
    const asked: Known = { refusal: this.#ask(provider.id, region), until: Infinity };
    this.#known.set(provider.id, asked);
    void asked.refusal.then((refusal) => {
      asked.until = clock() + (refusal === undefined ? OFF_FOR_MS : REFUSED_FOR_MS);
    });
    return asked.refusal;
  };

  async #ask(provider: string, region: string): Promise<ProviderRefusal | undefined> {
    try {
      if (!(await this.#isOn(provider, region))) return undefined;
      this.#options.log.error('BEDROCK_REFUSED', { 'gen_ai.provider.name': provider, cause: 'logging_on' });
      return 'logs_content';
    } catch (error) {
      this.#options.log.error('BEDROCK_REFUSED', { 'gen_ai.provider.name': provider, cause: errorName(error) });
      return 'logging_unknown';
    }
  }

  async #isOn(provider: string, region: string): Promise<boolean> {
    const { apiKey, controlUrl = (name) => `https://bedrock.${name}.amazonaws.com` } = this.#options;
    const { statusCode, body } = await request(`${controlUrl(region)}/logging/modelinvocations`, {
      headers: { authorization: `Bearer ${apiKey(provider) ?? ''}` },
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    if (statusCode !== 200) {
      await body.dump();
      throw new StatusRefused(statusCode);
    }
    const { loggingConfig } = answerSchema.parse(await body.json());
    return loggingConfig !== undefined && loggingConfig !== null;
  }
}

/**
 * The region of an endpoint of Bedrock, such as `bedrock-runtime.eu-central-1.amazonaws.com`, also behind a VPC endpoint.
 * @returns undefined for any other host
 */
function bedrockRegion(baseUrl: string): string | undefined {
  const { hostname } = new URL(baseUrl);
  if (!/\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/.test(hostname)) return undefined;
  return /(?:^|\.)bedrock(?:-[a-z]+)*\.([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(hostname)?.[1];
}
