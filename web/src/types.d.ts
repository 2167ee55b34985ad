/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** True in a build whose words are longer and accented. */
  readonly PSEUDO: boolean;
}
