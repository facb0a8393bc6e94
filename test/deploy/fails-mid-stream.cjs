'use strict';

/** A function that fails mid-stream. The product must never cause the answer that Lambda's runtime client sends then. */
exports.handler = globalThis.awslambda.streamifyResponse(async (_event, stream) => {
  globalThis.awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: {} }).write('begun');
  throw new RangeError('broke off');
});
