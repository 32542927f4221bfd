using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pool.Server.Settlement;

/// <summary>Limits of the journal and of what the books keep.</summary>
public sealed class SettlementOptions : IValidatableObject
{
    public const string Section = "Settlement";

    /// <summary>Files the journal must have room for, so that one can be filled while another is on its way into Postgres.</summary>
    private const int LeastFiles = 4;

    /// <summary>
    /// Bytes of settle records that may wait for Postgres. A segment takes about 1 KiB. Shortly before that many, new sessions are refused; at
    /// that many, segments fail. Default: 2 GiB.
    /// </summary>
    [Range(16L << 10, 1L << 40)]
    public long JournalMaxBytes { get; set; } = 2L << 30;

    /// <summary>Bytes of one file of the journal. A file goes when all of it is in Postgres. Default: 16 MiB.</summary>
    [Range(4L << 10, 256L << 20)]
    public long JournalFileBytes { get; set; } = 16L << 20;

    /// <summary>
    /// Days of single segments and contributions that stay in the books, whatever else; afterwards they go as soon as their epochs are closed
    /// and matured. Default: 30.
    /// </summary>
    [Range(1, 3650)]
    public int RetentionDays { get; set; } = 30;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (JournalMaxBytes / LeastFiles < JournalFileBytes)
        {
            yield return new ValidationResult(
                $"Settlement:JournalMaxBytes is {JournalMaxBytes}: it must be at least {LeastFiles} times Settlement:JournalFileBytes, which is {JournalFileBytes}.");
        }
    }
}

[OptionsValidator]
internal sealed partial class SettlementOptionsValidator : IValidateOptions<SettlementOptions>;
