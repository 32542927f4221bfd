using Pool.Server.Verification;

namespace Pool.Server.Dispatch;

/// <summary>Whether what a worker has delivered is whole and is what was asked for.</summary>
internal static class ResultCheck
{
    /// <summary>What is wrong, as a sentence for the GPU owner; null when nothing is.</summary>
    public static string? Fault(LiveAssignment assignment)
    {
        var (renditions, missing) = assignment.Received();
        if (missing is { } index)
        {
            return $"rendition {index} was not uploaded";
        }

        var source = assignment.Work.Facts is { IsCompletedSuccessfully: true } facts ? facts.Result : null;
        foreach (var rendition in renditions)
        {
            if (RenditionCheck.Check(rendition.Count, rendition.Profile, source) is RenditionVerdict.Refused refused)
            {
                return $"rendition '{rendition.Profile.Name}': {refused.Reason}";
            }
        }

        return RenditionSetCheck.Fault(renditions.Select(rendition => (rendition.Profile, rendition.Count)));
    }
}
