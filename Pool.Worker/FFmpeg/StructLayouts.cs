namespace Pool.Worker.FFmpeg;

/// <summary>Where libavutil keeps the fields of AVFrame, AVBufferRef and AVHWFramesContext that are read here, in bytes from the struct's start (64-bit).</summary>
internal sealed record AvUtilLayout
{
    internal required int FrameWidth { get; init; }
    internal required int FrameHeight { get; init; }
    internal required int FrameFormat { get; init; }
    internal required int FrameKeyFrame { get; init; }
    internal required int FramePictType { get; init; }
    internal required int FrameSampleAspectRatio { get; init; }
    internal required int FramePts { get; init; }
    internal required int FrameColorRange { get; init; }
    internal required int FrameColorPrimaries { get; init; }
    internal required int FrameColorTrc { get; init; }
    internal required int FrameColorSpace { get; init; }
    internal required int FrameChromaLocation { get; init; }
    internal required int FrameBestEffortTimestamp { get; init; }
    internal required int FramePktDuration { get; init; }
    internal required int FrameHardwareFrames { get; init; }
    internal required int BufferData { get; init; }
    internal required int HardwareFramesSoftwareFormat { get; init; }
}

/// <summary>Where libavcodec keeps the fields of AVPacket, AVCodecParameters and AVCodecContext that are used here.</summary>
internal sealed record AvCodecLayout
{
    internal required int PacketPts { get; init; }
    internal required int PacketDts { get; init; }
    internal required int PacketStreamIndex { get; init; }
    internal required int PacketFlags { get; init; }
    internal required int PacketDuration { get; init; }
    internal required int PacketPos { get; init; }
    internal required int ParametersCodecId { get; init; }
    internal required int ParametersCodecTag { get; init; }
    internal required int ParametersFormat { get; init; }
    internal required int ParametersWidth { get; init; }
    internal required int ParametersHeight { get; init; }
    internal required int ParametersSampleRate { get; init; }
    internal required int ContextTimeBase { get; init; }
    internal required int ContextWidth { get; init; }
    internal required int ContextHeight { get; init; }
    internal required int ContextPixFmt { get; init; }
    internal required int ContextSampleAspectRatio { get; init; }
    internal required int ContextFramerate { get; init; }
    internal required int ContextPktTimebase { get; init; }
    internal required int ContextHardwareFrames { get; init; }
    internal required int ContextHardwareDevice { get; init; }
}

/// <summary>Where libavformat keeps the fields of AVFormatContext and AVStream that are used here.</summary>
internal sealed record AvFormatLayout
{
    internal required int ContextPb { get; init; }
    internal required int ContextNbStreams { get; init; }
    internal required int ContextStreams { get; init; }
    internal required int ContextStartTime { get; init; }
    internal required int ContextDuration { get; init; }
    internal required int StreamTimeBase { get; init; }
    internal required int StreamNbFrames { get; init; }
    internal required int StreamCodecpar { get; init; }
}

/// <summary>Where libavfilter keeps the fields of AVFilterContext and AVBufferSrcParameters that are used here.</summary>
internal sealed record AvFilterLayout
{
    internal required int ContextHardwareDevice { get; init; }
    internal required int SourceHardwareFrames { get; init; }
}

/// <summary>FFmpeg 5.x: libavutil 57, libavcodec 59, libavformat 59, libavfilter 8. Taken with offsetof from its headers.</summary>
internal static class AvCodec59Layout
{
    internal static readonly AvUtilLayout AvUtil57 = new()
    {
        FrameWidth = 104,
        FrameHeight = 108,
        FrameFormat = 116,
        FrameKeyFrame = 120,
        FramePictType = 124,
        FrameSampleAspectRatio = 128,
        FramePts = 136,
        FrameColorRange = 320,
        FrameColorPrimaries = 324,
        FrameColorTrc = 328,
        FrameColorSpace = 332,
        FrameChromaLocation = 336,
        FrameBestEffortTimestamp = 344,
        FramePktDuration = 360,
        FrameHardwareFrames = 392,
        BufferData = 8,
        HardwareFramesSoftwareFormat = 72,
    };

    internal static readonly AvCodecLayout AvCodec59 = new()
    {
        PacketPts = 8,
        PacketDts = 16,
        PacketStreamIndex = 36,
        PacketFlags = 40,
        PacketDuration = 64,
        PacketPos = 72,
        ParametersCodecId = 4,
        ParametersCodecTag = 8,
        ParametersFormat = 28,
        ParametersWidth = 56,
        ParametersHeight = 60,
        ParametersSampleRate = 116,
        ContextTimeBase = 100,
        ContextWidth = 116,
        ContextHeight = 120,
        ContextPixFmt = 136,
        ContextSampleAspectRatio = 216,
        ContextFramerate = 712,
        ContextPktTimebase = 724,
        ContextHardwareFrames = 848,
        ContextHardwareDevice = 872,
    };

    internal static readonly AvFormatLayout AvFormat59 = new()
    {
        ContextPb = 32,
        ContextNbStreams = 44,
        ContextStreams = 48,
        ContextStartTime = 64,
        ContextDuration = 72,
        StreamTimeBase = 16,
        StreamNbFrames = 40,
        StreamCodecpar = 208,
    };

    internal static readonly AvFilterLayout AvFilter8 = new()
    {
        ContextHardwareDevice = 144,
        SourceHardwareFrames = 40,
    };
}
