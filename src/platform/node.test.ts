import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { platform } from './node.ts'

test.each(['http://x/y', 'HTTPS://x/y', 'file:///x', 'data:,x', 'blob:nodedata:x'])('%s is a URL', (name) => {
  expect(platform.resolve(name).protocol).toBe(`${name.split(':')[0].toLowerCase()}:`)
})

test.each(['ckpt-T10:30.safetensors', 'C:\\x', 'gopher://x/y', 'x', './file:x'])('%s is a path', (name) => {
  expect(platform.resolve(name)).toEqual(pathToFileURL(name))
})
