// The parts of workerd's own modules, and of its test runner's, that the tests use.
declare module 'cloudflare:workers' {
  export const exports: { default: { fetch: typeof fetch } }
}
declare module 'cloudflare:test' {
  import type { DurableObjectState, ExecutionContext, MessageBatch } from '@cloudflare/workers-types'

  export function runInDurableObject<T>(stub: object, run: (instance: object, state: DurableObjectState) => T): Promise<T>
  export function runDurableObjectAlarm(stub: object): Promise<boolean>
  export function createExecutionContext(): ExecutionContext
  export function createMessageBatch(
    queue: string,
    messages: { id: string; timestamp: number; attempts: number; body: unknown }[],
  ): MessageBatch
  export function getQueueResult(
    batch: MessageBatch,
    context: ExecutionContext,
  ): Promise<{ outcome: string; explicitAcks: string[]; retryMessages: { msgId: string; delaySeconds?: number }[] }>
}
