using System.Globalization;

namespace Pool.Benchmarks;

/// <summary>A figure, and what it must reach.</summary>
/// <param name="Name">What it is a figure of.</param>
/// <param name="Value">The figure.</param>
/// <param name="Text">The goal, for people.</param>
/// <param name="Met">Whether it is reached.</param>
internal sealed record Goal(string Name, double Value, string Text, bool Met)
{
    public static Goal AtLeast(string name, double value, double goal) => new(name, value, $"at least {Round(goal, "0.##")}", value >= goal);

    public static Goal AtMost(string name, double value, double goal) => new(name, value, $"at most {Round(goal, "0.##")}", value <= goal);

    /// <summary>One line for each, and one for all.</summary>
    public static void Print(IReadOnlyList<Goal> goals)
    {
        foreach (var goal in goals)
        {
            Console.WriteLine($"{goal.Name}: {Round(goal.Value, "0.000")} (goal: {goal.Text}): {(goal.Met ? "met" : "not met")}");
        }

        Console.WriteLine(goals.All(goal => goal.Met) ? "met" : "not met");
    }

    private static string Round(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
