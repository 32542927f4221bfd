using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Pool.EndToEnd.Tests")]
