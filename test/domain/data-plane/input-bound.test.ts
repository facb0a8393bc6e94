import { boundInput } from '../../../lambdas/domain/data-plane/admission/input-bound';
import { parseMeteredRequest } from '../../../lambdas/domain/data-plane/admission/metered-request';
import { METERED_ROUTES } from '../../../lambdas/domain/data-plane/routes';
import { modelOf } from '../catalog/example-catalog';

const CONTEXT_TOKENS = 200_000;
const model = modelOf({ id: 'm', contextTokens: CONTEXT_TOKENS });

function bound(path: string, body: object) {
  const route = METERED_ROUTES.get(path);
  if (!route) throw new Error(`no route ${path}`);
  return boundInput(parseMeteredRequest(route, Buffer.from(JSON.stringify({ model: 'm', ...body }))), model);
}

const chat = (...content: readonly object[]) =>
  bound('/v1/chat/completions', { messages: [{ role: 'user', content }] });
const claude = (extra: object) =>
  bound('/v1/messages', { max_tokens: 9, messages: [{ role: 'user', content: 'hi' }], ...extra });

describe('the most that a prompt can count for', () => {
  test('is at least the bytes of its text and never more than the context', () => {
    expect(chat({ type: 'text', text: 'é'.repeat(500) }).inputTokensMax).toBeGreaterThan(1_000);
    expect(chat({ type: 'text', text: 'x'.repeat(300_000) }).inputTokensMax).toBe(CONTEXT_TOKENS);
  });

  test('grows with each image, whose size its address does not tell', () => {
    const image = { type: 'image_url', image_url: { url: 'https://x.test/1.png' } };
    const [one, two] = [chat(image), chat(image, image)];
    expect(one.image).toBe(true);
    expect(two.inputTokensMax - one.inputTokensMax).toBeGreaterThan(48_000);
  });

  test.each(['file', 'input_file', 'document', 'video_url', 'input_video', 'video', 'audio_url'])(
    'is the whole context for a %s, whose length nothing here tells',
    (type) => {
      expect(chat({ type, [type]: { url: 'https://x.test/1' } }).inputTokensMax).toBe(CONTEXT_TOKENS);
    },
  );

  test.each(['input_audio', 'audio', 'audio_url'])('can be audio where there is %s', (type) => {
    expect(chat({ type }).audio).toBe(true);
  });

  test('covers the hidden prompts of Anthropic’s own tools, which are longer than their declarations', () => {
    const tools = [
      { type: 'computer_20250124', name: 'computer', display_width_px: 1, display_height_px: 1 },
      { type: 'bash_20250124', name: 'bash' },
      { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool' },
    ];
    const added = claude({ tools }).inputTokensMax - claude({}).inputTokensMax;
    // As documented: computer use 735 + 499, bash 245, text editor 700, tool use itself 346.
    expect(added).toBeGreaterThanOrEqual(735 + 499 + 245 + 700 + 346);
  });

  test('of embeddings is their bytes, in text and in tokens, and not one context', () => {
    const input = Array.from({ length: 100_000 }, (_, at) => at);
    const { inputTokensMax } = bound('/v1/embeddings', { input });
    expect(inputTokensMax).toBeGreaterThan(CONTEXT_TOKENS);
    expect(inputTokensMax).toBeGreaterThan(input.length);
  });
});
