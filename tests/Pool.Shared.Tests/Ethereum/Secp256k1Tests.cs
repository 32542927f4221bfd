using FsCheck;
using FsCheck.Fluent;
using Pool.Shared.Ethereum;

namespace Pool.Shared.Tests.Ethereum;

/// <summary>
/// The two implementations of the curve against each other; where libsecp256k1 is not installed, the managed one against itself.
/// </summary>
public sealed class Secp256k1Tests
{
    private const string Order = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141";
    private const string OrderLessOne = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364140";

    /// <summary>Curves take time; this many random cases are enough to meet both parities and both halves of s many times.</summary>
    private const int Runs = 40;

    private static readonly BouncyCastleSecp256k1 s_managed = new BouncyCastleSecp256k1();
    private static readonly ISecp256k1 s_other = NativeSecp256k1.TryCreate() ?? (ISecp256k1)s_managed;

    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(Runs);

    public static TheoryData<string> Curves { get; } = s_other == s_managed ? ["managed"] : ["managed", "native"];

    [Fact]
    public void Both_make_the_same_key_and_the_same_low_signature() => Prop.ForAll(Scalars(), Digests(), (privateKey, digest) =>
    {
        var (managedKey, otherKey) = (new byte[Secp256k1.PublicKeyBytes], new byte[Secp256k1.PublicKeyBytes]);
        s_managed.WritePublicKey(privateKey, managedKey);
        s_other.WritePublicKey(privateKey, otherKey);
        var (managed, other) = (new byte[Secp256k1.SignatureBytes], new byte[Secp256k1.SignatureBytes]);
        var managedId = s_managed.Sign(privateKey, digest, managed);
        var otherId = s_other.Sign(privateKey, digest, other);

        return managedKey.SequenceEqual(otherKey) && managed.SequenceEqual(other) && managedId == otherId && managed[32] < 0x80;
    }).Check(s_config);

    [Fact]
    public void What_one_signs_the_other_recovers() => Prop.ForAll(Scalars(), Digests(), (privateKey, digest) =>
        Recovers(s_managed, s_other, privateKey, digest) && Recovers(s_other, s_managed, privateKey, digest)).Check(s_config);

    [Fact]
    public void Both_give_the_same_answer_to_any_signature() => Prop.ForAll(Signatures(), Digests(), (signature, digest) =>
        Enumerable.Range(0, 4).All(recoveryId =>
        {
            var (managed, other) = (new byte[Secp256k1.PublicKeyBytes], new byte[Secp256k1.PublicKeyBytes]);
            var byManaged = s_managed.TryRecover(digest, signature, recoveryId, managed);
            return byManaged == s_other.TryRecover(digest, signature, recoveryId, other) && managed.SequenceEqual(other);
        })).Check(s_config);

    [Theory]
    [MemberData(nameof(Curves))]
    public void Zero_the_order_and_wrong_lengths_are_no_private_keys(string curve)
    {
        var tested = Named(curve);

        Assert.False(tested.IsPrivateKey(new byte[32]));
        Assert.False(tested.IsPrivateKey(Convert.FromHexString(Order)));
        Assert.True(tested.IsPrivateKey(Convert.FromHexString(OrderLessOne)));
        Assert.False(tested.IsPrivateKey(new byte[31]));
        Assert.False(tested.IsPrivateKey([.. Convert.FromHexString(OrderLessOne), 1]));
        Assert.Throws<ArgumentException>(() => tested.WritePublicKey(new byte[32], new byte[Secp256k1.PublicKeyBytes]));
        Assert.Throws<ArgumentException>(() => tested.Sign(new byte[32], new byte[32], new byte[Secp256k1.SignatureBytes]));
    }

    [Theory]
    [MemberData(nameof(Curves))]
    public void Buffers_of_a_wrong_length_and_impossible_recovery_ids_never_reach_the_library(string curve)
    {
        var tested = Named(curve);
        var (digest, signature, key) = (new byte[32], new byte[64], new byte[64]);

        Assert.Throws<ArgumentException>(() => tested.TryRecover(new byte[31], signature, 0, key));
        Assert.Throws<ArgumentException>(() => tested.TryRecover(digest, new byte[63], 0, key));
        Assert.Throws<ArgumentException>(() => tested.TryRecover(digest, signature, 0, new byte[63]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tested.TryRecover(digest, signature, 4, key));
        Assert.Throws<ArgumentOutOfRangeException>(() => tested.TryRecover(digest, signature, -1, key));
    }

    private static ISecp256k1 Named(string curve) => string.Equals(curve, "native", StringComparison.Ordinal) ? s_other : s_managed;

    private static bool Recovers(ISecp256k1 signer, ISecp256k1 reader, byte[] privateKey, byte[] digest)
    {
        var (key, recovered) = (new byte[Secp256k1.PublicKeyBytes], new byte[Secp256k1.PublicKeyBytes]);
        var signature = new byte[Secp256k1.SignatureBytes];
        signer.WritePublicKey(privateKey, key);
        return reader.TryRecover(digest, signature, signer.Sign(privateKey, digest, signature), recovered) && recovered.SequenceEqual(key);
    }

    private static Gen<byte> AnyByte() => Gen.Choose(0, 255).Select(value => (byte)value);

    private static Arbitrary<byte[]> Digests() => AnyByte().ArrayOf(Secp256k1.ScalarBytes).ToArbitrary();

    /// <summary>Random keys, and the smallest and the largest.</summary>
    private static Arbitrary<byte[]> Scalars() => Gen.Frequency(
        (8, AnyByte().ArrayOf(Secp256k1.ScalarBytes).Where(bytes => s_managed.IsPrivateKey(bytes))),
        (1, Gen.Constant<byte[]>([.. new byte[31], 1])),
        (1, Gen.Constant(Convert.FromHexString(OrderLessOne)))).ToArbitrary();

    /// <summary>Random halves, and halves at the edges: zero, one, the order and its neighbour, all ones.</summary>
    private static Arbitrary<byte[]> Signatures()
    {
        byte[][] edges =
        [
            new byte[32], [.. new byte[31], 1], Convert.FromHexString(Order), Convert.FromHexString(OrderLessOne),
            [.. Enumerable.Repeat((byte)0xFF, 32)],
        ];
        var half = Gen.Frequency((4, AnyByte().ArrayOf(Secp256k1.ScalarBytes)), (3, Gen.Elements(edges)));
        return half.Two().Select<(byte[], byte[]), byte[]>(halves => [.. halves.Item1, .. halves.Item2]).ToArbitrary();
    }
}
