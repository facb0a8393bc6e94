export const LOCAL_POOL_ID = 'local_tollgate';
export const LOCAL_CLIENT_ID = 'tollgate-console';
