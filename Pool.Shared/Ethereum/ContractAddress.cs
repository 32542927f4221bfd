namespace Pool.Shared.Ethereum;

/// <summary>Where contracts come to be.</summary>
public static class ContractAddress
{
    /// <summary>The address of a contract that an account creates (CREATE): the hash of the account and its nonce.</summary>
    /// <param name="creator">The account.</param>
    /// <param name="nonce">Nonce of the transaction that creates it.</param>
    public static Address Of(Address creator, ulong nonce) =>
        Address.FromWire(Keccak256.Hash(Rlp.Encode(RlpItem.ListOf(RlpItem.Of(creator.ToBytes()), RlpItem.Of(nonce)))));
}
