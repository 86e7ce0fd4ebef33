// `npm test`: sets up everything, runs every check and every test, and prints one closing line for all of them.
// `npm test -- NAME...` runs only the suites named.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { endTree } from './end-tree.mjs'
import { root, setup } from './setup.mjs'
import { setUpNeeds } from './test-needs.mjs'

/** For a suite that hangs. All of the boards of `npm run conformance` take hours. */
const LIMIT_MINUTES = process.env.HRM_CONFORMANCE === 'full' ? 24 * 60 : 60

const modelDir = join(root, 'model')
const python = join(modelDir, '.venv', 'bin', 'python')
const bin = (name) => join(root, 'node_modules', '.bin', name)

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

/** @param reports folder for what the suite reports */
async function runSuite(name, { kind, command, args, cwd = root }, reports) {
  console.log(`\n== ${name}`)
  const report = join(reports, name)
  const extra = {
    check: [],
    vitest: ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    pytest: [`--junitxml=${report}`],
  }[kind]
  const { status, late } = await runLimited(command, [...args, ...extra], cwd)
  const result = { passed: kind === 'check' && status === 0 ? 1 : 0, failures: [] }
  try {
    if (kind !== 'check' && existsSync(report)) Object.assign(result, readReport[kind](readFileSync(report, 'utf8')))
  } catch (error) {
    result.failures.push(`the report of ${name} cannot be read: ${error.message}`)
  }
  if (late) result.failures.push(`${name} was ended after ${LIMIT_MINUTES} minutes`)
  // A check that failed, a runner that died, or a file that could not be loaded, must not pass for having no failed test.
  if (result.failures.length === 0 && (status !== 0 || result.passed === 0)) {
    result.failures.push(`${name} ended with ${status ?? 'a signal'}; what it printed says why`)
  }
  return result
}

/** Runs a command, and ends it with all that it started when its time is over, or when this process is told to end. */
async function runLimited(command, args, cwd) {
  const env = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}` }
  // A process group of its own, for runners start servers and browsers.
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  const kill = () => child.pid && endTree(child.pid)
  const stop = (signal) => {
    kill()
    process.exit(128 + constants.signals[signal])
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, stop)
  let late = false
  const timer = setTimeout(() => {
    late = true
    kill()
  }, LIMIT_MINUTES * 60_000)
  const status = await new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(error.message)
      resolve(null)
    })
    child.on('exit', resolve)
  })
  clearTimeout(timer)
  kill() // what it left running
  for (const signal of signals) process.off(signal, stop)
  return { status, late }
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

const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !Object.hasOwn(suites, name))
if (unknown !== undefined) {
  console.error(`no suite ${unknown}; there are ${Object.keys(suites).join(', ')}`)
  process.exit(2)
}
const chosen = Object.entries(suites).filter(([name]) => wanted.length === 0 || wanted.includes(name))
await setup()
// Before the first suite: what cannot be downloaded is known then, and costs only the suites that need it.
const missing = await setUpNeeds(chosen.flatMap(([, { needs = [] }]) => needs))
const reports = mkdtempSync(join(tmpdir(), 'hrm-edge-test-'))
process.on('exit', () => rmSync(reports, { recursive: true, force: true }))
const all = { passed: 0, failures: [] }
const lines = []
for (const [name, suite] of chosen) {
  const started = Date.now()
  const lacks = (suite.needs ?? []).filter((need) => missing.has(need))
  const { passed, failures } =
    lacks.length > 0
      ? { passed: 0, failures: lacks.map((need) => `set-up of ${need}: ${missing.get(need)}`) }
      : await runSuite(name, suite, reports)
  const seconds = Math.round((Date.now() - started) / 1000)
  lines.push(`   ${name.padEnd(8)} ${passed} passed, ${failures.length} failed in ${seconds} s`)
  all.passed += passed
  all.failures.push(...failures.map((failure) => `${name}: ${failure}`))
}
// Once more, for the output of the suites is long, and a log may hold its end only.
for (const failure of all.failures) console.log(`\nFAILED ${failure.slice(0, 2000)}`)
console.log(`\n${lines.join('\n')}\n\n${all.passed} passed, ${all.failures.length} failed`)
process.exit(all.failures.length === 0 ? 0 : 1)
