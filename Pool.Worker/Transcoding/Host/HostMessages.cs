using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.Transcoding.Sandbox;

namespace Pool.Worker.Transcoding.Host;

/// <summary>The host's first word.</summary>
/// <param name="Version">The host's <see cref="HostFrame.ProtocolVersion"/>.</param>
/// <param name="Device">The device that transcodes.</param>
/// <param name="Capabilities">The network's numbers of what it can do, each proven by doing it.</param>
/// <param name="Missing">What it was built to do and cannot here, each with the reason.</param>
/// <param name="Error">Why the host cannot work, in a line; null when it can.</param>
/// <param name="Sandbox">What keeps it in.</param>
internal sealed record HostHello(int Version, string Device, IReadOnlyList<int> Capabilities, IReadOnlyList<string> Missing, string? Error, SandboxReport? Sandbox);

/// <summary>A segment and what to make of it.</summary>
/// <param name="SessionId">Opaque id that is the same for all segments of one stream's session.</param>
/// <param name="Profiles">Renditions to make, in order.</param>
/// <param name="Clip">Encode only this part, or null.</param>
/// <param name="SegmentBytes">How many bytes follow.</param>
/// <param name="ForceReinit">Drop what is kept of this session before this segment.</param>
/// <param name="IsSignatureWanted">A signature of every rendition is wanted, too.</param>
internal sealed record HostJob(
    string SessionId, IReadOnlyList<VideoProfile> Profiles, Clip? Clip, long SegmentBytes, bool ForceReinit, bool IsSignatureWanted);

/// <summary>A file that the host was started with is to be cut; each such job gives the next segment as rendition 0, at the end none.</summary>
/// <param name="Source">Number of the pass over the file; the first job of a number begins at the file's start.</param>
/// <param name="Seconds">Shortest length of a segment; 0 keeps the file whole.</param>
internal sealed record HostCut(int Source, double Seconds);

/// <summary>How a job ended. Without a fault and a failure all renditions are whole.</summary>
/// <param name="DecodedFrames">Frames decoded from the segment's video.</param>
/// <param name="Milliseconds">From the last byte of the segment in hand to the last rendition complete.</param>
/// <param name="InputFault">The network's word for what is wrong with the segment, or null.</param>
/// <param name="Failure">What went wrong here, or null.</param>
/// <param name="MediaSeconds">Length of a segment that was cut.</param>
internal sealed record HostOutcome(long DecodedFrames, double Milliseconds, string? InputFault, string? Failure, double MediaSeconds = 0);
