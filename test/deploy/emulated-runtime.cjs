'use strict';

/**
 * The part of Lambda's Node runtime that the emulator lacks: `awslambda`, by which a handler streams. The
 * emulator is started with NODE_OPTIONS=--require of this file, so the deployed bundles are the ones that AWS
 * gets. It collects a stream and hands it over whole, framed as the emulator expects: head as JSON, eight NUL
 * bytes, body. That bytes arrive as they are written is tested with Lambda's own client (runtime-client-tests.ts).
 */
const { PassThrough } = require('node:stream');
const { buffer } = require('node:stream/consumers');

const DELIMITER = Buffer.alloc(8);

/** As in Lambda's own: the head goes out with the first write, and `end` alone, even with a body, is none. */
function writeHeadFirst(stream, head) {
  const { write } = stream;
  stream.write = (...args) => {
    stream.write = write;
    stream.write(JSON.stringify(head));
    stream.write(DELIMITER);
    return stream.write(...args);
  };
  return stream;
}

/**
 * The emulator lets in whoever signs, and does not tell the function who that is, as Lambda does. Here whoever signs has
 * assumed one role.
 */
function withCaller(event) {
  const { requestContext } = event;
  if (requestContext.accountId === 'anonymous') return event;
  const userArn = `arn:aws:sts::${requestContext.accountId}:assumed-role/emulated-worker/session`;
  return { ...event, requestContext: { ...requestContext, authorizer: { iam: { userArn } } } };
}

globalThis.awslambda = {
  streamifyResponse: (handler) => async (event, context) => {
    const stream = new PassThrough();
    const sent = buffer(stream);
    await handler(withCaller(event), stream, context);
    stream.end();
    return (await sent).toString('utf8');
  },
  HttpResponseStream: { from: writeHeadFirst },
};

/**
 * A function gets a user pool's public keys from where the pool's issuer says, which is Amazon's own address. The
 * emulator has the pool, so it is asked in Amazon's place; that the address is right only an account shows.
 */
const http = require('node:http');
const https = require('node:https');
const { request } = https;
https.request = (target, ...rest) => {
  const url = target instanceof URL || typeof target === 'string' ? new URL(target) : undefined;
  const emulator = process.env.AWS_ENDPOINT_URL;
  if (url === undefined || emulator === undefined || !/^cognito-idp\.[a-z0-9-]+\.amazonaws\.com$/.test(url.hostname))
    return request(target, ...rest);
  return http.request(new URL(url.pathname, emulator), ...rest);
};
