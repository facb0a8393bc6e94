import { CLIENT_ADDRESS_HEADER } from '../../contracts/deployment/edge';
import type { ReadCaller } from './function-url-host';

/** A client behind CloudFront, which reports the client's address. The client sends a key. */
export const callerBehindEdge: ReadCaller = ({ headers }) => ({ clientAddress: headers[CLIENT_ADDRESS_HEADER] });

/** A workload that calls the function directly. Lambda has verified its signature and sees its address. */
export const callerFromIam: ReadCaller = ({ requestContext }) => ({
  clientAddress: requestContext.http.sourceIp,
  principal: requestContext.authorizer?.iam?.userArn,
});
