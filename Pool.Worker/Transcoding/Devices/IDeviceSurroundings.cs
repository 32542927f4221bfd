namespace Pool.Worker.Transcoding.Devices;

/// <summary>How a node of a device answered when it was opened for reading and writing.</summary>
internal enum NodeAccess
{
    Open,
    Missing,
    Denied,
    Dead,
}

/// <summary>What NVIDIA's driver said when it was started.</summary>
/// <param name="Error">Its word for what went wrong, e.g. <c>CUDA_ERROR_NO_DEVICE</c>; null when it works.</param>
/// <param name="Gpus">How many GPUs it shows.</param>
internal sealed record CudaAnswer(string? Error, int Gpus);

/// <summary>The machine as far as a device depends on it.</summary>
internal interface IDeviceSurroundings
{
    NodeAccess Open(string node);

    /// <summary>Names in a folder, in order; empty when there is no such folder.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>First line of a small file; null when it cannot be read.</summary>
    string? ReadLine(string file);

    /// <summary>Whether the system's loader finds a library.</summary>
    bool HasLibrary(string soname);

    /// <summary>Whether FFmpeg's libraries were built with an encoder.</summary>
    bool HasEncoder(string name);

    /// <summary>Whether FFmpeg's libraries were built with a filter.</summary>
    bool HasFilter(string name);

    /// <summary>Starts NVIDIA's driver in this process.</summary>
    CudaAnswer AskCuda();
}
