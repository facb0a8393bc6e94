import { NotFound } from '../../errors/app-error';
import { InsufficientQuota } from '../admission/admission-errors';

/** Nothing is paid, but a provider should not work for an account that could not pay for anything. */
export const emptyWallet = (): InsufficientQuota => new InsufficientQuota('The wallet is empty: add money to it.');

/** @param does completes "does not …", in the endpoint's words */
export const notOffered = (provider: string, does: string): NotFound =>
  new NotFound(`The provider ${provider} does not ${does}.`, 'not_offered');
