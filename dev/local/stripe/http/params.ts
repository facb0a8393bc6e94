import type { FormValue } from './form';
import { invalidParameter, missingParameter } from './stripe-failure';

/** Stripe's limits on metadata: https://docs.stripe.com/api/metadata */
const METADATA = { keysMax: 50, keyCharactersMax: 40, valueCharactersMax: 500 };

export type Metadata = Record<string, string>;

/** Reads the parameters of a request. Every error names the parameter as Stripe does: `items[0][price]`. */
export class Params {
  private readonly values: Readonly<Record<string, FormValue>>;
  private readonly prefix: string;

  constructor(values: Readonly<Record<string, FormValue>>, prefix = '') {
    this.values = values;
    this.prefix = prefix;
  }

  /** Whether the parameter was sent; an empty one unsets a value. */
  has(name: string): boolean {
    return this.values[name] !== undefined;
  }

  name(name: string): string {
    return this.prefix === '' ? name : `${this.prefix}[${name}]`;
  }

  /** The same parameters and one more. */
  with(name: string, value: string): Params {
    return new Params({ ...this.values, [name]: value }, this.prefix);
  }

  names(): string[] {
    return Object.keys(this.values);
  }

  /** Undefined if it is absent or empty. */
  text(name: string): string | undefined {
    const value = this.values[name];
    if (value === undefined || value === '') return undefined;
    if (typeof value !== 'string') throw invalidParameter(this.name(name), `Invalid string: ${this.name(name)}`);
    return value;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw missingParameter(this.name(name));
    return value;
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(number))
      throw invalidParameter(this.name(name), `Invalid integer: ${value}`, 'parameter_invalid_integer');
    return number;
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (value !== 'true' && value !== 'false') throw invalidParameter(this.name(name), `Invalid boolean: ${value}`);
    return value === 'true';
  }

  /** @throws StripeFailure if the value is not one of those allowed */
  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = allowed.find((one) => one === value);
    if (found === undefined)
      throw invalidParameter(this.name(name), `Invalid ${this.name(name)}: must be one of ${allowed.join(', ')}`);
    return found;
  }

  /** The parameters below `name`; none if it is absent. */
  group(name: string): Params {
    const value = this.values[name];
    if (value === undefined || value === '' || isList(value)) return new Params({}, this.name(name));
    if (typeof value === 'string') throw invalidParameter(this.name(name), `Invalid object: ${this.name(name)}`);
    return new Params(value, this.name(name));
  }

  isGroup(name: string): boolean {
    const value = this.values[name];
    return value !== undefined && typeof value !== 'string' && !isList(value);
  }

  groups(name: string): Params[] {
    const value = this.values[name];
    if (value === undefined || value === '') return [];
    if (!isList(value)) throw invalidParameter(this.name(name), 'Invalid array');
    return value.map((item, index) => {
      if (typeof item === 'string' || isList(item)) throw invalidParameter(this.name(name), 'Invalid array');
      return new Params(item, `${this.name(name)}[${index}]`);
    });
  }

  texts(name: string): string[] {
    const value = this.values[name];
    if (value === undefined || value === '') return [];
    if (!isList(value)) throw invalidParameter(this.name(name), 'Invalid array');
    return value.filter((item) => typeof item === 'string');
  }

  /** The metadata after this request: an empty value removes a key, an empty map removes all. */
  metadata(current: Metadata = {}): Metadata {
    const value = this.values['metadata'];
    if (value === undefined) return current;
    if (value === '') return {};
    const sent = this.group('metadata');
    const merged = { ...current };
    for (const name of sent.names()) {
      const text = sent.text(name);
      if (name.length > METADATA.keyCharactersMax || (text ?? '').length > METADATA.valueCharactersMax)
        throw invalidParameter(sent.name(name), 'Metadata keys hold 40 characters at most, values 500.');
      if (text === undefined) Reflect.deleteProperty(merged, name);
      else merged[name] = text;
    }
    if (Object.keys(merged).length > METADATA.keysMax)
      throw invalidParameter('metadata', 'Metadata holds 50 keys at most.');
    return merged;
  }
}

const isList = (value: FormValue): value is readonly FormValue[] => Array.isArray(value);
