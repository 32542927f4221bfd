using System.Diagnostics;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;

namespace Pool.Shared.Ethereum;

/// <summary>secp256k1 in managed code, for machines without libsecp256k1. A recovery takes about 1.4 ms.</summary>
public sealed class BouncyCastleSecp256k1 : ISecp256k1
{
    /// <summary>Parity bit of a recovery id: whether y of the nonce's point is odd.</summary>
    private const int OddBit = 1;

    /// <summary>Overflow bit of a recovery id: x of the nonce's point was not below the order.</summary>
    private const int OverflowBit = 2;

    private static readonly X9ECParameters s_curve = CustomNamedCurves.GetByName("secp256k1");
    private static readonly BigInteger s_order = s_curve.N;
    private static readonly BigInteger s_halfOrder = s_curve.N.ShiftRight(1);

    public bool IsPrivateKey(ReadOnlySpan<byte> privateKey) =>
        privateKey.Length == Secp256k1.ScalarBytes && IsScalar(Read(privateKey));

    public void WritePublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        Lengths.Require(publicKey, Secp256k1.PublicKeyBytes, nameof(publicKey));
        WritePoint(MultiplyBase(ReadKey(privateKey)), publicKey);
    }

    public int Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> digest, Span<byte> signature)
    {
        Lengths.Require(digest, Secp256k1.ScalarBytes, nameof(digest));
        Lengths.Require(signature, Secp256k1.SignatureBytes, nameof(signature));
        var key = ReadKey(privateKey);
        var message = Read(digest);
        var nonces = new HMacDsaKCalculator(new Sha256Digest());
        nonces.Init(s_order, key, digest.ToArray());
        while (true)
        {
            var nonce = nonces.NextK();
            var point = MultiplyBase(nonce).Normalize();
            var x = point.AffineXCoord.ToBigInteger();
            var r = x.Mod(s_order);
            var s = nonce.ModInverse(s_order).Multiply(message.Add(key.Multiply(r))).Mod(s_order);
            if (r.SignValue == 0 || s.SignValue == 0)
            {
                continue;
            }

            var recoveryId = (point.AffineYCoord.TestBitZero() ? OddBit : 0) | (x.CompareTo(s_order) >= 0 ? OverflowBit : 0);
            if (s.CompareTo(s_halfOrder) > 0)
            {
                s = s_order.Subtract(s);
                recoveryId ^= OddBit;
            }

            Write(r, signature[..Secp256k1.ScalarBytes]);
            Write(s, signature[Secp256k1.ScalarBytes..]);
            return recoveryId;
        }
    }

    public bool TryRecover(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId, Span<byte> publicKey)
    {
        Lengths.Require(digest, Secp256k1.ScalarBytes, nameof(digest));
        Lengths.Require(signature, Secp256k1.SignatureBytes, nameof(signature));
        Lengths.Require(publicKey, Secp256k1.PublicKeyBytes, nameof(publicKey));
        ArgumentOutOfRangeException.ThrowIfNegative(recoveryId);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(recoveryId, Secp256k1.MaxRecoveryId);
        var r = Read(signature[..Secp256k1.ScalarBytes]);
        var s = Read(signature[Secp256k1.ScalarBytes..]);
        var x = (recoveryId & OverflowBit) == 0 ? r : r.Add(s_order);
        if (!IsScalar(r) || !IsScalar(s) || x.CompareTo(s_curve.Curve.Field.Characteristic) >= 0 ||
            LiftX(x, (recoveryId & OddBit) != 0) is not { } point)
        {
            return false;
        }

        var inverse = r.ModInverse(s_order);
        var ofBase = s_order.Subtract(Read(digest).Multiply(inverse).Mod(s_order));
        var ofPoint = s.Multiply(inverse).Mod(s_order);
        var key = ECAlgorithms.SumOfTwoMultiplies(s_curve.G, ofBase, point, ofPoint);
        if (key.IsInfinity)
        {
            return false;
        }

        WritePoint(key, publicKey);
        return true;
    }

    /// <summary>The point of the curve with this x and this parity of y, or null when there is none.</summary>
    private static ECPoint? LiftX(BigInteger x, bool odd)
    {
        var curve = s_curve.Curve;
        var field = curve.FromBigInteger(x);
        var y = field.Square().Add(curve.A).Multiply(field).Add(curve.B).Sqrt();
        return y is null ? null : curve.CreatePoint(x, (y.TestBitZero() == odd ? y : y.Negate()).ToBigInteger());
    }

    private static ECPoint MultiplyBase(BigInteger scalar) => new FixedPointCombMultiplier().Multiply(s_curve.G, scalar);

    private static bool IsScalar(BigInteger value) => value.SignValue > 0 && value.CompareTo(s_order) < 0;

    private static BigInteger ReadKey(ReadOnlySpan<byte> privateKey)
    {
        Lengths.Require(privateKey, Secp256k1.ScalarBytes, nameof(privateKey));
        var key = Read(privateKey);
        return IsScalar(key) ? key : throw new ArgumentException("Not a private key of secp256k1.", nameof(privateKey));
    }

    private static BigInteger Read(ReadOnlySpan<byte> bytes) => new(1, bytes.ToArray());

    private static void Write(BigInteger value, Span<byte> destination)
    {
        var bytes = value.ToByteArrayUnsigned();
        if (bytes.Length > destination.Length)
        {
            throw new UnreachableException("A value of the curve is longer than the curve's field.");
        }

        destination.Clear();
        BigEndian.Fit(bytes, destination);
    }

    private static void WritePoint(ECPoint point, Span<byte> publicKey)
    {
        var affine = point.Normalize();
        Write(affine.AffineXCoord.ToBigInteger(), publicKey[..Secp256k1.ScalarBytes]);
        Write(affine.AffineYCoord.ToBigInteger(), publicKey[Secp256k1.ScalarBytes..]);
    }
}
