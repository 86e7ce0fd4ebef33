import type { OpenAPIHono } from '@hono/zod-openapi'
import { html, raw } from 'hono/html'
import { PROBLEMS } from './problem.ts'

type Document = ReturnType<OpenAPIHono['getOpenAPI31Document']>
type Html = ReturnType<typeof html>

/** The part of an operation that the page shows. */
interface Operation {
  summary?: string
  description?: string
  parameters?: { name: string; in: string; required?: boolean; schema: { description?: string; default?: unknown } }[]
  requestBody?: { content: Record<string, { schema?: object }> }
  responses: Record<string, { description: string; content?: Record<string, { schema?: object }> }>
}

const STYLE = `
  :root { color-scheme: light dark }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 0 auto; padding: 1rem }
  h2 { margin-top: 2.5rem } h3 { margin-top: 2rem }
  code, pre { font: 0.9em/1.4 ui-monospace, monospace }
  pre { padding: .75rem; overflow-x: auto; border: 1px solid #8886; border-radius: .4rem }
  table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0 }
  .method { text-transform: uppercase; opacity: .7 }`

/** A page that is readable without scripts: operations, schemas and problems of an OpenAPI document. */
export function renderDocs(document: Document): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]) =>
      showOperation(method, path, operation),
    ),
  )
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) => html`<h3 id="${name}">${name}</h3><pre>${JSON.stringify(schema, null, 2)}</pre>`,
  )
  return String(html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>hrm-edge HTTP API</title>
    <style>${raw(STYLE)}</style>
  </head>
  <body>
    <h1>hrm-edge HTTP API</h1>
    <p>${code(document.info.description ?? '')} The same as data: <a href="/openapi.json">/openapi.json</a>.</p>
    <h2>Operations</h2>
    ${operations}
    <h2>Schemas</h2>
    ${schemas}
    <h2>Problems</h2>
    <table>
      <tr><th>code</th><th>status</th><th>title</th></tr>
      ${Object.entries(PROBLEMS).map(
        ([name, { status, title }]) =>
          html`<tr id="problem-${name}"><td><code>${name}</code></td><td>${status}</td><td>${title}</td></tr>`,
      )}
    </table>
  </body>
</html>`)
}

function showOperation(method: string, path: string, operation: Operation): Html {
  return html`
    <h3><code><span class="method">${method}</span> ${path}</code></h3>
    <p><strong>${code(operation.summary ?? '')}</strong></p>
    <p>${code(operation.description ?? '')}</p>
    ${(operation.parameters ?? []).map(
      ({ name, in: place, required, schema }) =>
        html`<p><code>${name}</code> (${place}${required ? ', required' : ''}${
          schema.default === undefined ? '' : `, default ${schema.default}`
        }) ${code(schema.description ?? '')}</p>`,
    )}
    ${operation.requestBody ? html`<p>Body: ${showContent(operation.requestBody.content)}</p>` : ''}
    <table>
      ${Object.entries(operation.responses).map(
        ([status, { description, content }]) =>
          html`<tr><td>${status}</td><td>${code(description)}</td><td>${content ? showContent(content) : ''}</td></tr>`,
      )}
    </table>`
}

function showContent(content: Record<string, { schema?: object }>): Html[] {
  return Object.entries(content).map(([type, { schema }]) => {
    const name = schema && '$ref' in schema ? String(schema.$ref).split('/').pop()! : undefined
    return html`<code>${type}</code>${name ? html` <a href="#${name}">${name}</a>` : ''}<br />`
  })
}

/** Text with `code` spans. */
const code = (text: string): Html[] =>
  text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
