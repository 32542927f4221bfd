using System.Reflection;
using System.Text.RegularExpressions;
using Pool.Server.Ledger;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Ledger;

/// <summary>House rule: money is never a machine number. 9.22 ETH is where a long ends, and a double has lost wei long before.</summary>
public sealed partial class MoneyRuleTests
{
    /// <summary>Folders whose code is about money.</summary>
    private static readonly string[] s_folders = ["Pool.Server/Ledger", "Pool.Shared/Money"];

    private static readonly HashSet<Type> s_machineNumbers = [typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(Int128), typeof(UInt128)];

    [Fact]
    public void Money_is_no_fraction_of_two_or_ten()
    {
        var offences =
            from folder in s_folders
            from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs")
            from Match number in Fraction().Matches(Prose().Replace(File.ReadAllText(file), ""))
            select $"{Path.GetFileName(file)} has {number.Value}: money is Wei, LptWei, Ratio or BigInteger";

        Assert.Empty(offences);
    }

    [Fact]
    public void No_amount_of_the_ledger_is_a_machine_number()
    {
        var offences =
            from type in typeof(ILedger).Assembly.GetTypes()
            where type.Namespace == typeof(ILedger).Namespace
            from member in Members(type)
            where s_machineNumbers.Contains(Nullable.GetUnderlyingType(member.Type) ?? member.Type) && Amount().IsMatch(member.Name)
            select $"{type.Name}.{member.Name} is a {member.Type.Name}";

        Assert.Empty(offences);
    }

    [Theory]
    [InlineData("PostedDebits")]
    [InlineData("amount")]
    [InlineData("_balance")]
    public void What_an_amount_is_called_is_known(string name) => Assert.Matches(Amount(), name);

    private static IEnumerable<(string Name, Type Type)> Members(Type type)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        return type.GetFields(All).Select(field => (field.Name, field.FieldType))
            .Concat(type.GetProperties(All).Select(property => (property.Name, property.PropertyType)))
            .Concat(type.GetMethods(All).SelectMany(method => method.GetParameters()).Select(parameter => (parameter.Name ?? "", parameter.ParameterType)));
    }

    [GeneratedRegex(@"\b(decimal|double|float|Half|Decimal|Double)\b", RegexOptions.None, 1000)]
    private static partial Regex Fraction();

    /// <summary>Comments and texts, which may speak of anything.</summary>
    [GeneratedRegex(@"//.*$|""([^""\\\n]|\\.)*""", RegexOptions.Multiline, 1000)]
    private static partial Regex Prose();

    [GeneratedRegex("amount|balance|debit(?!account)|credit(?!account)|wei|price|fee|posted$|reserved$|available", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Amount();
}
