import { byId } from './dom.ts'
import { advice, type Failure, headline, sentence } from './failure.ts'

export type Tone = 'plain' | 'good' | 'bad'

/** The line that says what goes on. Screen readers speak it, so it changes at events, never at every step. */
export class StatusView {
  readonly #root = byId('status', HTMLElement)

  /** @param verdict the words that matter most, set apart */
  say(verdict: string, text = '', tone: Tone = 'plain'): void {
    this.#root.dataset.tone = tone
    const strong = document.createElement('span')
    strong.className = 'verdict'
    strong.textContent = verdict
    this.#root.replaceChildren(strong, text && ` ${text}`)
  }

  fail(failure: Failure): void {
    this.say(headline(failure), `${sentence(failure.message)} ${advice(failure)}`.trimEnd(), 'bad')
    const code = document.createElement('code')
    code.textContent = failure.code
    this.#root.append(' ', code)
  }
}
