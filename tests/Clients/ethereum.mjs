// Encodes, decodes and signs with viem. Standard input: { values: [{ types, values, encoded }], transactions: [{ key, fields }],
// raw: [hex], functions: [signature], events: [signature], reverts: [hex], creators: [{ from, nonce }] }. In values, an integer is
// { integer: "decimal" }. Standard output: viem's answer to each, in the same order.
import { readFileSync } from 'node:fs';
import {
  decodeAbiParameters, decodeErrorResult, encodeAbiParameters, getContractAddress, keccak256, parseAbiParameters, parseTransaction,
  recoverTransactionAddress, toEventSelector, toFunctionSelector,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';

const revive = (value) => {
  if (Array.isArray(value)) return value.map(revive);
  return typeof value === 'object' ? BigInt(value.integer) : value;
};

const amounts = ['maxFeePerGas', 'maxPriorityFeePerGas', 'value', 'gas'];
const input = JSON.parse(readFileSync(0, 'utf8'));

const values = input.values.map(({ types, values: given, encoded }) => {
  const parameters = parseAbiParameters(types);
  return {
    encoded: encodeAbiParameters(parameters, revive(given)),
    decoded: encodeAbiParameters(parameters, decodeAbiParameters(parameters, encoded)),
  };
});
const transactions = await Promise.all(input.transactions.map(({ key, fields }) => {
  const transaction = { type: 'eip1559', ...fields };
  for (const name of amounts) transaction[name] = BigInt(fields[name]);
  return privateKeyToAccount(key).signTransaction(transaction);
}));
const raw = await Promise.all(input.raw.map(async (serializedTransaction) => ({
  hash: keccak256(serializedTransaction),
  nonce: parseTransaction(serializedTransaction).nonce,
  sender: await recoverTransactionAddress({ serializedTransaction }),
})));
console.log(JSON.stringify({
  values,
  transactions,
  raw,
  functions: input.functions.map(toFunctionSelector),
  events: input.events.map(toEventSelector),
  reverts: input.reverts.map((data) => String(decodeErrorResult({ abi: [], data }).args[0])),
  contracts: input.creators.map(({ from, nonce }) => getContractAddress({ from, nonce: BigInt(nonce) })),
}));
