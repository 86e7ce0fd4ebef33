// What a release build exports.
export { cycle } from './cycle'
