using System.Text.RegularExpressions;

namespace Lifecycle.Architecture.Tests;

/// <summary>Telemetry is an API: docs/telemetry.md names every instrument, source and event of the code, and no other.</summary>
public sealed partial class TelemetryTests
{
    [Fact]
    public void Every_instrument_is_documented_and_every_documented_one_exists()
    {
        SortedSet<string> code = new(StringComparer.Ordinal);
        foreach (string file in Repository.SourceFiles("src"))
        {
            code.UnionWith(Instrument().Matches(CodeText.WithoutComments(Repository.Read(file))).Select(m => m.Groups[1].Value));
        }

        string[] documented = [.. DocumentedInstrument().Matches(Repository.Read("docs/telemetry.md")).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal)];
        Assert.NotEmpty(code);
        Assert.Equal(code, documented);
    }

    [Fact]
    public void Every_event_and_audit_action_is_documented()
    {
        string docs = Repository.Read("docs/telemetry.md");
        List<string> missing = [];
        foreach (string file in Repository.SourceFiles("src"))
        {
            string source = CodeText.WithoutComments(Repository.Read(file));
            missing.AddRange(Event().Matches(source).Select(m => m.Groups[1].Value).Concat(Action().Matches(source).Select(m => m.Groups[1].Value))
                .Where(name => !docs.Contains($"`{name}`", StringComparison.Ordinal)));
        }

        Assert.Empty(missing.Distinct());
    }

    [GeneratedRegex("""(?:Create(?:Counter|Histogram|Gauge|UpDownCounter|ObservableGauge|ObservableCounter|ObservableUpDownCounter)\s*(?:<\w+>)?\s*\(\s*")(lifecycle\.[a-z0-9_.]+)""")]
    private static partial Regex Instrument();

    [GeneratedRegex(@"^\| `(lifecycle\.[a-z0-9_.]+)` \| (?:counter|histogram|gauge|up-down)", RegexOptions.Multiline)]
    private static partial Regex DocumentedInstrument();

    [GeneratedRegex("""PublishAsync\s*\(\s*\w+\s*,\s*"(lifecycle\.[a-z.]+)""")]
    private static partial Regex Event();

    [GeneratedRegex("""new\s+AuditRecord\s*\(\s*"([a-z._]+)""")]
    private static partial Regex Action();
}
