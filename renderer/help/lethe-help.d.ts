/** Made at build time by tools/help.mjs. */
declare module 'lethe:help' {
  export const helpPages: readonly import('./help-page.ts').HelpPage[]
}
