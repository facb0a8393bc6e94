'use strict';

/**
 * Adds the part of Lambda's Node runtime that the emulator lacks: `awslambda`, with which a handler streams. NODE_OPTIONS
 * preloads this file, so that the deployed bundles are the same as in AWS. It collects a stream and returns it whole,
 * framed as the emulator expects: head as JSON, eight NUL bytes, body. runtime-client-tests.ts tests with Lambda's own
 * client that bytes arrive as they are written.
 */
const { PassThrough } = require('node:stream');
const { buffer } = require('node:stream/consumers');

const DELIMITER = Buffer.alloc(8);

/** As in Lambda, the first `write` sends the head. A call of `end` does not count as a write, even with a body. */
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
 * Unlike Lambda, the emulator does not tell the function who signed a request. Here every signed caller has assumed the
 * same role.
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
 * A function fetches a user pool's public keys from the pool's issuer, whose address is Amazon's. Here the emulator has
 * the pool and answers instead; only a real deployment can show that the address is right.
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
