using System.Text;
using Lifecycle.Tracking;

namespace Lifecycle.Benchmarks.Ratios.Tracking;

/// <summary>Filters put together from pieces by chance: each is read or refused with a message; anything else ends the program.</summary>
internal static class FilterFuzz
{
    private static readonly string[] Pieces =
    [
        "metrics.a", "params.b", "<", "=", "1", "'x'", "(", ")", " AND ", " OR ", "NOT ", "IN", "LIKE", "`", "\"", "'", ".", ",", "-", "e", " ", "BETWEEN", "IS",
        "NULL", "\0", "\u00e4", "~", "-Infinity", "dataset.name", "run_id", "\ud83d", "\\",
    ];

    public static double Seconds(int texts)
    {
        int taken = 0;
        double seconds = RatioRunner.Time(() =>
        {
            ulong state = 42;
            StringBuilder text = new();
            for (int i = 0; i < texts; i++)
            {
                text.Clear();
                for (int length = 1 + (i % 24); length > 0; length--)
                {
                    state = (state * 6364136223846793005) + 1442695040888963407;
                    text.Append(Pieces[(int)((state >> 33) % (ulong)Pieces.Length)]);
                }

                try
                {
                    RunFilter.Parse(text.ToString(), (FilterDialect)(i % 3));
                    taken++;
                }
                catch (RunFilterException)
                {
                    // refused with a message
                }
            }
        });
        Console.Error.WriteLine($"{taken} of {texts} random filters were taken");
        return seconds;
    }
}
