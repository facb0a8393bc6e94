import { NotFound } from '../errors/app-error';

/** The name is unknown, or its model has no price or is not served at this endpoint. */
export class ModelNotFound extends NotFound {
  constructor(message: string) {
    super(message, 'model_not_found', 'model');
  }
}
