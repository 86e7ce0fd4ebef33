import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { fakeApp } from '../test-support.ts'

test('/openapi.json is valid OpenAPI 3.1', async () => {
  const document = (await (await fakeApp().app.request('/openapi.json')).json()) as Record<string, unknown>
  const validator = new Validator()
  const { valid, errors } = await validator.validate(document)
  expect(errors ?? []).toEqual([])
  expect(valid).toBe(true)
  expect(validator.version).toBe('3.1')
})

test('operation ids are unique, and links lead to them', async () => {
  const document = await (await fakeApp().app.request('/openapi.json')).text()
  const ids = [...document.matchAll(/"operationId":"(\w+)","tags"/g)].map(([, id]) => id)
  expect(ids.length).toBeGreaterThan(10)
  expect(new Set(ids).size).toBe(ids.length)
  const { links } = JSON.parse(document).paths['/v1/jobs'].post.responses['202']
  expect(Object.keys(links).filter((id) => !ids.includes(id))).toEqual([])
})

test('no field of a request that may be left out has a default: generated types would have it sent', async () => {
  const document = (await (await fakeApp().app.request('/openapi.json')).json()) as {
    components: { schemas: Record<string, { required: string[]; properties: Record<string, { default?: unknown }> }> }
  }
  const { SolveRequest, BatchRequest } = document.components.schemas
  for (const { required, properties } of [SolveRequest, BatchRequest]) {
    const optional = Object.keys(properties).filter((name) => !required.includes(name))
    expect(optional.sort()).toEqual(['maxSteps', 'seed'])
    expect(optional.filter((name) => 'default' in properties[name])).toEqual([])
  }
})
