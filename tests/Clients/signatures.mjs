// Signs and checks EIP-191 messages with viem. Standard input: { sign: [{ key, message }], verify: [{ address, message, signature }] },
// all hex. Standard output: { signed: [{ address, signature }], verified: [bool] }; an address is in its EIP-55 form.
import { readFileSync } from 'node:fs';
import { verifyMessage } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';

const { sign, verify } = JSON.parse(readFileSync(0, 'utf8'));
const signed = await Promise.all(sign.map(async ({ key, message }) => {
  const account = privateKeyToAccount(key);
  return { address: account.address, signature: await account.signMessage({ message: { raw: message } }) };
}));
const verified = await Promise.all(verify.map(({ address, message, signature }) =>
  verifyMessage({ address, message: { raw: message }, signature })));
console.log(JSON.stringify({ signed, verified }));
