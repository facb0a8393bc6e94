import { readSettings } from '../../dev/local/settings';

describe('the settings of a local run', () => {
  test('every setting has a default', () => {
    expect(readSettings({})).toMatchObject({
      port: 8787,
      dataFolder: `${process.cwd()}/.tollgate`,
      requestSeconds: 900,
      durability: 'power-loss',
      holds: 'rolling',
      browserOrigins: [],
      providers: [],
    });
  });

  test('the origins of browsers are a list, separated by commas', () => {
    const list = 'https://app.example.com, http://localhost:5173,app://obsidian.md';
    expect(readSettings({ TOLLGATE_BROWSER_ORIGINS: list }).browserOrigins).toEqual([
      'https://app.example.com',
      'http://localhost:5173',
      'app://obsidian.md',
    ]);
  });

  test.each([
    '*',
    'null',
    'https://app.example.com/',
    'https://App.example.com',
    'https://app.example.com:443',
    'app',
    ',',
    'https://a.example,*',
  ])('the list of origins %j is refused, because a browser never sends such an origin, or every page can', (list) => {
    const settings = { TOLLGATE_BROWSER_ORIGINS: list };
    expect(() => readSettings(settings)).toThrow('TOLLGATE_BROWSER_ORIGINS must be an origin such as');
  });

  test('an empty variable counts as unset', () => {
    expect(readSettings({ PORT: '', OPENAI_API_KEY: ' ', ANTHROPIC_BASE_URL: '' })).toEqual(readSettings({}));
  });

  test('a key alone selects the official provider, and a URL alone sends no key', () => {
    expect(readSettings({ OPENAI_API_KEY: 'k1', ANTHROPIC_API_KEY: 'k2' }).providers).toEqual([
      { settings: { id: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' }, apiKey: 'k1' },
      { settings: { id: 'anthropic', dialect: 'anthropic', baseUrl: 'https://api.anthropic.com' }, apiKey: 'k2' },
    ]);
    expect(readSettings({ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }).providers).toEqual([
      { settings: { id: 'openai', dialect: 'openai', baseUrl: 'http://127.0.0.1:1/v1' } },
    ]);
  });

  test('the region and data retention of a provider are configurable', () => {
    const environment = { OPENAI_API_KEY: 'k', OPENAI_REGION: 'eu', OPENAI_ZERO_DATA_RETENTION: 'true' };
    expect(readSettings(environment).providers).toMatchObject([
      { settings: { region: 'eu', zeroDataRetention: true } },
    ]);
    const other = { ANTHROPIC_API_KEY: 'k', ANTHROPIC_REGION: 'us', ANTHROPIC_ZERO_DATA_RETENTION: 'false' };
    expect(readSettings(other).providers).toMatchObject([{ settings: { region: 'us', zeroDataRetention: false } }]);
  });

  test('the pace of a provider is configurable', () => {
    const environment = { OPENAI_API_KEY: 'k', OPENAI_BURST_TOKENS: '512', OPENAI_TOKENS_PER_SECOND: '900' };
    expect(readSettings(environment).providers).toMatchObject([
      { settings: { pace: { burstTokens: 512, tokensPerSecond: 900 } } },
    ]);
    const buffered = { ANTHROPIC_API_KEY: 'k', ANTHROPIC_DELIVERY: 'buffered' };
    expect(readSettings(buffered).providers).toMatchObject([{ settings: { pace: { delivery: 'buffered' } } }]);
  });

  test.each(['power-loss', 'process-crash'])('the durability %s is accepted', (durability) => {
    expect(readSettings({ TOLLGATE_DURABILITY: durability })).toMatchObject({ durability });
  });

  test.each(['rolling', 'worst-case'])('the mode of holds %s is accepted', (holds) => {
    expect(readSettings({ TOLLGATE_HOLDS: holds })).toMatchObject({ holds });
  });

  test.each([
    [{ PORT: '65536' }, 'PORT must be a whole number from 0 to 65535.'],
    [{ PORT: '-1' }, 'PORT must be a whole number from 0 to 65535.'],
    [{ PORT: '80.5' }, 'PORT must be a whole number from 0 to 65535.'],
    [{ TOLLGATE_REQUEST_SECONDS: '10' }, 'TOLLGATE_REQUEST_SECONDS must be a whole number from 11 to 900.'],
    [{ OPENAI_BURST_TOKENS: '0' }, 'OPENAI_BURST_TOKENS must be at least 1.'],
    [{ OPENAI_TOKENS_PER_SECOND: '1.5' }, 'OPENAI_TOKENS_PER_SECOND must be a whole number.'],
    [{ ANTHROPIC_DELIVERY: 'late' }, 'ANTHROPIC_DELIVERY must be incremental, buffered or unknown.'],
    [{ TOLLGATE_HOLDS: 'Rolling' }, 'TOLLGATE_HOLDS must be rolling or worst-case.'],
    [{ TOLLGATE_DURABILITY: 'full' }, 'TOLLGATE_DURABILITY must be power-loss or process-crash.'],
    [
      { OPENAI_BASE_URL: 'localhost:1' },
      'OPENAI_BASE_URL must be an http or https URL without credentials, query or fragment.',
    ],
    [
      { ANTHROPIC_BASE_URL: 'http://u:p@x' },
      'ANTHROPIC_BASE_URL must be an http or https URL without credentials, query or fragment.',
    ],
    [{ OPENAI_ZERO_DATA_RETENTION: 'perhaps' }, 'OPENAI_ZERO_DATA_RETENTION must be true or false.'],
    [{ OPENAI_REGION: 'EU' }, 'OPENAI_REGION must be lower-case letters'],
    [{ OPENAI_API_KEY: 'a\nb' }, 'OPENAI_API_KEY must be printable ASCII without spaces.'],
  ])('the environment %j is refused by a message without its value', (environment, message) => {
    expect(() => readSettings(environment)).toThrow(message);
  });
});
