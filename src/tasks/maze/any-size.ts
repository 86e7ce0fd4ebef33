import type { ModelConfig } from '../../weights/config.ts'

/**
 * Whether a model of mazes reads sizes that it was not trained on: nothing in it counts places of a list that is longer on
 * some boards.
 */
export const readsAnySize = ({ attention, lists, list_bias }: ModelConfig): boolean =>
  attention === 'lists' && (!list_bias || lists.every((name) => name === 'neighbours'))
