import type { Sql, Tx } from "./sql.ts";

/** For tests: a transaction that notes how the store would run each statement, before it runs it. */
export interface PlannedTx extends Tx {
  /** By the statement's words, its values left out. */
  readonly plans: Map<string, string>;
}

export function planning(tx: Tx): PlannedTx {
  const plans = new Map<string, string>();
  const planned = async (statement: Sql) => {
    const words = statement.strings.join("?").replace(/\s+/g, " ").trim();
    plans.set(words, await planOf(tx, statement));
  };
  return {
    dialect: tx.dialect,
    epoch: tx.epoch,
    plans,
    async all(query) {
      await planned(query);
      return tx.all(query);
    },
    async get(query) {
      await planned(query);
      return tx.get(query);
    },
    async run(statement) {
      await planned(statement);
      return tx.run(statement);
    },
    afterCommit: (then) => tx.afterCommit(then),
    noteChanged: (accountId, type) => tx.noteChanged(accountId, type),
  };
}

/**
 * How the store would run a statement, as it tells it. PostgreSQL weighs by what it has counted so far, and reads a small table whole where that is cheaper: it is kept from
 * that, so that what is seen is whether an index serves, and in its order.
 */
export async function planOf(tx: Tx, { strings, values }: Sql): Promise<string> {
  if (tx.dialect === "postgres") {
    for (const way of ["seqscan", "bitmapscan"])
      await tx.run({ strings: [`SET LOCAL enable_${way} = off`], values: [] });
  }
  const [first = "", ...others] = strings;
  const explain = tx.dialect === "sqlite" ? "EXPLAIN QUERY PLAN" : "EXPLAIN";
  const rows = await tx.all({ strings: [`${explain} ${first}`, ...others], values });
  return rows.map((row) => String(row.detail ?? row["QUERY PLAN"])).join("\n");
}
