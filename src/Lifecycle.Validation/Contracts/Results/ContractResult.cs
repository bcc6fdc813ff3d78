using System.Globalization;
using System.Text;

namespace Lifecycle.Validation;

/// <summary>What a contract found in a source: every expectation with what broke it.</summary>
public sealed class ContractResult
{
    private const int MostLines = 20;

    internal ContractResult()
    {
    }

    /// <summary>Name of the contract.</summary>
    public required string Contract { get; init; }

    /// <summary>Rows that were read.</summary>
    public required long Rows { get; init; }

    /// <summary>One finding an expectation, in the order they were declared.</summary>
    public required IReadOnlyList<ContractFinding> Findings { get; init; }

    /// <summary>
    /// Fail when an expectation of severity Error fails or the source is empty without <c>AllowEmpty()</c>, else inconclusive when one could not be told or when all
    /// belong to another stage, so that nothing was judged; else pass.
    /// </summary>
    public Verdict Verdict => (Rows == 0 && !IsEmptyAllowed) || Errors.Any(f => f.Verdict == Verdict.Fail) ? Verdict.Fail
        : Errors.Any(f => f.Verdict == Verdict.Inconclusive) || (Rows > 0 && Findings.All(f => f.Verdict == Verdict.Skipped)) ? Verdict.Inconclusive
        : Verdict.Pass;

    /// <summary>Whether the verdict is <see cref="Verdict.Pass"/>.</summary>
    public bool Passed => Verdict == Verdict.Pass;

    /// <summary>What a program should end with: 0 when it passed, else <see cref="Lifecycle.ExitCode.ContractBroken"/>.</summary>
    public int ExitCode => Passed ? Lifecycle.ExitCode.Done : Lifecycle.ExitCode.ContractBroken;

    internal bool IsEmptyAllowed { get; init; }

    private IEnumerable<ContractFinding> Errors => Findings.Where(f => f.Severity == Severity.Error);

    /// <summary>Throws unless the contract passed.</summary>
    /// <exception cref="ContractBrokenException">It did not; the message lists what broke it.</exception>
    public void EnsurePassed()
    {
        if (!Passed)
        {
            throw new ContractBrokenException(this);
        }
    }

    /// <summary>The result as JSON, <c>lifecycle.contract-result/1</c>: UTF-8, fixed order, no blanks.</summary>
    public byte[] ToJson() => ContractResultJson.Write(this);

    /// <summary>Reads a stored result back.</summary>
    /// <exception cref="FormatException">It is no such JSON.</exception>
    public static ContractResult FromJson(ReadOnlyMemory<byte> json) => ContractResultJson.Read(json);

    /// <summary>The verdict and the findings that did not pass, a line each, at most 20.</summary>
    public override string ToString()
    {
        ContractFinding[] open = [.. Findings.Where(f => f.Verdict is not (Verdict.Pass or Verdict.Skipped)).OrderBy(f => (f.Severity, f.Verdict == Verdict.Inconclusive))];
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"Contract '{Contract}' on {Rows:N0} rows: {Words(Verdict)}");
        if (Rows == 0 && !IsEmptyAllowed)
        {
            text.Append(". The source is empty; say AllowEmpty() when it may be");
        }

        foreach (ContractFinding finding in open.Take(MostLines))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {(finding.Verdict == Verdict.Inconclusive ? "open" : finding.Severity.ToString())}: {finding.Message}");
        }

        if (open.Length > MostLines)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  and {open.Length - MostLines} more");
        }

        return text.ToString();
    }

    private static string Words(Verdict verdict) => verdict switch
    {
        Verdict.Pass => "holds",
        Verdict.Fail => "broken",
        _ => "cannot be told",
    };
}

/// <summary>A contract did not pass. The message lists what broke it, at most 20 lines.</summary>
public sealed class ContractBrokenException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    public ContractBrokenException(ContractResult result)
        : base((result ?? throw new ArgumentNullException(nameof(result))).ToString()) => Result = result;

    /// <summary>The result.</summary>
    public ContractResult Result { get; }

    /// <summary>What a program should end with.</summary>
    public int ExitCode => Result.ExitCode;
}

/// <summary>A source failed while it was checked: it threw, changed its length or its columns.</summary>
public sealed class ContractException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    /// <param name="partial">What was found in the rows before.</param>
    /// <param name="cause">What the source threw.</param>
    public ContractException(ContractResult partial, Exception cause)
        : base($"The source of contract '{partial?.Contract}' failed after {partial?.Rows.ToString("N0", CultureInfo.InvariantCulture)} rows: {cause?.Message}", cause) => Partial = partial!;

    /// <summary>What was found in the rows before it failed.</summary>
    public ContractResult Partial { get; }
}
