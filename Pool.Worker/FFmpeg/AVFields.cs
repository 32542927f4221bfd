namespace Pool.Worker.FFmpeg;

/// <summary>Reads and writes the few struct fields that have no function or option, by the layout of the loaded libraries.</summary>
internal static unsafe class AVFields
{
    private static AvUtilLayout Util => FFmpegLibraries.Loaded.AvUtil;

    private static AvCodecLayout Codec => FFmpegLibraries.Loaded.AvCodec;

    private static AvFormatLayout Format => FFmpegLibraries.Loaded.AvFormat;

    private static AvFilterLayout Filter => FFmpegLibraries.Loaded.AvFilter;

    // AVFrame
    internal static ref int Width(AVFrame* frame) => ref At<int>(frame, Util.FrameWidth);

    internal static ref int Height(AVFrame* frame) => ref At<int>(frame, Util.FrameHeight);

    internal static ref int PixelFormat(AVFrame* frame) => ref At<int>(frame, Util.FrameFormat);

    internal static ref int IsKeyFrame(AVFrame* frame) => ref At<int>(frame, Util.FrameKeyFrame);

    internal static ref AVPictureType PictureType(AVFrame* frame) => ref At<AVPictureType>(frame, Util.FramePictType);

    internal static ref AVRational SampleAspectRatio(AVFrame* frame) => ref At<AVRational>(frame, Util.FrameSampleAspectRatio);

    internal static ref long Pts(AVFrame* frame) => ref At<long>(frame, Util.FramePts);

    internal static ref long BestEffortTimestamp(AVFrame* frame) => ref At<long>(frame, Util.FrameBestEffortTimestamp);

    internal static ref long Duration(AVFrame* frame) => ref At<long>(frame, Util.FramePktDuration);

    internal static ref int ColorRange(AVFrame* frame) => ref At<int>(frame, Util.FrameColorRange);

    internal static ref int ColorPrimaries(AVFrame* frame) => ref At<int>(frame, Util.FrameColorPrimaries);

    internal static ref int ColorTransfer(AVFrame* frame) => ref At<int>(frame, Util.FrameColorTrc);

    internal static ref int ColorSpace(AVFrame* frame) => ref At<int>(frame, Util.FrameColorSpace);

    internal static ref int ChromaLocation(AVFrame* frame) => ref At<int>(frame, Util.FrameChromaLocation);

    /// <summary>The frames on a device that this one is of; null when its pixels are in memory.</summary>
    internal static AVBufferRef* HardwareFrames(AVFrame* frame) => *(AVBufferRef**)((byte*)frame + Util.FrameHardwareFrames);

    /// <summary>What the pixels of frames on a device are, e.g. NV12.</summary>
    internal static AVPixelFormat SoftwareFormat(AVBufferRef* hardwareFrames) =>
        At<AVPixelFormat>(*(void**)((byte*)hardwareFrames + Util.BufferData), Util.HardwareFramesSoftwareFormat);

    // AVPacket
    internal static ref long Pts(AVPacket* packet) => ref At<long>(packet, Codec.PacketPts);

    internal static ref long Dts(AVPacket* packet) => ref At<long>(packet, Codec.PacketDts);

    internal static ref int StreamIndex(AVPacket* packet) => ref At<int>(packet, Codec.PacketStreamIndex);

    internal static ref int Flags(AVPacket* packet) => ref At<int>(packet, Codec.PacketFlags);

    internal static ref long Duration(AVPacket* packet) => ref At<long>(packet, Codec.PacketDuration);

    internal static ref long Position(AVPacket* packet) => ref At<long>(packet, Codec.PacketPos);

    // AVCodecParameters
    internal static ref AVCodecID CodecId(AVCodecParameters* parameters) => ref At<AVCodecID>(parameters, Codec.ParametersCodecId);

    internal static ref uint CodecTag(AVCodecParameters* parameters) => ref At<uint>(parameters, Codec.ParametersCodecTag);

    internal static ref int PixelFormat(AVCodecParameters* parameters) => ref At<int>(parameters, Codec.ParametersFormat);

    internal static int Width(AVCodecParameters* parameters) => At<int>(parameters, Codec.ParametersWidth);

    internal static int Height(AVCodecParameters* parameters) => At<int>(parameters, Codec.ParametersHeight);

    internal static int SampleRate(AVCodecParameters* parameters) => At<int>(parameters, Codec.ParametersSampleRate);

    // AVCodecContext
    internal static ref AVRational TimeBase(AVCodecContext* context) => ref At<AVRational>(context, Codec.ContextTimeBase);

    internal static ref int Width(AVCodecContext* context) => ref At<int>(context, Codec.ContextWidth);

    internal static ref int Height(AVCodecContext* context) => ref At<int>(context, Codec.ContextHeight);

    internal static ref int PixelFormat(AVCodecContext* context) => ref At<int>(context, Codec.ContextPixFmt);

    internal static ref AVRational SampleAspectRatio(AVCodecContext* context) =>
        ref At<AVRational>(context, Codec.ContextSampleAspectRatio);

    internal static ref AVRational FrameRate(AVCodecContext* context) => ref At<AVRational>(context, Codec.ContextFramerate);

    internal static ref AVRational PacketTimeBase(AVCodecContext* context) => ref At<AVRational>(context, Codec.ContextPktTimebase);

    /// <summary>The frames on a device that an encoder takes; a reference of its own.</summary>
    internal static void SetHardwareFrames(AVCodecContext* context, AVBufferRef* frames) =>
        *(AVBufferRef**)((byte*)context + Codec.ContextHardwareFrames) = frames;

    /// <summary>The device of a decoder or encoder; a reference of its own.</summary>
    internal static void SetHardwareDevice(AVCodecContext* context, AVBufferRef* device) =>
        *(AVBufferRef**)((byte*)context + Codec.ContextHardwareDevice) = device;

    // AVFilterContext and AVBufferSrcParameters

    /// <summary>The device in which a filter makes frames; a reference of its own.</summary>
    internal static void SetHardwareDevice(AVFilterContext* context, AVBufferRef* device) =>
        *(AVBufferRef**)((byte*)context + Filter.ContextHardwareDevice) = device;

    /// <summary>The frames on a device that a source of frames gives out; the source takes a reference of its own.</summary>
    internal static void SetHardwareFrames(AVBufferSrcParameters* parameters, AVBufferRef* frames) =>
        *(AVBufferRef**)((byte*)parameters + Filter.SourceHardwareFrames) = frames;

    // AVFormatContext
    internal static void SetIo(AVFormatContext* context, AVIOContext* io) => *(AVIOContext**)((byte*)context + Format.ContextPb) = io;

    internal static int StreamCount(AVFormatContext* context) => At<int>(context, Format.ContextNbStreams);

    internal static AVStream* Stream(AVFormatContext* context, int index) =>
        (*(AVStream***)((byte*)context + Format.ContextStreams))[index];

    internal static long StartTime(AVFormatContext* context) => At<long>(context, Format.ContextStartTime);

    internal static long Duration(AVFormatContext* context) => At<long>(context, Format.ContextDuration);

    // AVStream
    internal static ref AVRational TimeBase(AVStream* stream) => ref At<AVRational>(stream, Format.StreamTimeBase);

    /// <summary>Packets that a muxer has written of it.</summary>
    internal static long FrameCount(AVStream* stream) => At<long>(stream, Format.StreamNbFrames);

    internal static AVCodecParameters* Parameters(AVStream* stream) => *(AVCodecParameters**)((byte*)stream + Format.StreamCodecpar);

    private static ref T At<T>(void* start, int offset)
        where T : unmanaged => ref *(T*)((byte*)start + offset);
}
