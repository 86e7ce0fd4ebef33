// What a release build exports.
export { step } from './step'
