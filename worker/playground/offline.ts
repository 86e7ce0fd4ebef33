/** Keeps the page for times without a network, once it has everything it needs for now. */
export function keepOffline(): void {
  // Only pages that are served securely can; the others work as long as there is a network.
  if (!('serviceWorker' in navigator)) return
  const register = () => void navigator.serviceWorker.register('./service-worker.js').catch(() => {})
  if (document.readyState === 'complete') register()
  else addEventListener('load', register)
}
