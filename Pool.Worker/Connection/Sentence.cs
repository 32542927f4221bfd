namespace Pool.Worker.Connection;

/// <summary>Makes text that may stand on a terminal: of exceptions, and of what the other side sent.</summary>
internal static class Sentence
{
    /// <summary>Longest text of another's that is repeated.</summary>
    private const int MaxLength = 300;

    /// <summary>The innermost reason of a failure: "Connection refused" rather than "Unable to connect".</summary>
    public static string Of(Exception exception)
    {
        var innermost = exception;
        while (innermost.InnerException is { Message.Length: > 0 } inner)
        {
            innermost = inner;
        }

        return Printable(innermost.Message).TrimEnd('.');
    }

    /// <summary>One line without control characters (a terminal obeys some of them), of a bounded length.</summary>
    public static string Printable(string? text)
    {
        var cut = text is { Length: > MaxLength } ? text[..MaxLength] + "…" : text ?? "";
        return string.Concat(cut.Select(character => char.IsControl(character) ? ' ' : character)).Trim();
    }
}
