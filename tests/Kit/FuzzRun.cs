namespace Pool.Tests.Kit;

/// <summary>A run of random inputs: short and the same every time, or long and another every time with <c>./pool test --long</c>. A failure names its seed.</summary>
internal static class FuzzRun
{
    private const int FirstSeed = 20_260_101;
    private const int LongFactor = 200;

    /// <summary>Runs <paramref name="body"/> with so many generators, each from a seed of its own.</summary>
    public static void Times(int count, Action<Random> body)
    {
        foreach (var seed in Seeds(count))
        {
            try
            {
                body(new Random(seed));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}", failure);
            }
        }
    }

    /// <summary>The same for bodies that wait.</summary>
    public static async Task TimesAsync(int count, Func<Random, Task> body)
    {
        foreach (var seed in Seeds(count))
        {
            try
            {
                await body(new Random(seed));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}", failure);
            }
        }
    }

    /// <summary>Bytes with some of them changed, left out, doubled or cut off.</summary>
    public static byte[] Mutate(byte[] bytes, Random random)
    {
        var changed = bytes.ToList();
        for (var times = random.Next(1, 8); times > 0 && changed.Count > 0; times--)
        {
            var place = random.Next(changed.Count);
            switch (random.Next(5))
            {
                case 0:
                    changed[place] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    changed[place] = (byte)random.Next(256);
                    break;
                case 2:
                    changed.RemoveRange(place, Math.Min(random.Next(1, 16), changed.Count - place));
                    break;
                case 3:
                    changed.InsertRange(place, changed.GetRange(place, Math.Min(random.Next(1, 64), changed.Count - place)));
                    break;
                default:
                    changed.RemoveRange(place, changed.Count - place);
                    break;
            }
        }

        return [.. changed];
    }

    public static byte[] Bytes(Random random, int most)
    {
        var bytes = new byte[random.Next(most)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static IEnumerable<int> Seeds(int count)
    {
        var first = LongRun.IsAskedFor ? Random.Shared.Next() : FirstSeed;
        return Enumerable.Range(0, LongRun.IsAskedFor ? count * LongFactor : count).Select(number => unchecked(first + number));
    }
}
