/** A network of real servers for stories, faults and measurements. */
export { addAccount, type TokenAccount } from "./accounts.ts";
export { ChildProgram, isNothing, isNumber, isObject, type RunOptions } from "./child-program.ts";
export { type Exchange, type Fault, type FaultRule, Faults } from "./faults.ts";
export { freePort } from "./free-port.ts";
export { letterWriter } from "./letters.ts";
export { obey } from "./obey.ts";
export { joinAs, type TestPerson } from "./people.ts";
export { localPair, type ProcessPair } from "./process-pair.ts";
export { seededRandom } from "./seeded-random.ts";
export {
  startTestnet,
  type TestAccount,
  type TestNode,
  type Testnet,
  type TestnetOptions,
} from "./testnet.ts";
export { isUsage, machineMs, ownUsage, type Usage } from "./usage.ts";
