namespace Lifecycle.Serving;

/// <summary>
/// How a file becomes something that predicts. The host calls <see cref="Inspect"/>, then <see cref="LoadAsync"/> with the same bytes,
/// one model at a time in a process; the files of others may be read meanwhile.
/// </summary>
public interface IModelRuntime
{
    /// <summary>Name of the platform in the Open Inference Protocol, for example <c>onnx_onnxv1</c>.</summary>
    string Platform { get; }

    /// <summary>Whether this runtime loads such a file.</summary>
    /// <param name="fileName">Name without folder.</param>
    /// <param name="firstBytes">At most the first 64 bytes.</param>
    bool Accepts(string fileName, ReadOnlySpan<byte> firstBytes);

    /// <summary>Refuses a hostile or broken model before anything native or foreign reads it.</summary>
    /// <param name="content">All files of the model.</param>
    /// <param name="main">The file that was accepted.</param>
    /// <param name="cancellationToken">Stops the inspection.</param>
    /// <exception cref="ModelRejectedException">The model must not be loaded; the message says why.</exception>
    void Inspect(ModelContent content, ContentFile main, CancellationToken cancellationToken = default);

    /// <summary>Loads the model.</summary>
    /// <param name="content">All files of the model.</param>
    /// <param name="main">The file that was accepted and inspected.</param>
    /// <param name="cancellationToken">Stops the load.</param>
    /// <exception cref="ModelRejectedException">This model can never be loaded here; the message says why.</exception>
    ValueTask<LoadedModel> LoadAsync(ModelContent content, ContentFile main, CancellationToken cancellationToken = default);
}
