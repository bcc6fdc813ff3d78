using System.Globalization;

namespace Lifecycle.Storage.Local.Tests;

/// <content>Processes that write, read and collect one store.</content>
internal static partial class ChildRoutines
{
    public const string Tend = "tend";
    public const string Collect = "collect";

    /// <summary>Short, so that things go while the test runs; a process that is slower than half of it drops what it was about to do.</summary>
    public static LocalStorageOptions Hasty(TimeSpan young) => new() { Young = young, Grace = TimeSpan.Zero, Durability = Durability.Relaxed };

    /// <summary>The bytes of a number that all processes agree on; every eighth is chunked and shares most of its chunks with the others of its kind.</summary>
    public static byte[] Shared(int number)
    {
        byte[] bytes = new byte[number % 8 == 0 ? 1_150_000 : 200 + (number * 7)];
        new Random(number % 8 == 0 ? 8 : number).NextBytes(bytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), number);
        return bytes;
    }

    /// <summary>Puts, refers, reads, drops and collects until it did so many operations.</summary>
    private static async Task TendAsync(string root, string name, int operations)
    {
        TimeSpan young = TimeSpan.FromSeconds(4);
        Tender tender = new(root, name, Hasty(young));
        Console.WriteLine("ready");
        Console.ReadLine();
        await tender.RunAsync(operations, young / 2);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"done {tender.Operations} {tender.Referred} {tender.Removed} {tender.TooSlow} {tender.Collected} {tender.Refused}"));
    }

    /// <summary>Fills, drops and collects until it is killed; says which blobs it needs.</summary>
    private static async Task CollectAsync(string root, string name)
    {
        Tender tender = new(root, name, Hasty(TimeSpan.FromMilliseconds(1)));
        for (int round = 0; ; round++)
        {
            await tender.FillAsync(round);
            Console.WriteLine("collecting");
            await tender.CollectAsync();
            Console.WriteLine("collected");
        }
    }
}
