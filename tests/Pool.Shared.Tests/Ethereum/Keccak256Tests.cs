using FsCheck;
using FsCheck.Fluent;
using Org.BouncyCastle.Crypto.Digests;
using Pool.Shared.Ethereum;

namespace Pool.Shared.Tests.Ethereum;

public sealed class Keccak256Tests
{
    [Fact]
    public void Every_length_around_the_block_equals_BouncyCastle()
    {
        var data = new byte[600];
        new System.Random(7).NextBytes(data);

        for (var length = 0; length <= data.Length; length++)
        {
            Assert.Equal(ByBouncyCastle(data.AsSpan(0, length).ToArray()), Keccak256.Hash(data.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Megabytes_equal_BouncyCastle()
    {
        var data = new byte[2_000_003];
        new System.Random(8).NextBytes(data);

        Assert.Equal(ByBouncyCastle(data), Keccak256.Hash(data));
    }

    [Fact]
    public void Any_pieces_give_the_hash_of_the_whole() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(0, 300).SelectMany(length => Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(length)).ListOf().ToArbitrary(),
        pieces =>
        {
            var keccak = new Keccak256();
            foreach (var piece in pieces)
            {
                keccak.Append(piece);
            }

            byte[] whole = [.. pieces.SelectMany(piece => piece)];
            var hash = keccak.Finish();
            return hash.SequenceEqual(Keccak256.Hash(whole)) && hash.SequenceEqual(ByBouncyCastle(whole));
        }));

    [Fact]
    public void Finished_hash_begins_a_new_message()
    {
        var keccak = new Keccak256();
        keccak.Append(new byte[200]);
        keccak.Finish();

        Assert.Equal(Keccak256.Hash([]), keccak.Finish());
    }

    [Fact]
    public void Hash_so_far_leaves_the_message_as_it_is_and_clearing_begins_a_new_one() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<(byte[] First, byte[] Second)>(),
        message =>
        {
            var hash = new Keccak256();
            hash.Append(message.First);

            Assert.Equal(Keccak256.Hash(message.First), hash.Peek());

            hash.Append(message.Second);

            Assert.Equal(Keccak256.Hash([.. message.First, .. message.Second]), hash.Peek());

            hash.Clear();
            hash.Append(message.Second);

            Assert.Equal(Keccak256.Hash(message.Second), hash.Finish());
        }));

    [Fact]
    public void Appending_allocates_nothing()
    {
        var keccak = new Keccak256();
        var data = new byte[10_000];
        var hash = new byte[Keccak256.HashBytes];
        keccak.Append(data);
        keccak.Finish(hash);

        var before = GC.GetAllocatedBytesForCurrentThread();
        keccak.Append(data);
        keccak.Finish(hash);
        Keccak256.Hash(data, hash);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] ByBouncyCastle(byte[] data)
    {
        var digest = new KeccakDigest(256);
        digest.BlockUpdate(data, 0, data.Length);
        var hash = new byte[Keccak256.HashBytes];
        digest.DoFinal(hash, 0);
        return hash;
    }
}
