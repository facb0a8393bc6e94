import { CLIENT_ADDRESS_HEADER } from '../../contracts/deployment/edge';
import type { ReadCaller } from './function-url-host';

/** Where CloudFront calls: it says where the client is, and the client shows a key. */
export const callerBehindEdge: ReadCaller = ({ headers }) => ({ clientAddress: headers[CLIENT_ADDRESS_HEADER] });

/** Where workloads call by themselves: Lambda has checked their signature, and sees their address. */
export const callerKnownToIam: ReadCaller = ({ requestContext }) => ({
  clientAddress: requestContext.http.sourceIp,
  principal: requestContext.authorizer?.iam?.userArn,
});
