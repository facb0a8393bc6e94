import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { CLIENT_BUFFER_BYTES } from '../../../lambdas/domain/data-plane/exchange';

/** A larger body is sent in pieces of this size. */
const PIECE_BYTES = 64 * 1024;

/**
 * The stream for a response's body. A large body is handed to the system in pieces: one write of many megabytes would
 * show no progress until its client has read all of it, which may take a slow one longer than the write timeout.
 *
 * @param bytes the body's length; NaN if it is not known
 */
export function bodyStream(response: ServerResponse, bytes: number): Writable {
  if (!(bytes > PIECE_BYTES)) return response;
  const body = new Writable({
    highWaterMark: CLIENT_BUFFER_BYTES,
    write: (chunk: Buffer, _encoding, written) => writePieces(response, chunk, written),
    final: (done) => void response.end(done),
  });
  // A client that has disconnected ends the response, which reports it.
  return body.on('error', () => response.destroy());
}

function writePieces(response: ServerResponse, rest: Buffer, written: (error?: Error | null) => void): void {
  response.write(rest.subarray(0, PIECE_BYTES), (error) => {
    if (error || rest.length <= PIECE_BYTES) written(error);
    else writePieces(response, rest.subarray(PIECE_BYTES), written);
  });
}
