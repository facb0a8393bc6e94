import type { Unit } from '../../contracts/storage/units';
import type { RequestBound } from './endpoint';

const AUDIO: readonly Unit[] = ['audioInput', 'cachedAudioInput', 'audioOutput'];
/** Without a price of its own, cached audio costs as much as the most expensive input. */
const PRICED_AUDIO: readonly Unit[] = ['audioInput', 'audioOutput'];
/** Without a price of their own, images cost as much as the most expensive unit of their direction. */
const IMAGE: readonly Unit[] = ['imageInput', 'imageOutput'];

/** The kinds of content besides text that can go in or come out. */
export interface Media {
  readonly audio: boolean;
  readonly image: boolean;
}

/** The units of a request's media. */
export function dearerUnits({ audio, image }: Media): Pick<RequestBound, 'dearerUnits' | 'pricedUnits'> {
  return {
    dearerUnits: [...(audio ? AUDIO : []), ...(image ? IMAGE : [])],
    pricedUnits: audio ? PRICED_AUDIO : [],
  };
}
