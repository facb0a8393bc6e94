'use strict';

/** A function that breaks off: what Lambda's runtime client then sends is what the product must never cause. */
exports.handler = globalThis.awslambda.streamifyResponse(async (_event, stream) => {
  globalThis.awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: {} }).write('begun');
  throw new RangeError('broke off');
});
