/** CloudFront adds it to what it sends to both planes, whose own addresses anybody could call otherwise. */
export const ORIGIN_SECRET_HEADER = 'x-tollgate-origin-secret';
