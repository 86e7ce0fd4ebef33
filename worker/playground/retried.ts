/**
 * What is made at the first call, and kept. After a failure the next call tries again.
 * @param create is given what forgets what it made, so that the next call makes it anew, and the arguments of that call
 */
export function retried<Args extends unknown[], T>(
  create: (forget: () => void, ...args: Args) => Promise<T>,
): (...args: Args) => Promise<T> {
  let made: Promise<T> | undefined
  const forget = () => {
    made = undefined
  }
  return (...args) => {
    if (made === undefined) {
      made = create(forget, ...args)
      // Who called is told of the failure.
      made.catch(forget)
    }
    return made
  }
}
