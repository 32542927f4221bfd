using System.Runtime.Intrinsics.X86;

namespace Pool.Worker.Transcoding.Formats;

/// <summary>
/// The processor's instructions that libx264 may use. Its lookahead for AVX-512 takes eight macroblocks of a row at a time and, where the row ends in between,
/// reckons with what lies behind: the picture then depends on what the memory held before, another stream's data too. There it does without.
/// </summary>
internal static class X264Instructions
{
    private const int MacroblockSide = 16;
    private const int MacroblocksAtOnce = 8;

    /// <summary>What every processor with AVX-512 has besides, by libx264's names; to name what a processor has not would be fatal.</summary>
    private const string WithoutAvx512 = "MMX2,SSE2Fast,SSSE3,SSE4.2,AVX,FMA3,BMI2,AVX2";

    /// <summary>As libx264 looks for it.</summary>
    internal static bool HasAvx512 { get; } =
        Avx512F.VL.IsSupported && Avx512BW.IsSupported && Avx512CD.IsSupported && Avx512DQ.IsSupported && Avx2.IsSupported && Bmi2.IsSupported && Fma.IsSupported;

    /// <summary>libx264's parameter <c>asm</c> for pictures so wide, or null where its own choice is right.</summary>
    /// <param name="width">Pixels.</param>
    /// <param name="hasAvx512">Whether libx264 would use AVX-512.</param>
    internal static string? For(int width, bool hasAvx512)
    {
        var macroblocks = (width + MacroblockSide - 1) / MacroblockSide;
        return hasAvx512 && macroblocks % MacroblocksAtOnce != 0 ? WithoutAvx512 : null;
    }
}
