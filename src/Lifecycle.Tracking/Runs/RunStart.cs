namespace Lifecycle.Tracking;

/// <summary>What is said about a run before it begins.</summary>
public sealed class RunStart
{
    internal const string ParentTag = "mlflow.parentRunId";
    internal const string NameTag = "mlflow.runName";
    private const int LongestName = 500;

    private readonly List<RunInput> _inputs = [];
    private readonly Dictionary<string, string> _tags = new(StringComparer.Ordinal);

    internal RunStart()
    {
    }

    internal string? Name { get; private set; }

    internal bool IsStrict { get; private set; }

    internal IReadOnlyList<RunInput> Inputs => _inputs;

    internal IReadOnlyDictionary<string, string> Tags => _tags;

    /// <summary>Ties the run to data.</summary>
    /// <param name="data">Which data; a dataset version converts to it.</param>
    /// <param name="context">What for, for example <c>training</c>.</param>
    public RunStart With(DatasetReference data, string context = "")
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(context);
        if (InputRule.Broken(data, context) is { } why)
        {
            throw new ArgumentException(why, nameof(data));
        }

        _inputs.Add(new RunInput(data, context));
        return this;
    }

    /// <summary>Names the run. Without a name it is called <c>run-</c> and the last 8 digits of its id.</summary>
    /// <param name="name">1 to 500 characters.</param>
    public RunStart Named(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name.Length > LongestName)
        {
            throw new ArgumentException($"A run name has at most {LongestName} characters, this one has {name.Length}.", nameof(name));
        }

        Name = name;
        return this;
    }

    /// <summary>Makes the run a child of another.</summary>
    public RunStart Under(Run parent)
    {
        ArgumentNullException.ThrowIfNull(parent);
        _tags[ParentTag] = parent.Id;
        return this;
    }

    /// <summary>Sets a tag.</summary>
    public RunStart Tagged(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (KeyRule.Broken(key) is { } why)
        {
            throw new ArgumentException(why, nameof(key));
        }

        if (value.Length > Run.LongestValue)
        {
            throw new ArgumentException($"The value of the tag '{key}' has {value.Length} characters; at most {Run.LongestValue} are kept.", nameof(value));
        }

        _tags[key] = value;
        return this;
    }

    /// <summary>Lets misuse of the run throw <see cref="RunMisuseException"/>, for tests and notebooks. Otherwise it is refused, counted and kept in <see cref="Run.Problems"/>.</summary>
    public RunStart Strict()
    {
        IsStrict = true;
        return this;
    }
}

/// <summary>A strict run was misused.</summary>
public sealed class RunMisuseException : LifecycleException
{
    internal RunMisuseException(RunProblem problem)
        : base(problem.Text) => Problem = problem;

    /// <summary>What was refused.</summary>
    public RunProblem Problem { get; }
}

/// <summary>Limits of what a run may name as its data.</summary>
internal static class InputRule
{
    private const int LongestName = 500;
    private const int LongestDigest = 128;
    private const int LongestUri = 65_535;
    private const int LongestContext = 500;
    private const int LongestSchema = 1_048_575;
    private const int LongestProfile = 16_777_215;
    private const int LongestTagKey = 255;
    private const int LongestTagValue = 500;

    public static string? Broken(RunInput input)
    {
        string name = KeyRule.Show(input.Dataset.Name ?? "");
        return Broken(input.Dataset, input.Context) is { } broken ? broken
            : input.SchemaText is { Length: > LongestSchema } ? $"The schema of the dataset '{name}' has more than {LongestSchema} characters."
            : input.Profile is { Length: > LongestProfile } ? $"The profile of the dataset '{name}' has more than {LongestProfile} characters."
            : input.Tags?.FirstOrDefault(t => t.Key.Length is 0 or > LongestTagKey || t.Value.Length > LongestTagValue) is { Key: { } key }
                ? $"The tag '{KeyRule.Show(key)}' of the dataset '{name}' breaks the rule: its key has 1 to {LongestTagKey} characters, its value at most {LongestTagValue}."
            : null;
    }

    public static string? Broken(DatasetReference data, string context) =>
        data.Name is not { Length: > 0 and <= LongestName } ? $"The name of a dataset has 1 to {LongestName} characters."
        : data.Digest is not { Length: > 0 and <= LongestDigest } ? $"The digest of the dataset '{KeyRule.Show(data.Name)}' has 1 to {LongestDigest} characters."
        : data.Uri is { Length: > LongestUri } ? $"The address of the dataset '{KeyRule.Show(data.Name)}' has more than {LongestUri} characters."
        : context.Length > LongestContext ? $"The context of the dataset '{KeyRule.Show(data.Name)}' has more than {LongestContext} characters."
        : null;
}
