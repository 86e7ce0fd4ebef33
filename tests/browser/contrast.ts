/**
 * Runs in the page: text whose contrast with its ground is below WCAG AA (4.5:1, or 3:1 from 24 px, or 18.66 px bold).
 * @returns a line for each bad element; empty when all is well
 */
export function findLowContrast(): string[] {
  type Colour = [number, number, number, number]
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!
  const parse = (css: string): Colour => {
    context.clearRect(0, 0, 1, 1)
    context.fillStyle = css
    context.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data
    return [r, g, b, a / 255]
  }
  const luminance = ([r, g, b]: Colour) => {
    const linear = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }
  const groundOf = (element: Element | null): Colour => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor)
      if (colour[3] > 0.99) return colour
    }
    return [255, 255, 255, 1]
  }

  const bad: string[] = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement!
    const style = getComputedStyle(element)
    const disabled = element.closest(':disabled') !== null
    if (!node.nodeValue?.trim() || disabled || !element.checkVisibility() || style.clipPath !== 'none') continue
    const [text, ground] = [luminance(parse(style.color)), luminance(groundOf(element))]
    const ratio = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05)
    const size = Number.parseFloat(style.fontSize)
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
    if (ratio < (isLarge ? 3 : 4.5))
      bad.push(`${ratio.toFixed(2)}:1 ${style.color} "${node.nodeValue.trim().slice(0, 40)}"`)
  }
  return bad
}
