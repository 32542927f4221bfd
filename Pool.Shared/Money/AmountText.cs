using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using Pool.Shared.Ethereum;

namespace Pool.Shared.Money;

/// <param name="Name">How people write it.</param>
/// <param name="Decimals">Decimal places of one of it in the smallest unit.</param>
internal readonly record struct AmountUnit(string Name, int Decimals);

/// <summary>Amounts as text: exact decimals of a unit, and the bare digits that cross JSON.</summary>
internal static class AmountText
{
    /// <summary>Digits of 2^256-1.</summary>
    private const int MaxDigits = 78;

    /// <summary>Longest text that is looked at: all digits, a point, a fraction and a unit.</summary>
    private const int MaxLength = 120;

    public static string Digits(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The amount in a unit, with no zeros behind the last digit that counts.</summary>
    public static string Format(BigInteger value, int decimals, string unit)
    {
        var digits = Digits(value).PadLeft(decimals + 1, '0');
        var fraction = digits[^decimals..].TrimEnd('0');
        return fraction.Length == 0 ? $"{digits[..^decimals]} {unit}" : $"{digits[..^decimals]}.{fraction} {unit}";
    }

    public static bool TryParseDigits([NotNullWhen(true)] string? digits, out BigInteger value)
    {
        value = default;
        if (digits is null || digits.Length is 0 or > MaxDigits || digits.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        value = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        if (Uint256.Holds(value))
        {
            return true;
        }

        value = default;
        return false;
    }

    public static bool TryParse(
        [NotNullWhen(true)] string? text, ReadOnlySpan<AmountUnit> units, out BigInteger value, [NotNullWhen(false)] out string? error)
    {
        value = default;
        var trimmed = text.AsSpan().Trim();
        if (text is null || trimmed.Length is 0 or > MaxLength)
        {
            error = trimmed.Length == 0 ? "the amount is empty" : $"the amount has more than {MaxLength} characters";
            return false;
        }

        foreach (var unit in units)
        {
            if (trimmed.EndsWith(unit.Name, StringComparison.OrdinalIgnoreCase) && EndsNumber(trimmed[..^unit.Name.Length]))
            {
                return TryScale(trimmed[..^unit.Name.Length].TrimEnd(), unit, text, out value, out error);
            }
        }

        error = $"the amount '{text}' does not end in its unit, which is {Names(units)}";
        return false;
    }

    /// <summary>Whether what stands before a unit's name is no longer name, as the g of "gwei" is before "wei".</summary>
    private static bool EndsNumber(ReadOnlySpan<char> before) => before.Length == 0 || !char.IsAsciiLetter(before[^1]);

    private static bool TryScale(
        ReadOnlySpan<char> number, AmountUnit unit, string text, out BigInteger value, [NotNullWhen(false)] out string? error)
    {
        value = default;
        var point = number.IndexOf('.');
        var whole = point < 0 ? number : number[..point];
        var fraction = point < 0 ? [] : number[(point + 1)..];
        if (whole.Length == 0 || (point >= 0 && fraction.Length == 0) ||
            whole.ContainsAnyExceptInRange('0', '9') || fraction.ContainsAnyExceptInRange('0', '9'))
        {
            error = $"the amount '{text}' is not a decimal number and a unit";
            return false;
        }

        fraction = fraction.TrimEnd('0');
        if (fraction.Length > unit.Decimals)
        {
            error = $"the amount '{text}' has more than {unit.Decimals} decimal places, less than there is of the smallest unit";
            return false;
        }

        var digits = string.Concat(whole.TrimStart('0'), fraction, new string('0', unit.Decimals - fraction.Length));
        if (TryParseDigits(digits.Length == 0 ? "0" : digits, out value))
        {
            error = null;
            return true;
        }

        error = $"the amount '{text}' is above 2^256-1 of the smallest unit";
        return false;
    }

    private static string Names(ReadOnlySpan<AmountUnit> units)
    {
        var names = new string[units.Length];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = units[i].Name;
        }

        return string.Join(" or ", names);
    }
}
