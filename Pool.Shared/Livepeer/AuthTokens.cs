using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Pool.Shared.Ethereum;

namespace Pool.Shared.Livepeer;

/// <summary>
/// Issues and checks session credentials without storing them: the token is an HMAC over session id and expiration (protocol §3.6).
/// </summary>
/// <remarks>
/// The HMAC's input has no mark between id and expiration, because the network's has none. A stranger could therefore move the last
/// character of the id to the front of the expiration and would hold a token that lasts for ages; <see cref="Check"/> refuses every
/// expiration that is further away than an issued one can be.
/// </remarks>
public sealed class AuthTokens(byte[] secret)
{
    /// <summary>Length of a secret made by this pool.</summary>
    public const int SecretBytes = 32;

    /// <summary>How long a token is good; gateways ask for a new one when less than 3 minutes remain.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromMinutes(30);

    /// <summary>How far away an honest expiration can be: the validity, and a clock that was set back.</summary>
    public static readonly TimeSpan MaxValidity = Validity + TimeSpan.FromHours(24);

    private readonly byte[] _secret = [.. secret];

    /// <summary>A token for a session that expires at the given second.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The expiration lies before 1970.</exception>
    public Wire.AuthToken Issue(string sessionId, DateTimeOffset expiration)
    {
        ArgumentNullException.ThrowIfNull(sessionId);
        var seconds = expiration.ToUnixTimeSeconds();
        ArgumentOutOfRangeException.ThrowIfNegative(seconds, nameof(expiration));
        return new Wire.AuthToken
        {
            Token = ByteString.CopyFrom(Compute(sessionId, (ulong)seconds)),
            SessionId = sessionId,
            Expiration = seconds,
        };
    }

    /// <summary>By when a token was issued, to the second that it is written in.</summary>
    public static DateTimeOffset IssuedBy(Wire.AuthToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return DateTimeOffset.FromUnixTimeSeconds(token.Expiration) - Validity + TimeSpan.FromSeconds(1);
    }

    /// <summary>Whether the token was made with this secret, however old it is. Takes the same time for any wrong token.</summary>
    public bool IsAuthentic(Wire.AuthToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return token.Expiration >= 0 &&
            CryptographicOperations.FixedTimeEquals(token.Token.Span, Compute(token.SessionId, (ulong)token.Expiration));
    }

    /// <summary>The checks of protocol §4.2, steps 8 to 10.</summary>
    /// <param name="token">The token a request carried, or null.</param>
    /// <param name="now">The time.</param>
    public AuthTokenVerdict Check(Wire.AuthToken? token, DateTimeOffset now)
    {
        if (token is null)
        {
            return AuthTokenVerdict.Missing;
        }

        var latest = (now + MaxValidity).ToUnixTimeSeconds();
        if (token.Expiration > latest || !IsAuthentic(token))
        {
            return AuthTokenVerdict.Invalid;
        }

        return now > DateTimeOffset.FromUnixTimeSeconds(token.Expiration) ? AuthTokenVerdict.Expired : AuthTokenVerdict.Valid;
    }

    private byte[] Compute(string sessionId, ulong expirationSeconds)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(sessionId), .. BigEndian.Minimal(expirationSeconds)];
        return HMACSHA256.HashData(_secret, signed);
    }
}

/// <summary>What a session credential is worth.</summary>
public enum AuthTokenVerdict
{
    /// <summary>Good.</summary>
    Valid,

    /// <summary>There is none: <c>missing auth token</c>.</summary>
    Missing,

    /// <summary>We never issued it: <c>invalid auth token</c>.</summary>
    Invalid,

    /// <summary>It was good once: <c>expired auth token</c>.</summary>
    Expired,
}
