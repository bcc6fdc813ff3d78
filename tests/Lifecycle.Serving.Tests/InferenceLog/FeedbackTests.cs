using System.Text.Json;
using System.Text.Json.Serialization;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Serving.Tests;

public sealed partial class FeedbackTests
{
    private const string Model = LogWorkspace.Model;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Feedback_BeforeAfterTwiceAndUnsampled()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync();
        List<(Guid Id, string Json)> told = [];
        world.Log.FeedbackStored += (model, id, json) => told.Add((id, model + json));
        world.Log.FeedbackStored += (_, _, _) => throw new InvalidOperationException("a handler");
        Guid early = LifecycleId.New(world.Time), none = LifecycleId.New(world.Time), unsampled = LifecycleId.New(world.Time);

        await world.Log.FeedbackAsync(Model, early, """{ "denied": false, "paid": 1.50 }""", Token);
        world.Record(ring, 1, id: early);
        world.Record(ring, 2, id: none);
        Guid late = world.Record(ring, 3);
        await world.Log.WrittenAsync(Model);
        await world.Log.FeedbackAsync(Model, late, new Outcome(true), OutcomeContext.Default.Outcome, Token);
        await world.Log.FeedbackAsync(Model, unsampled, "1", Token);

        // the same in other words, and then another
        await world.Log.FeedbackAsync(Model, early, """{"paid":1.5,"denied":false}""", Token);
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        await world.Log.FeedbackAsync(Model, late, new Outcome(false), Token);
        await world.Log.FeedbackAsync("another", late, "true", Token);

        Dictionary<Guid, InferenceFeedback?> read = (await world.ReadAsync()).ToDictionary(r => r.RequestId, r => r.Feedback);
        Assert.Equal((1, "ada", """{"denied":false,"paid":1.50}"""), (read[early]!.Sequence, read[early]!.Actor, read[early]!.Outcome));
        Assert.Equal((2, world.Time.GetUtcNow(), """{"denied":false}"""), (read[late]!.Sequence, read[late]!.At, read[late]!.Outcome));
        Assert.Null(read[none]);
        Assert.Equal(new FeedbackCount(3, 1), await world.Log.CountFeedbackAsync(Model, LogWorkspace.Never, LogWorkspace.Ever, Token));
        Assert.Equal(new FeedbackCount(1, 0), await world.Log.CountFeedbackAsync(Model, world.Time.GetUtcNow(), LogWorkspace.Ever, Token));
        Assert.Equal(
            [early, late, unsampled, late, late],
            told.Select(t => t.Id));
        Assert.Equal(["""mortgage{"denied":false,"paid":1.50}""", """mortgage{"Denied":true}""", "mortgage1", """mortgage{"denied":false}""", "anothertrue"], told.Select(t => t.Json));

        // sealed, it is the same
        await world.RestartAsync();
        Assert.Equal(read, (await world.ReadAsync()).ToDictionary(r => r.RequestId, r => r.Feedback));
        Assert.Equal(new FeedbackCount(3, 1), await world.Log.CountFeedbackAsync(Model, LogWorkspace.Never, LogWorkspace.Ever, Token));
    }

    [Fact]
    public async Task Feedback_OfAnIdThatIsText_IsThatOfItsGuid()
    {
        await using LogWorkspace world = LogWorkspace.New();
        List<(Guid Id, string Json)> told = [];
        world.Log.FeedbackStored += (_, id, json) => told.Add((id, json));
        Guid id = LifecycleId.New(world.Time);
        using JsonDocument four = JsonDocument.Parse("4");
        await world.Log.FeedbackAsync(Model, $"{id:N}", "1", Token);
        await world.Log.FeedbackAsync(Model, $"{id}", new Outcome(true), Token);
        await world.Log.FeedbackAsync(Model, $"{id:N}", new Outcome(true), OutcomeContext.Default.Outcome);
        await world.Log.FeedbackAsync(Model, $"{id:N}", four.RootElement);
        await world.Log.FeedbackAsync(Model, $"{id:N}", 5);
        await world.Log.FeedbackAsync(Model, id, true);
        Assert.All(told, t => Assert.Equal(id, t.Id));
        Assert.Equal(["1", """{"denied":true}""", """{"Denied":true}""", "4", "5", "true"], told.Select(t => t.Json));
        Assert.Contains("is no UUID", (await Assert.ThrowsAsync<InvalidInputException>(async () => await world.Log.FeedbackAsync(Model, "order 7", "1", Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feedback_Many_AllOrNone_TheLaterOfOneRequestWins()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync();
        Guid[] ids = [.. Enumerable.Range(0, 300).Select(i => world.Record(ring, i))];
        InferenceOutcome[] outcomes = [.. ids.Select((id, i) => new InferenceOutcome(id, JsonSerializer.SerializeToElement(i))), new(ids[0], JsonSerializer.SerializeToElement("last"))];
        Assert.Equal(301, await world.Log.FeedbackAsync(Model, outcomes, Token));
        Assert.Equal(300, await world.Log.FeedbackAsync(Model, outcomes[1..], Token));
        List<InferenceRecord> read = await world.ReadAsync();
        Assert.All(read, r => Assert.Equal(r.RequestId == ids[0] ? "\"last\"" : Array.IndexOf(ids, r.RequestId).ToString(System.Globalization.CultureInfo.InvariantCulture), r.Feedback!.Outcome));
        Assert.Equal(2, read.Single(r => r.RequestId == ids[0]).Feedback!.Sequence);
        Assert.Equal(1, read.Max(r => r.RequestId == ids[0] ? 0 : r.Feedback!.Sequence));

        InferenceOutcome[] wrong = [new(LifecycleId.New(world.Time), JsonSerializer.SerializeToElement(1)), new(Guid.Empty, JsonSerializer.SerializeToElement(1))];
        Assert.StartsWith("Outcome 1 of 2: ", (await Assert.ThrowsAsync<InvalidInputException>(async () => await world.Log.FeedbackAsync(Model, wrong, Token))).Message, StringComparison.Ordinal);
        Assert.StartsWith("Outcome 0 of 1: ", (await Assert.ThrowsAsync<InvalidInputException>(async () => await world.Log.FeedbackAsync(Model, [new(ids[0], default)], Token))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidInputException>(async () => await world.Log.FeedbackAsync(Model, new InferenceOutcome[10_001], Token));
        Assert.Equal(0, await world.Log.FeedbackAsync(Model, [], Token));
        Assert.Equal(300, (await world.Log.CountFeedbackAsync(Model, LogWorkspace.Never, LogWorkspace.Ever, Token)).Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{'a':1}")]
    [InlineData("1 2")]
    [InlineData("NaN")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("\"\\ud800\"")]
    [InlineData("deep")]
    [InlineData("large")]
    [InlineData("large in bytes")]
    public async Task Feedback_Hostile_IsRefused_AndNothingIsStored(string json)
    {
        json = json switch
        {
            "deep" => new string('[', 65) + new string(']', 65),
            "large" => $"\"{new string('x', InferenceLog.MaximumOutcomeBytes)}\"",
            "large in bytes" => $"\"{new string('ü', InferenceLog.MaximumOutcomeBytes / 2)}\"",
            _ => json,
        };
        await using LogWorkspace world = LogWorkspace.New();
        await Assert.ThrowsAsync<InvalidInputException>(async () => await world.Log.FeedbackAsync(Model, LifecycleId.New(world.Time), json, Token));
        Assert.Equal(0, (await world.Log.CountFeedbackAsync(Model, LogWorkspace.Never, LogWorkspace.Ever, Token)).Requests);
    }

    [Fact]
    public async Task Feedback_Deep_IsRefusedAsAnElementToo_AndWhatWasStoredDeepStaysUsable()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync();
        Guid id = world.Record(ring, 1);
        await world.Log.FeedbackAsync(Model, id, Nested(64), Token);
        InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(async () => await world.Log.FeedbackAsync(Model, id, Nested(65), Token));
        Assert.Contains("at most 64 levels", error.Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "Outcome 0 of 1: ", (await Assert.ThrowsAsync<InvalidInputException>(async () => await world.Log.FeedbackAsync(Model, [new(id, Nested(900))], Token))).Message,
            StringComparison.Ordinal);

        // As it was stored before there was a limit.
        string deep = Nested(999).GetRawText();
        await world.Store.Database.WriteAsync(
            (transaction, token) => FeedbackRows.AddAsync(transaction, Model, [new StoredOutcome(id, deep)], world.Time.GetUtcNow(), "ada", token), cancellationToken: Token);
        await world.Log.FeedbackAsync(Model, id, "1", Token);
        Assert.Equal((3, "1"), (Assert.Single(await world.ReadAsync()).Feedback!.Sequence, Assert.Single(await world.ReadAsync()).Feedback!.Outcome));
    }

    private static JsonElement Nested(int levels)
    {
        using JsonDocument document = JsonDocument.Parse(new string('[', levels) + new string(']', levels), new JsonDocumentOptions { MaxDepth = 1_000 });
        return document.RootElement.Clone();
    }

    [Fact]
    public async Task Feedback_LargestOutcome_AndForeignText_AreStored()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync();
        Guid id = world.Record(ring, 1);
        string json = $"\"{new string('ü', (InferenceLog.MaximumOutcomeBytes / 2) - 1)}\"";
        await world.Log.FeedbackAsync(Model, id, json, Token);
        Assert.Equal(json, Assert.Single(await world.ReadAsync()).Feedback!.Outcome);
        await world.Log.FeedbackAsync(Model, id, "\"'; DROP TABLE serving_feedback; --\"", Token);
        Assert.Equal("\"'; DROP TABLE serving_feedback; --\"", Assert.Single(await world.ReadAsync()).Feedback!.Outcome);
        await Assert.ThrowsAsync<InvalidNameException>(async () => await world.Log.FeedbackAsync("../x", id, "1", Token));
        Assert.Contains("in quotes", (await Assert.ThrowsAsync<InvalidInputException>(async () => await world.Log.FeedbackAsync(Model, id, "repaid", Token))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidInputException>(async () => await world.Log.FeedbackAsync(Model, Guid.Empty, "1", Token));
    }

    [Fact]
    public async Task Feedback_CannotBeStored_Throws_AndTellsNobody()
    {
        await using LogWorkspace world = LogWorkspace.New();
        await world.Log.FeedbackAsync(Model, LifecycleId.New(world.Time), "1", Token);
        InferenceLog failing = world.Another(database: new FaultyDatabase(world.Store.Database, FaultPlan.FailAt(1, FeedbackFault)));
        bool isTold = false;
        failing.FeedbackStored += (_, _, _) => isTold = true;
        await Assert.ThrowsAsync<LifecycleStorageException>(async () => await failing.FeedbackAsync(Model, LifecycleId.New(world.Time), "2", Token));
        Assert.False(isTold);
        Assert.Equal(1, (await world.Log.CountFeedbackAsync(Model, LogWorkspace.Never, LogWorkspace.Ever, Token)).Requests);
    }

    private const string FeedbackFault = "database.write";

    internal sealed record Outcome(bool Denied);

    [JsonSerializable(typeof(Outcome))]
    internal sealed partial class OutcomeContext : JsonSerializerContext;
}
