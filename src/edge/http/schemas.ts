import validators from '@fastify/ajv-compiler'
import serialisers from '@fastify/fast-json-stringify-compiler'
import type { FastifyServerOptions } from 'fastify'

type Controller = NonNullable<FastifyServerOptions['schemaController']>
type Factories = Required<NonNullable<Controller['compilersFactory']>>
type Validate = ((data: unknown) => unknown) & { errors?: unknown }
type Serialise = (data: unknown) => string

/** As the compilers really are: the published types of both sides differ in what no caller sees. */
type Compilers<Compiled> = (external: unknown, options: unknown) => (route: unknown) => Compiled

/**
 * Compiles the schemas of a route when it is first asked. Hundreds of routes have theirs; compiled together they took a third of the time
 * that a start takes, for routes of which most are never asked on that day.
 */
export const schemasWhenAsked: Controller = {
  compilersFactory: {
    buildValidator: late(validators() as unknown as Compilers<Validate>, lateValidate) as Factories['buildValidator'],
    buildSerializer: late(serialisers() as unknown as Compilers<Serialise>, lateSerialise) as Factories['buildSerializer'],
  },
}

function late<Compiled>(compilers: Compilers<Compiled>, wrap: (compile: () => Compiled) => Compiled): unknown {
  return (external: unknown, options: unknown) => {
    const compile = compilers(external, options)
    return (route: unknown) => wrap(() => compile(route))
  }
}

/** Fastify looks for the errors on the function that it called. */
function lateValidate(compile: () => Validate): Validate {
  let compiled: Validate | undefined
  const validate: Validate = (data) => {
    compiled ??= compile()
    const verdict = compiled(data)
    validate.errors = compiled.errors
    return verdict
  }
  return validate
}

function lateSerialise(compile: () => Serialise): Serialise {
  let compiled: Serialise | undefined
  return (data) => {
    compiled ??= compile()
    return compiled(data)
  }
}
