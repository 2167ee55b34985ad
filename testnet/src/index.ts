/** A network of real servers for stories, faults and measurements. */
export { type Exchange, type Fault, type FaultRule, Faults } from "./faults.ts";
export { seededRandom } from "./seeded-random.ts";
export {
  startTestnet,
  type TestAccount,
  type TestNode,
  type Testnet,
  type TestnetOptions,
} from "./testnet.ts";
