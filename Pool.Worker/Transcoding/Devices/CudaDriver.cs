using System.Runtime.InteropServices;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>The three calls of NVIDIA's driver that say whether it works; FFmpeg's own answer is "unknown error" for whatever is wrong.</summary>
internal static unsafe class CudaDriver
{
    /// <summary>File name of the driver's library.</summary>
    internal const string Library = "libcuda.so.1";

    /// <summary>Starts the driver and counts its GPUs. The library stays loaded: FFmpeg needs it next.</summary>
    internal static CudaAnswer Ask()
    {
        if (!NativeLibrary.TryLoad(Library, out var library) ||
            !NativeLibrary.TryGetExport(library, "cuInit", out var init) ||
            !NativeLibrary.TryGetExport(library, "cuDeviceGetCount", out var count))
        {
            return new CudaAnswer($"{Library} cannot be loaded", 0);
        }

        var gpus = 0;
        var answer = ((delegate* unmanaged[Cdecl]<uint, int>)init)(0);
        answer = answer == 0 ? ((delegate* unmanaged[Cdecl]<int*, int>)count)(&gpus) : answer;
        return answer == 0 ? new CudaAnswer(null, gpus) : new CudaAnswer(NameOf(library, answer), 0);
    }

    private static string NameOf(nint library, int answer)
    {
        byte* name = null;
        if (NativeLibrary.TryGetExport(library, "cuGetErrorName", out var nameOf))
        {
            _ = ((delegate* unmanaged[Cdecl]<int, byte**, int>)nameOf)(answer, &name);
        }

        return name == null ? $"CUDA error {answer}" : Marshal.PtrToStringUTF8((nint)name) ?? $"CUDA error {answer}";
    }
}
