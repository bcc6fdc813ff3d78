namespace Lifecycle.Validation;

public sealed partial class GateReport
{
    /// <summary>Throws unless the gate passed, or was inconclusive and said <see cref="WhenInconclusive.Pass"/>.</summary>
    /// <exception cref="GateNotPassedException">It did not; the message is a table of what did not hold.</exception>
    public void EnsurePassed()
    {
        if (ExitCode != Lifecycle.ExitCode.Done)
        {
            throw new GateNotPassedException(this);
        }
    }

    /// <summary>The report as Markdown, at most so many bytes of UTF-8; cut at a table row with a count of the rest.</summary>
    /// <param name="maxBytes">1,000,000 fits a GitHub step summary, 65,000 a comment; at least 1,000.</param>
    public string ToMarkdown(int maxBytes = 1_000_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1_000);
        return MarkdownWriter.Write(this, maxBytes);
    }

    /// <summary>The report as one HTML page without any outside request.</summary>
    public string ToHtml() => HtmlWriter.Page(this);

    /// <summary>The report as a piece of HTML, to be put into a page of one's own.</summary>
    public string ToHtmlFragment() => HtmlWriter.Fragment(this);

    /// <summary>The report as JUnit XML: a test suite with a test case a requirement.</summary>
    public byte[] ToJUnit() => JUnitWriter.Write(this);

    /// <summary>The report as SARIF 2.1.0, for code scanning and viewers of results; at most 5,000 results, worst first.</summary>
    /// <param name="profile">Everything, or what GitHub code scanning understands.</param>
    /// <param name="gateFile">Path of the gate's file in the repository, which results then point to; the name of the gate otherwise.</param>
    public byte[] ToSarif(SarifProfile profile = SarifProfile.Full, string? gateFile = null) => SarifWriter.Write(this, profile, gateFile);

    /// <summary>
    /// Writes the report into a folder: <c>gate.json</c>, <c>gate.junit.xml</c>, <c>gate.sarif</c>, <c>gate.md</c>, <c>gate.html</c>, under the name of
    /// the gate.
    /// </summary>
    /// <param name="folder">Made when it is not there.</param>
    /// <param name="formats">Which files.</param>
    /// <param name="cancellationToken">Cancelling leaves whole files only.</param>
    /// <returns>The files written.</returns>
    public async ValueTask<IReadOnlyList<string>> SaveAsync(string folder, ReportFormat formats = ReportFormat.All, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        (ReportFormat Format, string Ending, Func<byte[]> Content)[] kinds =
        [
            (ReportFormat.Json, ".json", ToJson),
            (ReportFormat.JUnit, ".junit.xml", ToJUnit),
            (ReportFormat.Sarif, ".sarif", () => ToSarif()),
            (ReportFormat.Markdown, ".md", () => System.Text.Encoding.UTF8.GetBytes(ToMarkdown())),
            (ReportFormat.Html, ".html", () => System.Text.Encoding.UTF8.GetBytes(ToHtml())),
        ];
        Directory.CreateDirectory(folder);
        List<string> written = [];
        string name = ResourceName.Require(GateName, "gate");
        foreach ((ReportFormat format, string ending, Func<byte[]> content) in kinds.Where(k => formats.HasFlag(k.Format)))
        {
            string path = Path.Combine(folder, name + ending);
            await AtomicFile.WriteAsync(path, content(), cancellationToken).ConfigureAwait(false);
            written.Add(path);
        }

        return written;
    }
}

/// <summary>In which forms a report is written.</summary>
[Flags]
public enum ReportFormat
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>JSON, which can be read back.</summary>
    Json = 1,

    /// <summary>JUnit XML, for build servers.</summary>
    JUnit = 2,

    /// <summary>Markdown, for pull requests.</summary>
    Markdown = 4,

    /// <summary>One HTML file, for people.</summary>
    Html = 8,

    /// <summary>SARIF 2.1.0, for code scanning.</summary>
    Sarif = 16,

    /// <summary>All of them.</summary>
    All = Json | JUnit | Markdown | Html | Sarif,
}

/// <summary>A gate was asked to have passed and had not.</summary>
public sealed class GateNotPassedException : LifecycleException
{
    private const int MostLines = 18;

    /// <summary>Makes the error.</summary>
    public GateNotPassedException(GateReport report)
        : base(Table(report)) => Report = report;

    /// <summary>The report.</summary>
    public GateReport Report { get; }

    /// <summary>What a program should end with.</summary>
    public int ExitCode => Report.ExitCode;

    private static string Table(GateReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Finding[] open = [.. report.Findings.Where(f => !f.IsAdvisory && f.Verdict is Verdict.Fail or Verdict.Inconclusive).OrderBy(f => f.Verdict == Verdict.Fail ? 0 : 1)];
        IEnumerable<string> lines = open.Take(MostLines).Select(f => $"  {f.Verdict,-12} {(f.Slice is { } slice ? $"{Wording.Show(slice)}: " : "")}{Wording.Show(f.Requirement)}: {f.Message.ReplaceLineEndings(" ")}");
        string rest = open.Length > MostLines ? $"\n  and {open.Length - MostLines} more" : "";
        return $"The gate '{report.GateName}' did not pass: {report.Verdict}.\n{string.Join('\n', lines)}{rest}";
    }
}
