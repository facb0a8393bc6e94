import { PROMPT_BYTES_MAX, type Turn } from './trace';

/** The text of the prompts. Only its length matters. */
const FILLER = Buffer.alloc(PROMPT_BYTES_MAX + 100_000, 'lorem ipsum ');
/** The turn is named at the beginning of the body, where its provider finds it. */
const HEAD_BYTES = 400;

/** The body of a turn, with a mark that has the prompt cached for five minutes. */
export function bodyOf({ id, model, outputTokensMax, bytes }: Turn): Buffer {
  const mark = '"cache_control":{"type":"ephemeral"}';
  const system = `[{"type":"text","text":"turn ${id}.",${mark}}]`;
  const head = `{"model":"${model}","max_tokens":${outputTokensMax},"stream":true,"system":${system},"messages":[{"role":"user","content":[{"type":"text","text":"`;
  const tail = `",${mark}}]}]}`;
  const text = FILLER.subarray(0, Math.max(0, bytes - head.length - tail.length));
  return Buffer.concat([Buffer.from(head), text, Buffer.from(tail)]);
}

/** @returns the ID of the turn that the body belongs to */
export function turnIn(body: Buffer): number {
  const [, id] = /"turn (\d+)\."/.exec(body.toString('latin1', 0, HEAD_BYTES)) ?? [];
  return Number(id);
}
