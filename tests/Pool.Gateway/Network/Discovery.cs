namespace Pool.Gateway.Network;

/// <summary>Finds orchestrators that can be used (protocol §8.1): all are asked at once, the quickest comes first.</summary>
public static class Discovery
{
    /// <summary>
    /// Asks all. The answer is there when all have answered, or <see cref="NetworkTimes.DiscoveryWait"/> is over and one can be used; without
    /// one, <see cref="NetworkTimes.Discovery"/> is the end.
    /// </summary>
    /// <exception cref="AttemptException">None can be used; the message is the first one's of the list.</exception>
    public static async Task<IReadOnlyList<GatewaySession>> FindAsync(
        IReadOnlyList<OrchestratorClient> orchestrators, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asked = orchestrators.Select(orchestrator => AskAsync(orchestrator, stop.Token)).ToArray();
        var open = asked.ToList();
        var found = new List<GatewaySession>();
        var patience = Task.Delay(NetworkTimes.DiscoveryWait, stop.Token);
        while (open.Count > 0 && !(patience.IsCompleted && found.Count > 0))
        {
            var next = await Task.WhenAny(found.Count > 0 ? [.. open, patience] : open);
            if (next is Task<GatewaySession> answer)
            {
                open.Remove(answer);
                if (answer.IsCompletedSuccessfully)
                {
                    found.Add(await answer);
                }
            }
        }

        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return found.Count > 0 ? found : throw AttemptException.NoSession(FirstFault(asked));
    }

    private static async Task<GatewaySession> AskAsync(OrchestratorClient orchestrator, CancellationToken cancellationToken) =>
        new(orchestrator, await orchestrator.GetTermsAsync(NetworkTimes.Discovery, cancellationToken));

    private static string FirstFault(Task<GatewaySession>[] asked) =>
        asked.Select(task => task.Exception?.GetBaseException().Message).FirstOrDefault(text => text is not null) ?? "No sessions available";
}
