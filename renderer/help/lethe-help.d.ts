/** Made at build time by tools/help.mjs; pages.ts gives it its type. */
declare module 'lethe:help' {
  export const helpPages: unknown
}
