using System.Runtime.InteropServices;

namespace Pool.Worker.FFmpeg;

/// <summary>A call into FFmpeg failed.</summary>
/// <param name="call">The function that failed.</param>
/// <param name="code">Its answer, a negative AVERROR.</param>
internal sealed class FFmpegException(string call, int code) : Exception($"{call}: {Describe(code)}")
{
    private const int MaxText = 128;

    /// <summary>The negative AVERROR.</summary>
    internal int Code { get; } = code;

    /// <summary>Throws unless an answer is zero or above.</summary>
    internal static int Check(int answer, string call) => answer >= 0 ? answer : throw new FFmpegException(call, answer);

    /// <summary>Throws when an allocation gave nothing.</summary>
    internal static unsafe T* Check<T>(T* pointer, string call)
        where T : unmanaged => pointer != null ? pointer : throw new FFmpegException(call, ffmpeg.AVERROR_ENOMEM);

    private static unsafe string Describe(int code)
    {
        var text = stackalloc byte[MaxText];
        _ = ffmpeg.av_strerror(code, text, MaxText);
        return Marshal.PtrToStringUTF8((nint)text) ?? code.ToString();
    }
}
