/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** True in a build whose words are longer and accented. */
  readonly PSEUDO: boolean;
  /** The version that is built, such as 0.1.0. */
  readonly RELEASE: string;
}
