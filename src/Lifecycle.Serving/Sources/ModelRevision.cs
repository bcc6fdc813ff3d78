using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Serving;

/// <summary>What a source says should be served now: a version and how to get it.</summary>
public sealed class ModelRevision
{
    private ModelRevision(string version, Digest? digest, Func<CancellationToken, ValueTask<ModelContent>>? read, Func<LoadedModel>? make)
    {
        Version = ResourceName.Require(version, "version");
        Digest = digest;
        Read = read;
        Make = make;
    }

    /// <summary>The version; callers see it as the stamp of their answers.</summary>
    public string Version { get; }

    /// <summary>What identifies the model; null for a function.</summary>
    public Digest? Digest { get; }

    internal Func<CancellationToken, ValueTask<ModelContent>>? Read { get; }

    internal Func<LoadedModel>? Make { get; }

    /// <summary>A model made of files.</summary>
    /// <param name="version">Keeps the rule of <see cref="ResourceName"/>.</param>
    /// <param name="digest">Identity of the model: the same version with the same digest is not loaded twice in a row.</param>
    /// <param name="read">Reads all files; called once an attempt.</param>
    /// <exception cref="InvalidNameException">The version breaks the rule.</exception>
    public static ModelRevision FromFiles(string version, Digest digest, Func<CancellationToken, ValueTask<ModelContent>> read) =>
        new(version, digest, read, null);

    /// <summary>A function of the application.</summary>
    /// <exception cref="InvalidNameException">The version breaks the rule.</exception>
    public static ModelRevision FromFunction<
        [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
        [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>(string version, Func<TIn, TOut> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new(version, null, null, () => new FunctionModel<TIn, TOut>(function));
    }

    /// <summary>A function of the application over tensors.</summary>
    /// <exception cref="InvalidNameException">The version breaks the rule.</exception>
    public static ModelRevision FromFunction(string version, TensorSignature signature, Action<TensorSet, TensorSet> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new(version, null, null, () => new TensorFunctionModel(signature, function));
    }

    /// <summary>Whether the other revision is the same bytes under the same version.</summary>
    internal bool IsSameAs(ModelRevision? other) =>
        other is not null && other.Version == Version && other.Digest == Digest && ReferenceEquals(other.Make, Make);
}
