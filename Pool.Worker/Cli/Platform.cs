using System.Runtime.Versioning;

// FFmpeg is bound by its Linux library names, and signals and file modes are Unix's.
[assembly: SupportedOSPlatform("linux")]
