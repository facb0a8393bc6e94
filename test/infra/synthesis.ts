import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parseConfig } from '../../lib/config';
import type { Tollgate } from '../../lib/tollgate';
import { addTollgate } from '../../lib/tollgate';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Synthesis {
  readonly app: App;
  readonly stacks: Tollgate;
  readonly templates: { readonly [stack in keyof Tollgate]: Template };
  /** Of all stacks, by logical id. */
  readonly resources: ReadonlyMap<string, Resource>;
}

/** The app as cdk.json runs it, without bundling: what a function holds is tested elsewhere. */
export function testApp(): App {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { readonly context: Record<string, unknown> };
  return new App({ context: { ...context, 'aws:cdk:bundling-stacks': [] }, analyticsReporting: false });
}

export function synthesize(config: unknown): Synthesis {
  const app = testApp();
  const stacks = addTollgate(app, parseConfig(config));
  const templates = {
    stateful: Template.fromStack(stacks.stateful),
    service: Template.fromStack(stacks.service),
    edge: Template.fromStack(stacks.edge),
  };
  const resources = Object.values(templates).flatMap((template) =>
    Object.entries(template.toJSON()['Resources'] as Record<string, Resource>),
  );
  return { app, stacks, templates, resources: new Map(resources) };
}

export function ofType({ resources }: Synthesis, ...types: readonly string[]): [id: string, resource: Resource][] {
  return [...resources].filter(([, { Type }]) => types.includes(Type));
}

/** One place deep inside a resource; `undefined` where the path ends. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, step) => (inner as Record<string, unknown> | undefined)?.[step], value);
}
