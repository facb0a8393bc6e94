import type { Response } from 'undici';

/** A stream as it arrived. */
export interface Arrival {
  /** When the first data line arrived, by performance.now(). Comments before it only keep the connection alive. */
  readonly firstEventAt: number | undefined;
  readonly endedAt: number;
  /** The number of chunks that arrived. */
  readonly pieces: number;
  readonly text: string;
}

/** Reads the stream to its end, or until `isEnough` returns true. */
export async function readArrival(
  response: Response,
  isEnough: (arrival: Arrival) => boolean = () => false,
): Promise<Arrival> {
  const decoder = new TextDecoder();
  let arrival: Arrival = { firstEventAt: undefined, endedAt: performance.now(), pieces: 0, text: '' };
  if (response.body === null) return arrival;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    const now = performance.now();
    const text = arrival.text + decoder.decode(chunk, { stream: true });
    const firstEventAt = arrival.firstEventAt ?? (/^data:/m.test(text) ? now : undefined);
    arrival = { firstEventAt, endedAt: now, pieces: arrival.pieces + 1, text };
    if (isEnough(arrival)) break;
  }
  return arrival;
}
