// `npm test`: sets up everything, runs every check and every test, and prints one closing line for all of them.
// `npm test -- NAME...` runs only the suites named.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { must, root, setup } from './setup.mjs'

const modelDir = join(root, 'model')
const python = join(modelDir, '.venv', 'bin', 'python')
const bin = (name) => join(root, 'node_modules', '.bin', name)
const reports = mkdtempSync(join(tmpdir(), 'hrm-edge-test-'))

/** Installs exactly what a folder's requirements.lock names into its .venv. */
function pythonPackages(folder, size) {
  const lock = readFileSync(join(root, folder, 'requirements.lock'), 'utf8')
  const stamp = join(root, folder, '.venv', '.hrm-lock')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.error(`hrm-edge: installing the Python packages of ${folder} (once; ${size}) ...`)
  // uv lives in an environment of its own, because `uv pip sync` removes everything that is not in the lock file.
  must('python3', ['-m', 'venv', 'model/.uv'])
  must(join(modelDir, '.uv', 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', 'uv==0.13.9'])
  const uv = join(modelDir, '.uv', 'bin', 'uv')
  must(uv, ['venv', '--quiet', '--clear', '--python', 'python3', `${folder}/.venv`])
  const inVenv = ['--python', join(root, folder, '.venv', 'bin', 'python')]
  must(uv, ['pip', 'sync', '--quiet', '--system-certs', ...inVenv, `${folder}/requirements.lock`])
  writeFileSync(stamp, lock)
}

/** Set-up beyond npm packages, by what needs it. */
const needs = {
  python: () => pythonPackages('model', 'PyTorch is large'),
  schemathesis: () => pythonPackages('tests/api', 'a few small ones'),
  chromium() {
    if (spawnSync('chromium', ['--version']).status === 0) return
    console.error('hrm-edge: installing Chromium ...')
    must('apt-get', ['update', '-qq'])
    must('apt-get', ['install', '-y', '-qq', 'chromium'], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  },
}

const check = (command, ...args) => ({ kind: 'check', command, args })
const vitest = (config) => ({ kind: 'vitest', command: bin('vitest'), args: ['run', '--config', config] })

const suites = {
  format: check(bin('biome'), 'ci', '.'),
  types: check(bin('tsc'), '-p', 'tsconfig.json'),
  unit: vitest('vitest.config.ts'),
  worker: vitest('tests/worker/vitest.config.ts'),
  api: { ...vitest('tests/api/vitest.config.ts'), needs: ['schemathesis'] },
  conformance: { ...vitest('tests/conformance/vitest.config.ts'), needs: ['chromium'] },
  browser: { ...vitest('tests/browser/vitest.config.ts'), needs: ['chromium'] },
  package: { ...vitest('tests/package/vitest.config.ts'), needs: ['chromium'] },
  ruff: { ...check(python, '-m', 'ruff', 'check', 'model'), needs: ['python'] },
  model: {
    kind: 'pytest',
    command: python,
    args: ['-m', 'pytest', '-q'],
    cwd: modelDir,
    needs: ['python', 'chromium'],
  },
}

function runSuite(name, { kind, command, args, cwd = root, needs: wanted = [] }) {
  for (const need of wanted) needs[need]()
  console.log(`\n== ${name}`)
  const report = join(reports, name)
  const extra = {
    check: [],
    vitest: ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    pytest: [`--junitxml=${report}`],
  }[kind]
  const env = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}` }
  const { status } = spawnSync(command, [...args, ...extra], { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] })
  const result =
    kind !== 'check' && existsSync(report)
      ? readReport[kind](readFileSync(report, 'utf8'))
      : { passed: kind === 'check' && status === 0 ? 1 : 0, failures: [] }
  // A check that failed, a runner that died, or a file that could not be loaded, must not pass for having no failed test.
  if (result.failures.length === 0 && (status !== 0 || result.passed === 0)) {
    result.failures.push(`${name} ended with ${status ?? 'a signal'}; what it printed says why`)
  }
  return result
}

/** How many tests passed, and of each that failed its name and why. */
const readReport = {
  vitest(json) {
    const { numPassedTests: passed, testResults } = JSON.parse(json)
    const failures = testResults.flatMap(({ name, message, assertionResults }) => {
      const failed = assertionResults.filter(({ status }) => status === 'failed')
      const file = relative(root, name)
      // A file that could not be loaded has no tests, but a message.
      return message && failed.length === 0
        ? [`${file}\n${message}`]
        : failed.map(({ fullName, failureMessages }) => `${file} > ${fullName}\n${failureMessages.join('\n')}`)
    })
    return { passed, failures }
  },
  pytest(xml) {
    const cases = xml.split('<testcase ').slice(1)
    const failures = cases
      .filter((text) => /<(failure|error)\b/.test(text))
      .map((text) => {
        const [, file, test] = /classname="([^"]*)" name="([^"]*)"/.exec(text)
        return `${file} > ${test}\n${/ message="([^"]*)"/.exec(text)?.[1] ?? ''}`
      })
    const skipped = cases.filter((text) => text.includes('<skipped')).length
    return { passed: cases.length - failures.length - skipped, failures }
  },
}

await setup()
const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !(name in suites))
if (unknown) {
  console.error(`no suite ${unknown}; there are ${Object.keys(suites).join(', ')}`)
  process.exit(2)
}
const all = { passed: 0, failures: [] }
const lines = []
for (const [name, suite] of Object.entries(suites)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const started = Date.now()
  const { passed, failures } = runSuite(name, suite)
  const seconds = Math.round((Date.now() - started) / 1000)
  lines.push(`   ${name.padEnd(8)} ${passed} passed, ${failures.length} failed in ${seconds} s`)
  all.passed += passed
  all.failures.push(...failures.map((failure) => `${name}: ${failure}`))
}
rmSync(reports, { recursive: true, force: true })
// Once more, for the output of the suites is long, and a log may hold its end only.
for (const failure of all.failures) console.log(`\nFAILED ${failure.slice(0, 2000)}`)
console.log(`\n${lines.join('\n')}\n\n${all.passed} passed, ${all.failures.length} failed`)
process.exit(all.failures.length === 0 ? 0 : 1)
