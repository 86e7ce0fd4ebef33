import { type Browser, type BrowserContextOptions, chromium, type Page, type Request } from 'playwright-core'
import { findChromium } from '../../scripts/chromium.mjs'

/** The system's Chromium. */
export const CHROMIUM = findChromium() ?? 'chromium'

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const WEBGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan']

export const chromiumArgs = (webgpu = false): string[] => [...ARGS, ...(webgpu ? WEBGPU : ['--disable-gpu'])]

/** Starts the system's Chromium with a fresh profile. @param webgpu give it WebGPU, on its software adapter */
export function launchChromium({ webgpu = false } = {}): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: chromiumArgs(webgpu) })
}

export interface OpenPage {
  page: Page
  /** What went wrong that nobody asked for: exceptions, console errors, refused policies. */
  complaints: string[]
}

/** A page of a fresh context, closed when `use` returns. */
export async function withPage(
  browser: Browser,
  options: BrowserContextOptions,
  use: (opened: OpenPage) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options)
  try {
    const page = await context.newPage()
    // A busy machine may take minutes for what takes seconds; less than a test has, to say what it waited for.
    page.setDefaultTimeout(120_000)
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    await use({ page, complaints })
  } finally {
    await context.close()
  }
}

/**
 * Holds up requests to a path (a glob) until the function returned is called. What a service worker fetches passes by.
 * @param onRequest told of each as it comes
 */
export async function holdUp(page: Page, path: string, onRequest?: (request: Request) => void): Promise<() => void> {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  await page.route(path, async (route) => {
    onRequest?.(route.request())
    await held
    await route.continue()
  })
  return go
}
