using System.Runtime.Versioning;

// File modes and SIGTERM are Unix's; the server is run on Linux only.
[assembly: SupportedOSPlatform("linux")]
