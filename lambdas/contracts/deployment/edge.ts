/** CloudFront adds it to what it sends to both planes, whose own addresses anybody could call otherwise. */
export const ORIGIN_SECRET_HEADER = 'x-tollgate-origin-secret';

/**
 * The client's address, set by CloudFront's viewer function whatever the client had sent. To be believed only beside
 * the origin secret: without it the request did not come that way.
 */
export const CLIENT_ADDRESS_HEADER = 'x-tollgate-client-address';
