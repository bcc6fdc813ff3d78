using System.Diagnostics;
using System.Globalization;
using Lifecycle.Data;
using Lifecycle.Statistics;
using Parquet;
using Parquet.Schema;

namespace Lifecycle.Benchmarks.Ratios.Datasets;

/// <summary>Profiles of a Parquet file of a million rows: from the footer in the commit, and of every value.</summary>
internal static class ParquetFigures
{
    private const int Rounds = 7;
    private const int Rows = 1_000_000;
    private const int GroupRows = 100_000;
    private const int Columns = 8;

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        string folder = Workload.Scratch("parquet");
        string file = Path.Combine(folder, "loans.parquet");
        await WriteAsync(file);
        (double plain, double footer) = (double.MaxValue, double.MaxValue);
        for (int i = 0; i < Rounds; i++)
        {
            plain = Math.Min(plain, await CommitAsync(file, ProfileDepth.None));
            footer = Math.Min(footer, await CommitAsync(file, ProfileDepth.Passing));
        }

        yield return new Figure("data.profile.parquet.footer.vs_plain", footer / plain, "x", AtLeast: false, 1.3);

        double full = double.MaxValue;
        for (int i = 0; i < Rounds; i++)
        {
            await using OpenCatalog catalog = new("parquet-store");
            DatasetVersion version = await catalog.Datasets.CommitAsync("loans", file);
            long started = Stopwatch.GetTimestamp();
            DatasetProfile profile = await version.ProfileAsync();
            full = Math.Min(full, Stopwatch.GetElapsedTime(started).TotalSeconds);
            if (!profile.IsFull || profile.Rows != Rows)
            {
                throw new InvalidOperationException("The profile is not full.");
            }
        }

        yield return new Figure("data.profile.parquet.full", Rows * (double)Columns / full / 1e6, "Mvalues/s", AtLeast: true, 10);
        Workload.Clear(folder);
    }

    private static async Task<double> CommitAsync(string file, ProfileDepth depth)
    {
        await using OpenCatalog catalog = new("parquet-store", o => o.Profile = depth);
        long started = Stopwatch.GetTimestamp();
        DatasetVersion version = await catalog.Datasets.CommitAsync("loans", file);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return version.Rows == Rows ? seconds : throw new InvalidOperationException($"The version has {version.Rows} rows.");
    }

    // six columns of numbers and two of text
    private static async Task WriteAsync(string path)
    {
        ParquetSchema schema = new(
            new DataField<long>("id"), new DataField<double>("income"), new DataField<double>("ratio"), new DataField<int>("age"),
            new DataField<double?>("rate"), new DataField<long>("applicant"), new DataField<string>("purpose"), new DataField<string>("zip"));
        DataField[] fields = schema.DataFields;
        string[] purposes = ["purchase", "refinance", "improvement", "other"];
        await using FileStream file = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file);
        RandomStream random = new(9);
        for (int from = 0; from < Rows; from += GroupRows)
        {
            int first = from;
            T[] Cells<T>(Func<int, T> make) => [.. Enumerable.Range(first, GroupRows).Select(make)];
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync<long>(fields[0], Cells(i => (long)i));
            await group.WriteAsync<double>(fields[1], Cells(_ => 200_000 * random.NextDouble()));
            await group.WriteAsync<double>(fields[2], Cells(_ => random.NextDouble()));
            await group.WriteAsync<int>(fields[3], Cells(_ => 18 + random.NextBelow(70)));
            await group.WriteAsync<double>(fields[4], Cells(_ => random.NextBelow(50) == 0 ? (double?)null : 2 + 6 * random.NextDouble()));
            await group.WriteAsync<long>(fields[5], Cells(_ => (long)random.NextBelow(400_000)));
            await group.WriteAsync(fields[6], Cells(_ => purposes[random.NextBelow(4)]));
            await group.WriteAsync(fields[7], Cells(_ => random.NextBelow(900).ToString("D5", CultureInfo.InvariantCulture)));
            group.CompleteValidate();
        }
    }
}
