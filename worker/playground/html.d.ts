/** build.mjs makes the file a string. */
declare module '*.html' {
  const text: string
  export default text
}
