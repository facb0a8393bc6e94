import type { CognitoService } from 'cognito-local/lib/services/cognitoService.js';
import { CognitoServiceFactoryImpl } from 'cognito-local/lib/services/cognitoService.js';
import type { UserPoolService } from 'cognito-local/lib/services/userPoolService.js';
import { UserPoolServiceFactoryImpl } from 'cognito-local/lib/services/userPoolService.js';
import { SIGNED_IN_PATH, SIGNED_OUT_PATH } from '../../../lambdas/contracts/deployment/sign-in';
import { DataFolder } from '../folder/data-folder';
import { FolderDataStores } from './folder-data-stores';
import type { LocalUser } from './local-users';
import { LOCAL_CLIENT_ID, LOCAL_POOL_ID } from './pool-ids';

const silent = (): void => undefined;
/** Discards cognito-local's log, which would contain email addresses and passwords. */
const logger = { debug: silent, error: silent, info: silent, warn: silent, child: () => logger };
export const SILENT = { logger };

const POOL = { Id: LOCAL_POOL_ID, UsernameAttributes: ['email'] };

/** cognito-local's user pool, stored in the data folder. */
export class LocalPool {
  readonly cognito: CognitoService;
  private readonly pool: UserPoolService;

  private constructor(cognito: CognitoService, pool: UserPoolService) {
    this.cognito = cognito;
    this.pool = pool;
  }

  /** Opens the pool in the folder, creating the pool and its users where they are missing. */
  static async open(dataFolder: DataFolder, users: readonly LocalUser[]): Promise<LocalPool> {
    const folder = new DataFolder(dataFolder.file('identity'));
    folder.create();
    const stores = new FolderDataStores(folder);
    const pools = new UserPoolServiceFactoryImpl({ get: () => new Date() }, stores);
    const cognito = await new CognitoServiceFactoryImpl(folder.path, stores, pools).create(SILENT, POOL);
    const known = await cognito.listUserPools(SILENT);
    if (!known.some(({ Id }) => Id === LOCAL_POOL_ID)) await cognito.createUserPool(SILENT, POOL);
    const opened = new LocalPool(cognito, await cognito.getUserPool(SILENT, LOCAL_POOL_ID));
    for (const user of users) await opened.add(user);
    return opened;
  }

  /** Allows sign-in to redirect people to this console. */
  async allowConsole(origin: string): Promise<void> {
    const now = new Date();
    await this.pool.saveAppClient(SILENT, {
      ClientId: LOCAL_CLIENT_ID,
      ClientName: 'console',
      UserPoolId: LOCAL_POOL_ID,
      CreationDate: now,
      LastModifiedDate: now,
      CallbackURLs: [`${origin}${SIGNED_IN_PATH}`],
      LogoutURLs: [`${origin}${SIGNED_OUT_PATH}`],
    });
  }

  /** Removes a user. It has no effect if there is no such user. */
  async remove(subject: string): Promise<void> {
    const user = await this.pool.getUserByUsername(SILENT, subject);
    if (user !== null) await this.pool.deleteUser(SILENT, user);
  }

  private async add({ subject, email, password }: LocalUser): Promise<void> {
    if ((await this.pool.getUserByUsername(SILENT, subject)) !== null) return;
    const now = new Date();
    const attributes = Object.entries({ sub: subject, email, email_verified: 'true' });
    await this.pool.saveUser(SILENT, {
      Username: subject,
      Password: password,
      Enabled: true,
      UserStatus: 'CONFIRMED',
      RefreshTokens: [],
      UserCreateDate: now,
      UserLastModifiedDate: now,
      Attributes: attributes.map(([Name, Value]) => ({ Name, Value })),
    });
  }
}
