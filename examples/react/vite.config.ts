import { defineConfig } from 'vite'

// `file:../..` makes node_modules/hrm-edge a link to the repository, and the development server refuses what lies outside
// of the folders named here. With the package from a registry none of this is needed.
export default defineConfig({ server: { fs: { allow: ['.', '../..'] } } })
