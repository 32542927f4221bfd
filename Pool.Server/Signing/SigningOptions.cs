using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pool.Server.Signing;

/// <summary>Where the server finds the signer. Section <c>Signing</c> of <c>pool.json</c>, <c>POOL_SIGNING__…</c>.</summary>
public sealed class SigningOptions
{
    public const string Section = "Signing";

    /// <summary>The signer's socket. Default: <c>signer/signer.sock</c> in the home folder. Environment: <c>POOL_SIGNING__SOCKET</c>.</summary>
    public string? Socket { get; set; }

    /// <summary>How long the signer may take for an answer. Default: 5 s; a signature takes less than a millisecond.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan AnswerTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The socket for a home folder.</summary>
    public string SocketIn(string home) => Socket ?? Path.Combine(home, "signer", "signer.sock");
}

[OptionsValidator]
internal sealed partial class SigningOptionsValidator : IValidateOptions<SigningOptions>;
