using Pool.Gateway.Media;

namespace Pool.EndToEnd.Tests.Kit;

/// <summary>Clips for tests.</summary>
internal static class Clips
{
    /// <summary>Makes a clip with motion, noise and sound.</summary>
    public static Task MakeAsync(string path, int width, int height, int seconds) => Patience.ForAsync($"the clip {path}", async limit =>
    {
        await TestClip.MakeAsync(path, width, height, TimeSpan.FromSeconds(seconds), limit);
        return path;
    });
}
