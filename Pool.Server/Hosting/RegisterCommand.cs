using System.CommandLine;
using System.Globalization;
using System.Numerics;
using Pool.Server.Chain;
using Pool.Server.Chain.Outbox;
using Pool.Server.Chain.Rpc;
using Pool.Server.Node;
using Pool.Server.Rounds.Registration;
using Pool.Server.Signing;
using Pool.Shared.Money;

namespace Pool.Server.Hosting;

/// <summary>
/// <c>pool-server register</c>: makes the signer's account an orchestrator, or changes what it is, step by step. Every step goes through the outbox of the
/// running server, so that nothing is sent twice whatever happens in between; the same command again goes on where it was.
/// </summary>
internal static class RegisterCommand
{
    /// <summary>How often it looks whether a step has taken place.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait for a step to get into a block. The step stays in the outbox.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    /// <param name="guard">Turns faults into one line and an exit status.</param>
    public static Command Create(Func<Func<Task<int>>, Task<int>> guard)
    {
        var stake = new Option<string?>("--stake") { Description = "Own stake in LPT, whole (e.g. 1000 or 1000.5); what is missing is bonded." };
        var cut = new Option<string?>("--reward-cut") { Description = "Percent of the rewards that you keep." };
        var share = new Option<string?>("--fee-share") { Description = "Percent of the fees that your delegators get." };
        var uri = new Option<string?>("--service-uri") { Description = "Where gateways find you, https://host:port. Default: the setting ServiceUri." };
        var dry = new Option<bool>("--dry-run") { Description = "Show the steps and send nothing." };
        var yes = new Option<bool>("--yes") { Description = "Do not ask before the first step." };
        var register = new Command("register", "Become an orchestrator, or change stake, cuts and service URI. The server must be running.") { stake, cut, share, uri, dry, yes };
        register.SetAction((parsed, stop) => guard(() => RunAsync(
            Wish(parsed.GetValue(stake), parsed.GetValue(cut), parsed.GetValue(share), parsed.GetValue(uri)), parsed.GetValue(dry), parsed.GetValue(yes), stop)));
        return register;
    }

    private static async Task<int> RunAsync(RegistrationWish wish, bool isDry, bool isYes, CancellationToken cancellationToken)
    {
        await using var app = await ChainParts.OpenAsync(cancellationToken);
        var (contracts, rpc) = (app.Services.GetRequiredService<IContracts>(), app.Services.GetRequiredService<IEthereumRpc>());
        var (outbox, account) = (app.Services.GetRequiredService<IOutbox>(), app.Services.GetRequiredService<ISigner>().Account);
        var node = app.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<NodeOptions>>().Value;
        if (wish.ServiceUri is null && node.ServiceUri is not null)
        {
            wish = wish with { ServiceUri = node.EffectiveServiceUri };
        }

        var state = await RegistrationState.ReadAsync(rpc, contracts.Now, account, cancellationToken);
        var plan = RegistrationPlan.For(wish, state, contracts.Now);
        await Console.Out.WriteLineAsync($"{account}: {(state.IsActive ? "active" : state.IsRegistered ? "registered" : "not registered")}, stake {state.Bonded}, {state.Lpt} and {state.Eth} at hand");
        if (plan.Steps.Count == 0)
        {
            await Console.Out.WriteLineAsync("Nothing is to be done.");
            return 0;
        }

        foreach (var (number, step) in plan.Steps.Index())
        {
            await Console.Out.WriteLineAsync($"  {number + 1}. {step.What}");
        }

        if (plan.Obstacles.Count > 0)
        {
            throw new StartUpException($"It cannot be done now: {string.Join(" ", plan.Obstacles)}");
        }

        if (isDry)
        {
            await Console.Out.WriteLineAsync("Nothing was sent (--dry-run).");
            return 0;
        }

        return isYes || Confirms() ? await SendAsync(plan, outbox, cancellationToken) : 1;
    }

    private static bool Confirms()
    {
        Console.Out.Write("Send these transactions? [y/N] ");
        return Console.In.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    private static async Task<int> SendAsync(RegistrationPlan plan, IOutbox outbox, CancellationToken cancellationToken)
    {
        var run = Guid.CreateVersion7();
        foreach (var (number, step) in plan.Steps.Index())
        {
            var order = step.Order(run, number + 1);
            await outbox.PlaceAsync(order, cancellationToken);
            var intent = await WaitAsync(outbox, order.Key, cancellationToken);
            if (intent.State is IntentState.Reverted or IntentState.Refused)
            {
                throw new StartUpException($"Step {number + 1} failed: {intent.Detail}. What was done before it stays; mend the cause and register again.");
            }

            await Console.Out.WriteLineAsync($"  {number + 1}. done: {intent.Transaction}");
        }

        await Console.Out.WriteLineAsync("You are active from the next round on. pool-server chain shows it.");
        return 0;
    }

    private static async Task<Intent> WaitAsync(IOutbox outbox, string key, CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await outbox.FindAsync(key, cancellationToken) is { State: not (IntentState.Planned or IntentState.Sent) } intent)
            {
                return intent;
            }

            if (TimeProvider.System.GetElapsedTime(since) > s_patience)
            {
                throw new StartUpException($"{key} is not in a block after {s_patience.TotalMinutes:0} minutes; it stays in the outbox (pool-server outbox). Is the server running?");
            }

            await Task.Delay(s_look, TimeProvider.System, cancellationToken);
        }
    }

    private static RegistrationWish Wish(string? stake, string? cut, string? share, string? uri) => new(
        stake is null ? null : Stake(stake), cut is null ? null : Share("--reward-cut", cut), share is null ? null : Share("--fee-share", share),
        uri is null ? null : ServiceUri(uri));

    private static LptWei Stake(string text) =>
        LptWei.TryParse(text.Any(char.IsLetter) ? text : $"{text} LPT", out var amount, out var error) ? amount : throw new StartUpException($"--stake: {error}.");

    private static BigInteger Share(string option, string text) =>
        decimal.TryParse(text.TrimEnd('%', ' '), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent <= 100
        && percent * RegistrationPlan.Whole / 100 is var share && share == decimal.Truncate(share)
            ? new BigInteger(share)
            : throw new StartUpException($"{option} is '{text}': it must be a percentage from 0 to 100 with at most four decimals.");

    private static Uri ServiceUri(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.AbsolutePath == "/" && uri.Host is not "0.0.0.0"
            ? uri
            : throw new StartUpException($"--service-uri is '{text}': it must be https://host:port.");
}
