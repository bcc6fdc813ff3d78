using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lifecycle.Storage.Local;
using Lifecycle.Tracking;

namespace Lifecycle.Benchmarks.Ratios.Tracking;

/// <summary>Figures of the model registry and of the audit log below it, each in a workspace of its own.</summary>
internal static class RegistryFigures
{
    private const int Periods = 100_000;
    private const int Questions = 4_000;
    private const int Callers = 64;
    private const int PromotionsOfACaller = 20;
    private const int Appended = 20_000;
    private const int AppendedTogether = 100;
    private const int Verified = 1_000_000;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        yield return new Figure("tracking.registry.who_was_100k.p95", await WithAsync(WhoWasAsync), "ms", false, 5);
        yield return new Figure("tracking.registry.promote.p95", await WithAsync(PromoteAsync), "ms", false, 50);
        yield return new Figure("tracking.audit.append", await WithAsync(AppendAsync), "rows/s", true, 5_000);
        yield return new Figure("tracking.audit.verify_1m", await WithAsync(VerifyAsync), "s", false, 10);
    }

    private static async Task<double> WithAsync(Func<LocalWorkspace, Task<double>> measure)
    {
        string root = Directory.CreateTempSubdirectory("lifecycle-registry-").FullName;
        try
        {
            await using LocalWorkspace workspace = LocalWorkspace.Open(root);
            return await measure(workspace);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>Periods as moves leave them: two rows each, what was believed while it lasted and what is known since it ended. Half of the questions have a knownAt.</summary>
    private static async Task<double> WhoWasAsync(LocalWorkspace workspace)
    {
        ModelRegistry registry = RegistryOf(workspace);
        await registry.RegisterAsync("m", new VersionSource("s3://bucket/model"));
        await workspace.Database.WriteAsync(async (transaction, token) =>
        {
            object model = (await transaction.ScalarAsync("SELECT id FROM tracking_registered_model", [], token))!;
            return await workspace.Database.BulkInsertAsync(
                transaction,
                new BulkInsert("tracking_alias_period",
                    ["model", "alias", "version", "valid_from", "valid_to", "recorded_at", "superseded_at", "kind", "actor", "reason", "audit_seq"]),
                Enumerable.Range(0, Periods).SelectMany(i => Rows(model, i)), token);
        });
        Random random = new(41);
        double[] times = new double[Questions];
        for (int i = 0; i < Questions; i++)
        {
            DateTimeOffset at = Moment(random.Next(Periods)).AddMilliseconds(500);
            DateTimeOffset? known = i % 2 == 0 ? null : Moment(random.Next(Periods)).AddMilliseconds(500);
            long began = Stopwatch.GetTimestamp();
            AliasPeriod? found = await registry.WhoWasAsync("m", "champion", at, known);
            times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            if (found is null)
            {
                throw new InvalidOperationException($"Nobody was champion at {at:O} as known at {known:O}.");
            }
        }

        return At95(times);

        static DateTimeOffset Moment(int i) => Start.AddSeconds(i);

        static IEnumerable<object?[]> Rows(object model, int i)
        {
            (long from, long to) = (Moment(i).ToUnixTimeMilliseconds(), Moment(i + 1).ToUnixTimeMilliseconds());
            bool lasts = i == Periods - 1;
            yield return [model, "champion", (long)((i % 7) + 1), from, null, from, lasts ? null : to, 1L, "ada", null, (long)i];
            if (!lasts)
            {
                yield return [model, "champion", (long)((i % 7) + 1), from, to, to, null, 1L, "ada", null, (long)i];
            }
        }
    }

    private static async Task<double> PromoteAsync(LocalWorkspace workspace)
    {
        ModelRegistry registry = RegistryOf(workspace);
        List<ModelVersion> versions = [];
        for (int i = 0; i < 8; i++)
        {
            versions.Add(await registry.RegisterAsync("m", new VersionSource("s3://bucket/model")));
        }

        double[][] times = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            double[] own = new double[PromotionsOfACaller];
            for (int i = 0; i < own.Length; i++)
            {
                long began = Stopwatch.GetTimestamp();
                await registry.PromoteAsync(versions[(caller + i) % versions.Count], "champion");
                own[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }

            return own;
        })));
        return At95([.. times.SelectMany(t => t)]);
    }

    /// <summary>Entries of 100 changes a transaction, each transaction flushed to the disk.</summary>
    private static async Task<double> AppendAsync(LocalWorkspace workspace)
    {
        AuditRecord record = new("model.alias.moved", "model/mortgage", """{"alias":"champion","version":1}""", """{"alias":"champion","version":2}""", "better");
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < Appended; i += AppendedTogether)
        {
            await workspace.Database.WriteAsync(async (transaction, token) =>
            {
                for (int j = 0; j < AppendedTogether; j++)
                {
                    await workspace.Audit.AppendAsync(transaction, record, token);
                }

                return true;
            });
        }

        return Appended / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<double> VerifyAsync(LocalWorkspace workspace)
    {
        byte[] head = new byte[32];
        await workspace.Database.WriteAsync(async (transaction, token) =>
        {
            await workspace.Database.BulkInsertAsync(transaction, new BulkInsert("storage_audit", ["seq", "entry", "head"]), Entries(), token);
            return await transaction.ExecuteAsync(
                "INSERT INTO storage_audit_checkpoint(id, count, head) VALUES(1, $count, $head)", [("$count", (long)Verified), ("$head", head)], token);
        });
        long began = Stopwatch.GetTimestamp();
        AuditVerification found = await workspace.Audit.VerifyAsync(new AuditHead(Verified, new Digest(head)));
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return found.IsSound ? seconds : throw new InvalidOperationException(found.Problems[0].Problem);

        IEnumerable<object?[]> Entries()
        {
            for (int i = 1; i <= Verified; i++)
            {
                byte[] entry = Encoding.UTF8.GetBytes(string.Create(
                    CultureInfo.InvariantCulture,
                    $$$"""{"seq":{{{i}}},"at":"2026-03-04T05:06:07.1234567Z","actor":"ada@scoring","action":"model.alias.moved","subject":"model/mortgage","before":{"version":1},"after":{"version":2},"reason":"better"}"""));
                head = SHA256.HashData([1, .. head, .. SHA256.HashData([0, .. entry])]);
                yield return [(long)i, entry, head];
            }
        }
    }

    private static ModelRegistry RegistryOf(LocalWorkspace workspace) =>
        new(workspace.Database, workspace.Blobs, workspace.Objects, workspace.Audit, workspace.Events);

    private static double At95(double[] times)
    {
        Array.Sort(times);
        return times[(int)(0.95 * (times.Length - 1))];
    }
}
