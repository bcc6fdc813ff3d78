using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Data.Tests;

public sealed class CsvProfileTests
{
    // what the property of the profile promises for 99 of 100 columns
    private const double DistinctBound = .042;

    private static readonly string[][] Kinds =
    [
        ["true", "FALSE", "False"],
        ["0", "1", "-7", "42", "1000000", "9223372036854775807", "9223372036854775806"],
        ["1.5", "1.50", "-0", "0", "2e10", ".25", "7.", "inf", "-Infinity", "3", "NAN"],
        ["2024-02-29", "1999-12-31"],
        ["2024-02-29T23:59", "1999-12-31 00:00:00.5Z", "2024-01-01T00:00:00-05:30"],
        ["abc", "02134", "\"a,b\"", "\"say \"\"hi\"\"\"", "\"two\nlines\"", "\u00e9\ud83d\ude00", "1e"],
        ["", "\"\"", "NA", "NaN", "nan", "None"],
    ];

    [Property(MaxTest = 400)]
    public Property Column_EqualsNaive_ForAnyBlocks() => Prop.ForAll(
        (from kinds in Gen.Elements(Kinds).NonEmptyListOf().Select(k => k.Take(2))
         from cells in Gen.Elements(kinds.SelectMany(k => k).ToArray()).ListOf()
         select cells).ToArbitrary(),
        cells =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes("c,d\n" + string.Concat(cells.Select(c => c + ",\n")));
            List<(string Text, bool Quoted)> naive = [.. NaiveCsv.Read(Encoding.UTF8.GetString(bytes), ',').Skip(1).Select(r => r[0])];
            foreach (int blockBytes in new[] { 1, 20, 200, CsvBlocks.ProfileBytes })
            {
                DatasetProfile profile = Profile(bytes, 1, blockBytes);
                new NaiveProfile(naive, profile["c"].Type).Check(profile["c"]);
                Assert.Equal((cells.Count, cells.Count), ((int)profile.Rows, (int)profile["d"].Nulls!));
            }
        });

    [Fact]
    public void Bytes_AreEqual_ForAnyNumberOfThreadsAndAnyPieces()
    {
        byte[] bytes = Table(seed: 5, rows: 30_000);
        byte[] one = ProfileJson.Write([Profile(bytes, 1, 64 << 10)]);
        Assert.Equal(one, ProfileJson.Write([Profile(bytes, 2, 64 << 10)]));
        Assert.Equal(one, ProfileJson.Write([Profile(bytes, 4, 64 << 10, piece: 777)]));
    }

    [Fact]
    public void Bytes_AreGolden()
    {
        byte[] small = ProfileJson.Write([Profile("n,t\n1,x\n2.5,NA\n,\"\"\n"u8.ToArray(), 1, CsvBlocks.ProfileBytes)]);
        Assert.Equal("""{"format":"lifecycle.profile/1","tables":[{"path":"t.csv","rows":3,"full":true,"columns":[{"name":"n","type":"Double","count":2,"nulls":1,"distinct":2,"exact":true,"min":"1","max":"2.5","mean":1.75,"sd":1.0606601717798212,"top":[["2.5",1,0],["1",1,0]],"cardinality":"AZkMAfQEAg==","quantiles":"AQSACAAAAAAAAAAAAAECgICA/AuAgIAFAoCAgPwLgICABQ=="},{"name":"t","type":"String","count":3,"nulls":0,"suspectedNulls":1,"emptyTexts":1,"distinct":3,"exact":true,"lengths":{"min":0,"mean":1,"max":2},"top":[["NA",1,0],["x",1,0],["",1,0]],"cardinality":"AfEJAdcBBawSAg=="}]}]}""", Encoding.UTF8.GetString(small));
        byte[] large = ProfileJson.Write([Profile(Table(seed: 1, rows: 20_000), 2, 64 << 10)]);
        Assert.Equal("4e6f012aab4b46cd4fe328cf2f7f1056c354015d62cd39215c23001d228c8ca8", Convert.ToHexStringLower(SHA256.HashData(large)));
        Assert.Equal(large, ProfileJson.Write(ProfileJson.Read(large)));
    }

    // 300 columns of 2,000 to 30,000 numbers, each with its ranks and its count of different values, and 100 of codes that some values fill.
    [Fact]
    public void Sketches_AreWithinTheirBounds_In99OfAHundredTrials()
    {
        int ranks = 0, ranksGood = 0, distinct = 0, distinctGood = 0;
        for (int seed = 0; seed < 100; seed++)
        {
            Random random = new(seed);
            int rows = seed % 10 == 0 ? 30_000 : 2000 + random.Next(4000);
            double[][] values = [.. Enumerable.Range(0, 3).Select(c => Enumerable.Range(0, rows).Select(_ => Math.Round(Math.Exp(random.NextDouble() * (4 + c)), 4)).ToArray())];
            int[] codes = [.. Enumerable.Range(0, rows).Select(_ => (int)(1 / (random.NextDouble() + 1e-4)))];
            StringBuilder text = new("v0,v1,v2,c\n");
            for (int i = 0; i < rows; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"{values[0][i]},{values[1][i]},{values[2][i]},k{codes[i]}\n");
            }

            DatasetProfile profile = Profile(Encoding.UTF8.GetBytes(text.ToString()), 1, 32 << 10);
            for (int c = 0; c < values.Length; c++)
            {
                double[] sorted = [.. values[c].Order()];
                ColumnProfile column = profile[$"v{c}"];
                foreach (double share in new[] { .01, .25, .5, .75, .99 })
                {
                    double quantile = column.Quantile(share);
                    double low = Below(sorted, quantile) / (double)rows, high = Below(sorted, Math.BitIncrement(quantile)) / (double)rows;
                    ranks++;
                    ranksGood += low - column.RankError <= share && share <= high + column.RankError ? 1 : 0;
                }

                int different = sorted.Distinct().Count();
                Assert.False(column.DistinctIsExact);
                distinct++;
                distinctGood += Math.Abs(column.Distinct!.Value - different) <= DistinctBound * different ? 1 : 0;
            }

            Dictionary<string, int> counts = codes.CountBy(c => "k" + c).ToDictionary(StringComparer.Ordinal);
            Assert.All(profile["c"].Top, t => Assert.InRange(counts[t.Text], t.Count - t.Error, t.Count));
            Assert.All(counts.Where(c => c.Value > rows / 50), c => Assert.Contains(profile["c"].Top, t => t.Text == c.Key));
        }

        Assert.Equal((1500, 300), (ranks, distinct));
        Assert.True(ranksGood >= .99 * ranks, $"{ranksGood} of {ranks} quantiles");
        Assert.True(distinctGood >= .99 * distinct, $"{distinctGood} of {distinct} counts");
    }

    private static int Below(double[] sorted, double value)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = sorted[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    [Fact]
    public void AColumn_TakesAtMost16KiB()
    {
        Random random = new(3);
        StringBuilder text = new("v,t,u\n");
        for (int i = 0; i < 50_000; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{random.NextDouble() * Math.Pow(10, random.Next(-200, 200)):R},{new string((char)('\u4e00' + (i % 90)), 400)},\"{new string('\u0007', 100)}{i % 70}\"\n");
        }

        DatasetProfile profile = Profile(Encoding.UTF8.GetBytes(text.ToString()), 2, CsvBlocks.ProfileBytes);
        Assert.All(profile.Columns, c => Assert.InRange(ProfileJson.LengthOf(c), 1, ColumnProfileBuilder.MostBytes));
        Assert.InRange(profile["v"].RankError!.Value, 0.001, 0.012);
        Assert.All(profile["t"].Top, t => Assert.InRange(Encoding.UTF8.GetByteCount(t.Text), 1, CellTelling.MostTextBytes));
    }

    [Fact]
    public void IntegersBeyondDoubles_AreToldApart()
    {
        ColumnProfile c = Profile("c\n9007199254740992\n9007199254740993\n9007199254740994\n9223372036854775807\n-9223372036854775808\n"u8.ToArray(), 1, 20)["c"];
        Assert.Equal((5L, true, "-9223372036854775808", "9223372036854775807"), (c.Distinct, c.DistinctIsExact, c.MinimumText, c.MaximumText));
        ColumnProfile reals = Profile("c\n9007199254740992\n9007199254740993\n0.5\n"u8.ToArray(), 1, 4)["c"];
        Assert.Equal((ColumnType.Double, 2L), (reals.Type, reals.Distinct));
    }

    internal static DatasetProfile Profile(byte[] bytes, int threads, int blockBytes, int piece = 4096)
    {
        CsvScan scan = new("t.csv", new CsvOptions { Delimiter = ',' }, ProfileDepth.Passing, threads, blockBytes);
        for (int at = 0; at < bytes.Length; at += piece)
        {
            scan.Write(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
        }

        TableSummary table = scan.Complete();
        DatasetProfile profile = scan.ProfileAsync(() => new MemoryStream(bytes)).AsTask().GetAwaiter().GetResult()!;
        Assert.Equal(table.Schema, new TableSchema(profile.Columns.Select(c => c.Column)));
        DatasetProfile read = ProfileJson.Read(ProfileJson.Write([profile]))[0];
        Assert.Equal(profile.Columns.Select(c => c.ToString()), read.Columns.Select(c => c.ToString()));
        return read;
    }

    private static byte[] Table(int seed, int rows)
    {
        Random random = new(seed);
        StringBuilder text = new("id,amount,rate,flag,day,word,mixed\n");
        for (int i = 0; i < rows; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{i},{random.Next(100_000)},{random.NextDouble():F4},{(random.Next(2) == 0 ? "true" : "false")},")
                .Append(CultureInfo.InvariantCulture, $"{new DateOnly(2020, 1, 1).AddDays(random.Next(900)):yyyy-MM-dd},\"w{random.Next(30)}\",{(i > rows * 9 / 10 && random.Next(50) == 0 ? "x" : i % 5000)}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
