import { ModelNotFound } from '../../catalog/model-not-found';
import { everyModel, modelsToChoose, type ShownModel } from '../../catalog/shown-models';
import { allowsModel } from '../../keys/rule-checks';
import type { AnswerCall, Answerer } from '../route';

/**
 * The models that the caller's key may name and its client can call. Only models with a price and a provider with a key are
 * in the list.
 * @throws InvalidRequest
 */
export const listModels: Answerer = async ({ catalog }, call) => {
  const models = modelsToChoose(await catalog.current()).filter((model) => isFor(call, model));
  return { status: 200, body: call.dialect.renderModels(models, new URLSearchParams(call.query)) };
};

/** @throws ModelNotFound */
export const readModel: Answerer = async ({ catalog }, call) => {
  const id = decodeSegment(call.id);
  const model = everyModel(await catalog.current()).find((candidate) => candidate.id === id && isFor(call, candidate));
  if (model === undefined)
    throw new ModelNotFound(`The model "${id.slice(0, 128)}" does not exist here or has no price.`);
  return { status: 200, body: call.dialect.renderModel(model) };
};

const isFor = ({ caller: { rules = {} }, dialect }: AnswerCall, model: ShownModel): boolean =>
  allowsModel(rules, model.id) && dialect.shows(model);

/** A segment with an invalid encoding is used unchanged. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
