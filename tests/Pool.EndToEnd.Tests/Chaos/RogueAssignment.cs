using System.Net.Http.Headers;
using System.Net.Http.Json;
using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Media;
using Pool.Shared.Contracts;

namespace Pool.EndToEnd.Tests.Chaos;

/// <summary>A segment in a rogue's hands.</summary>
internal sealed class RogueAssignment(Assignment message, HttpClient http)
{
    /// <summary>Renditions it is to make.</summary>
    public int Renditions => message.Profiles.Count;

    /// <summary>Fetches the segment.</summary>
    public async Task<byte[]> FetchAsync()
    {
        using var answer = await SendAsync(HttpMethod.Get, WorkerLink.SegmentPath(message.AssignmentId), null);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsByteArrayAsync();
    }

    /// <summary>Uploads anything as a rendition; whether the pool took it.</summary>
    public async Task<bool> UploadAsync(int index, byte[] bytes)
    {
        using var answer = await SendAsync(HttpMethod.Put, WorkerLink.RenditionPath(message.AssignmentId, index), new ByteArrayContent(bytes));
        return answer.IsSuccessStatusCode;
    }

    /// <summary>Says how it ended; the pool's verdict, or null when it takes no outcome any more.</summary>
    public Task<OutcomeVerdict?> FinishAsync(OutcomeKind kind, string detail = "", long frames = 1) =>
        FinishAsync(JsonContent.Create(new AssignmentOutcome(kind, detail, frames, 1), options: WorkerLinkJson.Options));

    /// <summary>Says anything at all as an outcome.</summary>
    public async Task<OutcomeVerdict?> FinishAsync(HttpContent outcome)
    {
        using var answer = await SendAsync(HttpMethod.Post, WorkerLink.OutcomePath(message.AssignmentId), outcome);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<OutcomeVerdict>(WorkerLinkJson.Options) : null;
    }

    /// <summary>What a good worker would upload, made by the ffmpeg program.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="frames">Frames of each rendition at the most, for one who makes less than there is.</param>
    public async Task<IReadOnlyList<byte[]>> TranscodeAsync(byte[] segment, params IReadOnlyList<int> frames)
    {
        var folder = Directory.CreateTempSubdirectory("pool-rogue-").FullName;
        try
        {
            var source = Path.Combine(folder, "segment.ts");
            await File.WriteAllBytesAsync(source, segment);
            var renditions = new List<byte[]>();
            foreach (var (index, profile) in message.Profiles.Index())
            {
                var target = Path.Combine(folder, $"{index}.ts");
                string[] limit = index < frames.Count ? ["-frames:v", $"{frames[index]}"] : [];
                var made = await Patience.ForAsync("a rogue's rendition", stop => MediaTool.FfmpegAsync(
                    ["-i", source, "-map", "0:v:0", "-vf", $"scale={profile.Width}:{profile.Height}", "-c:v", "libx264", "-preset", "ultrafast", "-b:v", $"{profile.BitrateBps}",
                        .. limit, "-f", "mpegts", target],
                    stop));
                Assert.True(made.ExitCode == 0, made.Errors);
                renditions.Add(await File.ReadAllBytesAsync(target));
            }

            return renditions;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", message.Token);
        return await http.SendAsync(request);
    }
}
