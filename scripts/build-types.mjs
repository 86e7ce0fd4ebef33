// Writes dist/types/: one readable declaration file for everything that can be imported from the package, and under
// etc/ the report of its whole API. `--check` compares with the reports that are committed instead of writing them.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import { must, root } from './setup.mjs'

/** What people import, by the source of its declarations. */
const ENTRIES = {
  index: 'index',
  worker: 'threads/index',
  wasm: 'wasm/index',
  client: 'client/index',
  rpc: 'client/rpc',
  webgpu: 'webgpu/browser',
}

/** @returns what differs from the committed reports, or would not be clean; empty when all is well */
export async function buildTypes({ check = false } = {}) {
  const work = await mkdtemp(join(tmpdir(), 'hrm-edge-types-'))
  try {
    must(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json', '--outDir', work])
    await writeFile(join(work, 'package.json'), '{"name":"hrm-edge","version":"0.0.0"}')
    await mkdir(join(root, 'dist/types'), { recursive: true })
    const complaints = []
    for (const [name, source] of Object.entries(ENTRIES)) {
      complaints.push(...extract(name, join(work, 'src', `${source}.d.ts`), work, check))
    }
    await writeFile(join(root, 'dist/types/worker-entry.d.ts'), 'export {}\n')
    await writeFile(join(root, 'dist/types/kernel-file.d.ts'), fileModule('KernelSource', './wasm.js'))
    await writeFile(join(root, 'dist/types/weights-file.d.ts'), fileModule('WeightsSource', './index.js'))
    return complaints
  } finally {
    await rm(work, { recursive: true })
  }
}

/** An imported file is what the bundler makes of it: a URL, bytes, in workerd a module. `createSolver` takes them all. */
function fileModule(type, from) {
  return `import type { ${type} } from '${from}'\ndeclare const file: ${type}\nexport default file\n`
}

function extract(name, entry, work, check) {
  const complaints = []
  const log = (logLevel) => ({ logLevel })
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(work, 'package.json'),
    configObject: {
      projectFolder: work,
      mainEntryPointFilePath: entry,
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2023',
            lib: ['es2024', 'dom', 'dom.iterable'],
            module: 'esnext',
            moduleResolution: 'bundler',
            allowImportingTsExtensions: true,
            noEmit: true,
            strict: true,
            skipLibCheck: true,
            types: [],
          },
          files: [entry],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: join(root, 'etc'),
        reportTempFolder: join(work, 'temp'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: true, untrimmedFilePath: join(root, 'dist/types', `${name}.d.ts`) },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: {
          default: log('warning'),
          'ae-missing-release-tag': log('none'),
          'ae-undocumented': log('none'),
        },
        // The sources follow TypeScript's own reading of comments, where `@throws HrmError x` and `{` need no escapes.
        tsdocMessageReporting: { default: log('none') },
      },
    },
  })
  const { succeeded, apiReportChanged } = Extractor.invoke(config, {
    localBuild: !check,
    messageCallback(message) {
      message.handled = true
      if (message.messageId.startsWith('console-api-report')) return
      const bad = message.logLevel === ExtractorLogLevel.Warning || message.logLevel === ExtractorLogLevel.Error
      if (bad) complaints.push(`${name}: ${message.messageId}: ${message.text}`)
    },
  })
  if (check && apiReportChanged) complaints.push(`${name}: etc/${name}.api.md is stale; \`npm run api\` writes it anew`)
  if (!succeeded && complaints.length === 0) complaints.push(`${name}: API Extractor failed`)
  return complaints
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const complaints = await buildTypes({ check: process.argv.includes('--check') })
  for (const complaint of complaints) console.error(complaint)
  process.exit(complaints.length === 0 ? 0 : 1)
}
