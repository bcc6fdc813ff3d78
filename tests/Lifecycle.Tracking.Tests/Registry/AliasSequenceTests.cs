using System.Data.Common;
using System.Globalization;
using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Tracking.Tests;

/// <summary>
/// Random sequences of commands against the naive list, with a clock that stands still and goes back. 3,000 here; the variable
/// <c>LIFECYCLE_ALIAS_SEQUENCES</c> asks for more, for example 100000.
/// </summary>
public sealed class AliasSequenceTests
{
    private const int SequencesOfAModel = 10;
    private const string More = "LIFECYCLE_ALIAS_SEQUENCES";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhoWas_EqualsNaiveList_On100kRandomSequences()
    {
        int sequences = int.Parse(Environment.GetEnvironmentVariable(More) ?? "3000", CultureInfo.InvariantCulture);
        Random random = new(41);
        FakeTimeProvider clock = TrackingWorkspace.Clock();
        using TemporaryFolder folder = new();
        await using LocalWorkspace store = LocalWorkspace.Open(folder["lifecycle"]);
        await using MemoryDatabase database = new();
        ModelRegistry registry = new(database, store.Blobs, store.Objects, new CountedAudit(), new NoEvents(), new NamedActor("ada"), clock);
        int commands = 0;
        int questions = 0;
        for (int i = 0; i < sequences; i += SequencesOfAModel)
        {
            string model = string.Create(CultureInfo.InvariantCulture, $"m{i}");
            Dictionary<int, ModelVersion> living = [];
            for (int j = 0; j < SequencesOfAModel; j++)
            {
                Sequence sequence = new(database, registry, clock, random, model, string.Create(CultureInfo.InvariantCulture, $"a{j}"), living);
                commands += await sequence.RunAsync();
                questions += await sequence.CheckAsync();
            }
        }

        Assert.True(commands > 3 * sequences && questions > 8 * sequences, $"{commands} commands, {questions} questions");
    }

    private sealed class Sequence(
        LifecycleDatabase database, ModelRegistry registry, FakeTimeProvider clock, Random random, string model, string alias, Dictionary<int, ModelVersion> living)
    {
        private readonly NaiveAlias _naive = new();
        private int _greatest;

        private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

        public async Task<int> RunAsync()
        {
            int length = random.Next(3, 9);
            for (int i = 0; i < length; i++)
            {
                clock.AdjustTime(clock.GetUtcNow().AddMilliseconds(random.Next(-3, 8)));
                while (living.Count < 3)
                {
                    ModelVersion version = await registry.RegisterAsync(model, new VersionSource("s3://bucket/model"), Token);
                    living.Add(version.Number, version);
                }

                _greatest = living.Keys.Max();
                await CommandAsync();
            }

            return length;
        }

        /// <summary>Compares answers at random moments and, for every moment of knowledge, looks for periods that overlap.</summary>
        public async Task<int> CheckAsync()
        {
            const int Questions = 6;
            for (int i = 0; i < Questions; i++)
            {
                (long at, long known) = _naive.Moment(random);
                Assert.Equal(_naive.At(at, known), await AskAsync(at, known));
                Assert.Equal(_naive.At(at, null), await AskAsync(at, null));
            }

            Assert.Equal(_naive.Present, (await registry.GetByAliasAsync(model, alias, Token))?.Number);
            List<(long From, long To, long Recorded, long Superseded)> rows = await RowsAsync();
            foreach (long known in rows.Select(r => r.Recorded).Distinct())
            {
                List<(long From, long To, long Recorded, long Superseded)> seen = [.. rows.Where(r => r.Recorded <= known && known < r.Superseded).OrderBy(r => r.From)];
                Assert.All(seen.Zip(seen.Skip(1)), pair => Assert.True(pair.First.To <= pair.Second.From, $"{pair} overlap for {known}"));
                Assert.All(seen, r => Assert.True(r.From < r.To && r.From <= r.Recorded, $"{r}"));
            }

            return 2 * Questions;
        }

        private async Task CommandAsync()
        {
            ModelVersion any = living.Values.ElementAt(random.Next(living.Count));
            switch (random.Next(20))
            {
                case < 8:
                    await registry.PromoteAsync(any, alias, cancellationToken: Token);
                    Moved(any.Number);
                    break;
                case < 11:
                    await RollbackAsync();
                    break;
                case < 13:
                    await registry.DeleteVersionAsync(any, null, Token);
                    living.Remove(any.Number);
                    if (_naive.Present == any.Number)
                    {
                        _naive.Move(Now, null);
                    }

                    break;
                case < 15:
                    await registry.RemoveAliasAsync(model, alias, cancellationToken: Token);
                    Moved(null);
                    break;
                default:
                    await CorrectAsync();
                    break;
            }
        }

        private void Moved(int? version)
        {
            if (_naive.Present != version)
            {
                _naive.Move(Now, version);
            }
        }

        private async Task RollbackAsync()
        {
            try
            {
                AliasPeriod back = await registry.RollbackAsync(model, alias, cancellationToken: Token);
                Assert.True(living.ContainsKey(back.Version!.Value), $"{back.Version} was deleted");
                Assert.NotEqual(_naive.Present, back.Version);
                Assert.True(_naive.Believes(back.Version.Value), $"the alias never pointed at {back.Version}");
                _naive.Move(Now, back.Version);
            }
            catch (Exception e) when (e is InvalidOperationException or ModelNotFoundException)
            {
                Assert.Contains(e is InvalidOperationException ? "nothing earlier" : "not found", e.Message, StringComparison.Ordinal);
            }
        }

        private async Task CorrectAsync()
        {
            long until = Now - random.Next(0, 6);
            long from = until - random.Next(1, 12);
            int? version = random.Next(4) == 0 ? null : random.Next(1, _greatest + 1);
            await registry.CorrectAsync(
                model, alias, version, DateTimeOffset.FromUnixTimeMilliseconds(from), DateTimeOffset.FromUnixTimeMilliseconds(until), "found out later", Token);
            _naive.Correct(Now, from, until, version);
        }

        private async Task<int?> AskAsync(long at, long? known) => (await registry.WhoWasAsync(
            model, alias, DateTimeOffset.FromUnixTimeMilliseconds(at), known is { } k ? DateTimeOffset.FromUnixTimeMilliseconds(k) : null, Token))?.Version;

        private async Task<List<(long From, long To, long Recorded, long Superseded)>> RowsAsync()
        {
            await using DbConnection connection = await database.DataSource.OpenConnectionAsync(Token);
            await using DbCommand command = connection.Command(
                """
                SELECT valid_from, coalesce(valid_to, 9000000000000000000), recorded_at, coalesce(superseded_at, 9000000000000000000) FROM tracking_alias_period p
                JOIN tracking_registered_model m ON m.id = p.model WHERE m.name = $model AND p.alias = $alias AND p.recorded_at < coalesce(p.superseded_at, 9000000000000000000)
                """,
                ("$model", model), ("$alias", alias));
            await using DbDataReader reader = await command.ExecuteReaderAsync(Token);
            List<(long, long, long, long)> rows = [];
            while (await reader.ReadAsync(Token))
            {
                rows.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3)));
            }

            return rows;
        }
    }
}
