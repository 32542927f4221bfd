using Pool.Server.Tests.Settlement;

// The tests run by the test host. Started by itself this program is what a test kills.
if (args is [JournalChild.Name, var home, var seed])
{
    await JournalChild.RunAsync(home, int.Parse(seed));
}
