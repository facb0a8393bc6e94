import type { ListedModel } from '../../catalog/catalog';
import { ModelNotFound } from '../../catalog/model-not-found';
import { allowsModel } from '../../keys/rule-checks';
import type { AnswerCall, Answerer, AnswerDependencies } from '../route';

/** The models that the caller's key may name. Only models with a price and a provider are in the list. */
export const listModels: Answerer = async (dependencies, call) => ({
  status: 200,
  body: call.dialect.renderModels(await modelsFor(dependencies, call)),
});

/** @throws ModelNotFound */
export const readModel: Answerer = async (dependencies, call) => {
  const id = decodeSegment(call.id);
  const model = (await modelsFor(dependencies, call)).find((candidate) => candidate.id === id);
  if (model === undefined)
    throw new ModelNotFound(`The model "${id.slice(0, 128)}" does not exist here or has no price.`);
  return { status: 200, body: call.dialect.renderModel(model) };
};

async function modelsFor({ catalog }: AnswerDependencies, { caller }: AnswerCall): Promise<readonly ListedModel[]> {
  const { rules = {} } = caller;
  return (await catalog.current()).models().filter(({ id }) => allowsModel(rules, id));
}

/** A segment with an invalid encoding is used unchanged. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
