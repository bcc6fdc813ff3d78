using System.Globalization;
using System.Text;
using Lifecycle.Statistics;

namespace Lifecycle.Benchmarks.Ratios.Datasets;

/// <summary>Loans as a CSV: 12 columns of every kind, generated.</summary>
internal static class WrittenTable
{
    private static readonly string[] Purposes = ["purchase", "refinance", "improvement", "other"];

    /// <summary>Writes the loans of some keys; the row of a key is the same whoever writes it, unless it is edited.</summary>
    public static string Write(string path, int from, int to, Func<int, bool>? edited = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using StreamWriter text = new(path, append: false, new UTF8Encoding(false), 1 << 20);
        text.Write("loan_id,applicant,age,zip,income,amount,rate,purpose,opened,self,ratio,deny\n");
        for (int i = from; i < to; i++)
        {
            RandomStream random = new((ulong)i + 1);
            double income = Math.Round(20_000 + 180_000 * random.NextDouble() * random.NextDouble(), 2);
            double amount = Math.Round(income * (0.5 + 4 * random.NextDouble()));
            string rate = random.NextBelow(50) == 0 ? "" : (2 + 6 * random.NextDouble()).ToString("F3", CultureInfo.InvariantCulture);
            int age = 18 + random.NextBelow(70) + (edited?.Invoke(i) == true ? 1 : 0);
            string deny = random.NextBelow(8) == 0 ? "yes" : "no";
            text.Write(string.Create(CultureInfo.InvariantCulture,
                $"{i},person-{random.NextBelow(400_000)},{age},{random.NextBelow(900):D5},{income},{amount},{rate},"));
            text.Write(string.Create(CultureInfo.InvariantCulture,
                $"{Purposes[random.NextBelow(4)]},20{random.NextBelow(25):D2}-{1 + random.NextBelow(12):D2}-{1 + random.NextBelow(28):D2},{(random.NextBelow(9) == 0 ? "true" : "false")},{random.NextDouble()},{deny}\n"));
        }

        return path;
    }
}
